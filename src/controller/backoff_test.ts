import assert from "node:assert/strict";
import { Backoff } from "./backoff.ts";

Deno.test("waits double from the first to the longest, and begin anew after a success", () => {
  const backoff = new Backoff({ baseMs: 1000, maxMs: 5000 });
  assert.deepEqual(Array.from({ length: 4 }, () => backoff.next("a")), [1000, 2000, 4000, 5000]);
  assert.deepEqual([backoff.next("b"), backoff.failures("a")], [1000, 4]);
  backoff.reset("a");
  assert.deepEqual([backoff.next("a"), backoff.failures("b")], [1000, 1]);
});

Deno.test("tries that come before a wait is over make it no longer", () => {
  const backoff = new Backoff({ baseMs: 1000, maxMs: 60_000 });
  assert.deepEqual([0, 100, 900].map((now) => backoff.again("a", now)), [1000, 900, 100]);
  assert.deepEqual([1000, 2999, 3000, 7000].map((now) => backoff.again("a", now)), [2000, 1, 4000, 8000]);
  // The clock was put back.
  assert.equal(backoff.again("a", -100_000), 16_000);
  backoff.reset("a");
  assert.equal(backoff.again("a", 7001), 1000);
});
