import assert from "node:assert/strict";
import { isPausedByHand, nextEnd, type Pausable, pausedConditions, pauseOf, pausesOf } from "./pause.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

const object = (spec: Pausable["spec"], annotations: Record<string, string> = {}) => ({
  name: "x",
  spec,
  annotations,
});
const annotated = (text: string, spec: Pausable["spec"] = {}) => object(spec, { "lynq.sh/paused": text });
const pause = (of: Pausable) => pauseOf(of, NOW);

Deno.test("an object is paused by its spec, by its annotation, or until a time", () => {
  assert.deepEqual(pause(object({})), { kind: "running" });
  assert.deepEqual(pause(annotated("false", { paused: false })), { kind: "running" });
  assert.deepEqual(pause(annotated("")), { kind: "running" });
  assert.deepEqual(pause(object({ paused: true })), {
    kind: "paused",
    by: "spec.paused",
    untilMs: undefined,
  });
  assert.deepEqual(pause(annotated("true")), { kind: "paused", by: "lynq.sh/paused", untilMs: undefined });
  assert.deepEqual(pause(annotated("2026-01-01T00:00:01Z")), {
    kind: "paused",
    by: "lynq.sh/paused",
    untilMs: NOW.getTime() + 1000,
  });
  assert.deepEqual(pause(annotated("2026-01-01T01:00:00+02:00")), { kind: "running" });
  assert.deepEqual(pause(object({ pausedUntil: "2026-01-01T00:00:02Z" })), {
    kind: "paused",
    by: "spec.pausedUntil",
    untilMs: NOW.getTime() + 2000,
  });
  assert.deepEqual(pause(object({ pausedUntil: "2026-01-01T00:00:00Z" })), { kind: "running" });
});

Deno.test("of two times the later one ends the pause, and true outlasts both", () => {
  const until = (annotation: string, pausedUntil: string) => {
    const found = pause(annotated(annotation, { pausedUntil }));
    return found.kind === "paused" ? [found.by, found.untilMs] : undefined;
  };
  const [early, late] = ["2026-01-01T00:00:01Z", "2026-01-01T00:00:09Z"];
  assert.deepEqual(until(early, late), ["spec.pausedUntil", Date.parse(late)]);
  assert.deepEqual(until(late, early), ["lynq.sh/paused", Date.parse(late)]);
  assert.deepEqual(until("true", late), ["lynq.sh/paused", undefined]);
});

Deno.test("an annotation that is no time pauses without end: a number, a date, a time without zone", () => {
  for (const text of ["until monday", "1", "2020", "2020-01-01", "2020-01-01T00:00:00", "True", "0"]) {
    assert.deepEqual(
      pause(annotated(text)),
      { kind: "paused", by: "lynq.sh/paused", untilMs: undefined },
      text,
    );
  }
});

Deno.test("a node is paused by its hub, its form, its row and itself, and each is named", () => {
  const causes = pausesOf({
    hub: annotated("2026-01-01T00:00:05Z"),
    form: object({ pausedUntil: "2026-01-01T00:00:03Z" }),
    node: object({ paused: true }, { "lynq.sh/paused-by": "row" }),
  }, NOW);
  assert.deepEqual(causes.map(({ reason }) => reason), ["PausedByHub", "PausedByForm", "PausedByRow"]);
  assert.equal(nextEnd(causes, NOW), 3000);
  const [condition] = pausedConditions(causes, { before: undefined, effect: "nothing is written" });
  assert.equal(condition?.reason, "PausedByHub");
  assert.equal(
    condition?.message,
    "Paused by lynq.sh/paused of LynqHub x until 2026-01-01T00:00:05Z, and by spec.pausedUntil of LynqForm x until " +
      "2026-01-01T00:00:03Z, and by the pause column of its row: nothing is written",
  );
  assert.deepEqual(pausesOf({ hub: object({}), node: object({}) }, NOW), []);
  assert.equal(pausesOf({ hub: object({ paused: true }) }, NOW)[0]?.reason, "Paused");
});

Deno.test("what never was paused has no condition, what was says that it is over", () => {
  assert.deepEqual(pausedConditions([], { before: [], effect: "" }), []);
  const was = {
    type: "Paused",
    status: "True",
    reason: "Paused",
    message: "",
    lastTransitionTime: "",
  } as const;
  const [over] = pausedConditions([], { before: [was], effect: "" });
  assert.deepEqual([over?.status, over?.reason], ["False", "Running"]);
});

Deno.test("the pause that a row gave a node is not a person's", () => {
  const byRow = { "lynq.sh/paused-by": "row" };
  assert.equal(isPausedByHand(object({ paused: true }, byRow), NOW), false);
  assert.equal(isPausedByHand(object({ paused: true }), NOW), true);
  assert.equal(isPausedByHand(object({ paused: true }, { ...byRow, "lynq.sh/paused": "true" }), NOW), true);
  assert.equal(isPausedByHand(object({}, byRow), NOW), false);
});
