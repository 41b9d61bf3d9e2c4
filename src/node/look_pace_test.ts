import assert from "node:assert/strict";
import { LookPace } from "./look_pace.ts";

const SINCE = new Date("2026-01-01T00:00:00Z");
const after = (seconds: number) => new Date(SINCE.getTime() + seconds * 1000);

const unready = (since: Date) => ({ since, graceMs: 30_000 });

Deno.test("a workload is looked at after 30 seconds, and then twice as far apart each time", () => {
  const pace = new LookPace();
  assert.equal(pace.askMs("a", unready(SINCE), after(10)), 20_000);
  const looks = [];
  for (let second = 0; second <= 1000; second++) {
    if (pace.askMs("a", unready(SINCE), after(second)) === 0) looks.push(second);
  }
  assert.deepEqual(looks, [30, 60, 120, 240, 480, 960]);
});

Deno.test("a workload that became unready anew is looked at anew", () => {
  const pace = new LookPace();
  assert.equal(pace.askMs("a", unready(SINCE), after(500)), 0);
  assert.equal(pace.askMs("a", unready(after(501)), after(531)), 0);
});

Deno.test("the looks of a large fleet are spread, 20 in a second, and each gets its turn", () => {
  const pace = new LookPace();
  const asked = Array.from({ length: 100 }, (_, n) => pace.askMs(`w${n}`, unready(SINCE), after(30)));
  assert.deepEqual(asked, Array.from({ length: 100 }, (_, n) => n * 50));
  // Who asks before its turn is told the rest; who comes at its turn looks, whoever else has asked meanwhile.
  assert.equal(pace.askMs("w99", unready(SINCE), after(31)), 3950);
  assert.equal(pace.askMs("late", unready(SINCE), after(31)), 4000);
  for (let n = 1; n < 100; n++) assert.equal(pace.askMs(`w${n}`, unready(SINCE), after(30 + n * 0.05)), 0);
  assert.equal(pace.askMs("w99", unready(SINCE), after(35)), 34_900);
});

Deno.test("a kind that may not be listed is left alone for ten minutes", () => {
  const pace = new LookPace();
  assert.equal(pace.isRefused("Pod", SINCE), false);
  pace.refuse("Pod", SINCE);
  assert.equal(pace.isRefused("Pod", after(599)), true);
  assert.equal(pace.isRefused("Event", after(599)), false);
  assert.equal(pace.isRefused("Pod", after(600)), false);
});
