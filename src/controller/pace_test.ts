import assert from "node:assert/strict";
import { Pace } from "./pace.ts";

Deno.test("a key passes once in an interval, each by itself, and out of turn counts too", () => {
  const pace = new Pace(1000);
  assert.equal(pace.waitMs("a", 5000), 0);
  pace.passed("a", 5000);
  assert.deepEqual([5000, 5400, 5999, 6000].map((now) => pace.waitMs("a", now)), [1000, 600, 1, 0]);
  assert.equal(pace.waitMs("b", 5400), 0);
  pace.passed("a", 5700);
  assert.equal(pace.waitMs("a", 6000), 700);
  pace.forget("a");
  assert.equal(pace.waitMs("a", 6000), 0);
});

Deno.test("a clock that was set back makes nobody wait for hours", () => {
  const pace = new Pace(1000);
  pace.passed("a", 3_600_000);
  assert.equal(pace.waitMs("a", 5000), 0);
});
