import assert from "node:assert/strict";
import { pauseOf } from "./pause.ts";

const NOW = new Date("2026-01-01T00:00:00Z");

Deno.test("an object is paused by its spec, by its annotation, or until a time", () => {
  const of = (spec: { paused?: boolean; pausedUntil?: string }, annotation?: string) =>
    pauseOf({ spec, annotations: annotation === undefined ? {} : { "lynq.sh/paused": annotation } }, NOW);
  assert.deepEqual(of({}), { kind: "running" });
  assert.deepEqual(of({ paused: false }, "false"), { kind: "running" });
  assert.deepEqual(of({ paused: true }), { kind: "paused", by: "spec.paused", untilMs: undefined });
  assert.deepEqual(of({}, "true"), { kind: "paused", by: "lynq.sh/paused", untilMs: undefined });
  assert.deepEqual(of({}, "2026-01-01T00:00:01Z"), {
    kind: "paused",
    by: "lynq.sh/paused",
    untilMs: NOW.getTime() + 1000,
  });
  assert.deepEqual(of({}, "2025-12-31T00:00:00Z"), { kind: "running" });
  assert.deepEqual(of({ pausedUntil: "2026-01-01T00:00:02Z" }), {
    kind: "paused",
    by: "spec.pausedUntil",
    untilMs: NOW.getTime() + 2000,
  });
  assert.deepEqual(of({ pausedUntil: "2026-01-01T00:00:00Z" }), { kind: "running" });
});

Deno.test("an annotation that can't be read pauses", () => {
  const pause = pauseOf({ spec: {}, annotations: { "lynq.sh/paused": "until monday" } }, NOW);
  assert.equal(pause.kind, "paused");
});
