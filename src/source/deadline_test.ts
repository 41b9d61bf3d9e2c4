import assert from "node:assert/strict";
import { Deadline } from "./deadline.ts";
import { SourceError } from "./port.ts";

const neverAborted = new AbortController().signal;

const code = (wanted: string) => (error: unknown) => error instanceof SourceError && error.code === wanted;

function deadline(milliseconds: number, signal: AbortSignal): Deadline {
  return new Deadline({ milliseconds, signal, code: "QueryTimeout", what: "reading" });
}

Deno.test("work that ends in time gives its result, or its own error", async () => {
  using stretch = deadline(60_000, neverAborted);
  assert.equal(await stretch.race(Promise.resolve(7)), 7);
  await assert.rejects(stretch.race(Promise.reject(new RangeError("own"))), RangeError);
});

Deno.test("work that stalls fails at the deadline, and so does all that follows", async () => {
  using stretch = deadline(1, neverAborted);
  await assert.rejects(stretch.race(new Promise(() => {})), code("QueryTimeout"));
  await assert.rejects(stretch.race(Promise.resolve(7)), code("QueryTimeout"));
});

Deno.test("an abort ends the work, before it and during it", async () => {
  using before = deadline(60_000, AbortSignal.abort());
  await assert.rejects(before.race(Promise.resolve(7)), code("Aborted"));
  const controller = new AbortController();
  using during = deadline(60_000, controller.signal);
  const work = during.race(new Promise(() => {}));
  controller.abort();
  await assert.rejects(work, code("Aborted"));
});

Deno.test("a deadline beyond what a timer takes is far away, not now", async () => {
  using stretch = deadline(Number.MAX_SAFE_INTEGER, neverAborted);
  const later = new Promise<number>((resolve) => setTimeout(resolve, 5, 7));
  assert.equal(await stretch.race(later), 7);
});

Deno.test("a deadline that passes unawaited is no unhandled rejection", async () => {
  using _ = deadline(1, neverAborted);
  await new Promise((resolve) => setTimeout(resolve, 20));
});
