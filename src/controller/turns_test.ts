import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

/** Time that passes where somebody works or sleeps, and what was done when. */
function world() {
  const state = { now: 0 };
  const told: string[] = [];
  const clock = {
    now: () => state.now,
    sleep: async (ms: number) => {
      await Promise.resolve();
      told.push(`rest ${ms}`);
      state.now += ms;
    },
  };
  const turns = new Turns({ mostMs: 5000, clock });
  const work = (name: string, ms: number) =>
    turns.take((left) => {
      told.push(`${name} ${left()}`);
      state.now += ms;
      return left();
    });
  const fail = (ms: number) =>
    turns.take(() => {
      state.now += ms;
      throw new RangeError("failed");
    });
  return { told, work, fail };
}

Deno.test("work that takes long is followed by a rest, and only then by the next", async () => {
  const { told, work } = world();
  const left = await Promise.all([work("a", 4000), work("b", 9000), work("c", 1), work("d", 1)]);
  assert.deepEqual(told, ["a 5000", "rest 500", "b 5000", "rest 500", "c 5000", "d 5000"]);
  assert.deepEqual(left, [1000, 0, 4999, 4999]);
});

Deno.test("work that takes no time follows at once, until there was much of it", async () => {
  const { told, work } = world();
  await Promise.all(Array.from({ length: 60 }, () => work("x", 1)));
  assert.deepEqual(told.map((line, at) => line.startsWith("rest") ? at : -1).filter((at) => at >= 0), [50]);
});

Deno.test("work that fails has taken its time all the same", async () => {
  const { told, work, fail } = world();
  await assert.rejects(fail(60), RangeError);
  await work("b", 1);
  assert.deepEqual(told, ["rest 60", "b 5000"]);
});
