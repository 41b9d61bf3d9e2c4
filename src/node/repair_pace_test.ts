import assert from "node:assert/strict";
import { CONTENDED_REPAIRS, RepairPace } from "./repair_pace.ts";

const at = (seconds: number) => new Date(seconds * 1000);

const WHY = { message: "why", fields: ["x"] };

/** A pace at which `a` was repaired at these seconds. */
function paceOf(...times: number[]): RepairPace {
  const pace = new RepairPace();
  for (const time of times) pace.repaired("a", at(time), WHY);
  return pace;
}

Deno.test("repairs are made at once while there are few of them within a minute", () => {
  const pace = paceOf(0, 30);
  assert.equal(pace.waitMs("a", at(30)), 0);
  assert.equal(pace.contention("a", at(30)), undefined);
  assert.equal(pace.repaired("a", at(61), WHY), false);
  assert.equal(pace.contention("a", at(61)), undefined);
});

Deno.test("somebody who changes one field after the other fights nobody, unless it goes on and on", () => {
  const pace = new RepairPace();
  const repaired = (n: number, ...fields: string[]) => pace.repaired("a", at(n), { message: "why", fields });
  assert.deepEqual(
    [repaired(0, "x", "y"), repaired(1, "y"), repaired(2, "x", "z"), repaired(3, "deleted"), repaired(4)],
    [false, false, false, false, false],
  );
  assert.equal(pace.waitMs("a", at(4)), 0);
  assert.equal(pace.contention("a", at(4)), undefined);
  assert.equal(repaired(5, "w", "y"), true);
  const restless = new RepairPace();
  const told = Array.from(
    { length: 12 },
    (_, n) => restless.repaired("a", at(n), { message: "why", fields: [`${n}`] }),
  );
  assert.equal(told.indexOf(true), 9);
});

Deno.test("three repairs of a field within a minute are a contention, which is told once, with its message", () => {
  const pace = new RepairPace();
  const told = Array.from(
    { length: 6 },
    (_, n) => pace.repaired("a", at(n), { message: `message ${n}`, fields: ["x"] }),
  );
  assert.equal(told.indexOf(true), CONTENDED_REPAIRS - 1);
  assert.equal(told.filter((begins) => begins).length, 1);
  assert.equal(pace.contention("a", at(6))?.message, "message 5");
  assert.equal(pace.contention("b", at(6)), undefined);
});

Deno.test("in a contention the gaps between repairs double, up to five minutes", () => {
  const pace = paceOf(0, 0);
  const waits = Array.from({ length: 8 }, () => {
    pace.repaired("a", at(0), WHY);
    return pace.waitMs("a", at(0)) / 1000;
  });
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300, 300]);
  assert.equal(pace.waitMs("a", at(299)), 1000);
  assert.equal(pace.waitMs("a", at(300)), 0);
  assert.equal(pace.waitMs("b", at(0)), 0);
});

Deno.test("a contention is over after a gap, of at least a minute, without a change", () => {
  const pace = paceOf(0, 0, 0);
  assert.equal(pace.contention("a", at(59))?.clearsInMs, 1000);
  assert.equal(pace.contention("a", at(60)), undefined);
  assert.equal(pace.repaired("a", at(60), WHY), false);
  assert.equal(pace.waitMs("a", at(60)), 0);
  const long = paceOf(0, 0, 0, 0, 0, 0, 0);
  assert.equal(long.contention("a", at(159))?.clearsInMs, 1000);
});

Deno.test("a contention that an earlier process recorded goes on, once", () => {
  const pace = new RepairPace();
  pace.resume("a", at(0), "recorded");
  assert.equal(pace.waitMs("a", at(0)), 10_000);
  assert.deepEqual(pace.contention("a", at(0)), { message: "recorded", clearsInMs: 60_000 });
  pace.resume("a", at(30), "again");
  assert.deepEqual(pace.contention("a", at(30)), { message: "recorded", clearsInMs: 30_000 });
  assert.equal(pace.repaired("a", at(30), { ...WHY, message: "new" }), false);
  assert.equal(pace.waitMs("a", at(30)), 20_000);
});

Deno.test("what ended is not resumed before its record says so, and is forgotten later", () => {
  const pace = paceOf(0, 0, 0);
  pace.repaired("b", at(61), WHY);
  pace.resume("a", at(61), "recorded");
  assert.equal(pace.contention("a", at(61)), undefined);
  pace.repaired("b", at(10_000), WHY);
  pace.resume("a", at(10_000), "recorded");
  assert.equal(pace.contention("a", at(10_000))?.message, "recorded");
});

Deno.test("a clock that goes back lengthens no wait", () => {
  const pace = paceOf(1_000_000, 1_000_000, 1_000_000);
  assert.equal(pace.waitMs("a", at(0)), 10_000);
  assert.equal(pace.contention("a", at(0))?.clearsInMs, 60_000);
});
