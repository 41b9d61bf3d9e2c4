import assert from "node:assert/strict";
import fc from "fast-check";
import {
  adapt,
  bestOf,
  type LimitBounds,
  type LimitEvent,
  type LimitState,
  NO_TIME,
  startLimit,
  strainOf,
  withTime,
} from "./adaptive_limit.ts";

const BOUNDS = { min: 4, max: 32 };

function run(events: readonly LimitEvent[], bounds: LimitBounds = BOUNDS): LimitState {
  return events.reduce((state, event) => adapt(state, event, bounds), startLimit(bounds));
}

const answers = (count: number, strain: number, from = 0): LimitEvent[] =>
  Array.from(
    { length: count },
    (_, n) => ({ kind: "answered", strain, inFlight: 32, sentAt: from + n * 10, now: from + n * 10 + 5 }),
  );

Deno.test("the limit doubles at first, to its maximum, while answers are quick", () => {
  assert.equal(run([]).limit, 8);
  assert.equal(run(answers(8, 0.2)).limit, 16);
  assert.equal(run(answers(100, 0.2)).limit, 32);
});

Deno.test("slow answers make it smaller down to its minimum, quick ones larger again, one a round", () => {
  const slow = run([...answers(100, 0.2), ...answers(1000, 5, 1000)]);
  assert.equal(slow.limit, 4);
  const quick = [...answers(4 + 30, 0.2)].reduce((state, event) => adapt(state, event, BOUNDS), slow);
  assert(quick.limit > 4 && quick.limit < 10);
});

Deno.test("a refusal halves it, and those of the same moment do no more", () => {
  const refused = (sentAt: number): LimitEvent => ({ kind: "refused", sentAt, now: 5010 });
  const grown = answers(100, 0.2);
  assert.equal(run([...grown, refused(5000), refused(5001), refused(5009)]).limit, 16);
  assert.equal(run([...grown, refused(5000), refused(5011)]).limit, 8);
});

Deno.test("a limit that is not used is not raised", () => {
  const idle: LimitEvent = { kind: "answered", strain: 0.1, inFlight: 1, sentAt: 0, now: 1 };
  assert.equal(run(Array(100).fill(idle)).limit, 8);
});

Deno.test("the limit never leaves its bounds, whatever happens", () => {
  const event = fc.oneof(
    fc.record({
      kind: fc.constant("answered" as const),
      strain: fc.double({ min: 0, max: 1000, noNaN: true }),
      inFlight: fc.nat(100),
      sentAt: fc.nat(100_000),
      now: fc.nat(100_000),
    }),
    fc.record({ kind: fc.constant("refused" as const), sentAt: fc.nat(100_000), now: fc.nat(100_000) }),
  );
  const bounds = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(50))
    .map(([min, more]) => ({ min, max: min + more }));
  fc.assert(fc.property(fc.array(event, { maxLength: 200 }), bounds, (events, within) => {
    let state = startLimit(within);
    for (const each of events) {
      state = adapt(state, each, within);
      assert(state.limit >= within.min && state.limit <= within.max);
    }
  }));
});

Deno.test("strain compares with the best answers of the last minutes", () => {
  assert(strainOf(32, 2) < 1);
  assert(strainOf(34, 2) > 1);
  const times = [[30, 0], [5, 1000], [40, 61_000], [50, 130_000]] as const;
  const seen: number[] = [];
  let state = NO_TIME;
  for (const [ms, now] of times) {
    state = withTime(state, ms, now);
    seen.push(bestOf(state));
  }
  assert.deepEqual(seen, [30, 5, 5, 40]);
});
