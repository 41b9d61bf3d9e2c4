import assert from "node:assert/strict";
import { findCondition, hasTurned, isTrue, mergeConditions } from "./conditions.ts";

const ready = (status: "True" | "False", message = "") => ({
  type: "Ready",
  status,
  reason: "Because",
  message,
});
const EARLIER = { now: "2026-01-01T00:00:00Z", generation: 1 };
const LATER = { now: "2026-01-02T00:00:00Z", generation: 2 };

Deno.test("a condition that is new gets the present time", () => {
  assert.deepEqual(mergeConditions([], [ready("True")], EARLIER), [{
    ...ready("True"),
    lastTransitionTime: EARLIER.now,
    observedGeneration: 1,
  }]);
});

Deno.test("the transition time stays while only reason or message change, and the generation moves on", () => {
  const before = mergeConditions([], [ready("True")], EARLIER);
  const [after] = mergeConditions(before, [{ ...ready("True", "now so"), reason: "Other" }], LATER);
  assert.equal(after?.lastTransitionTime, EARLIER.now);
  assert.equal(after?.observedGeneration, 2);
  assert.equal(after?.message, "now so");
});

Deno.test("the transition time moves when the status flips", () => {
  const before = mergeConditions([], [ready("True")], EARLIER);
  assert.equal(mergeConditions(before, [ready("False")], LATER)[0]?.lastTransitionTime, LATER.now);
});

Deno.test("conditions of others stay, in their order", () => {
  const before = mergeConditions([], [{ ...ready("True"), type: "Theirs" }, ready("True")], EARLIER);
  const after = mergeConditions(before, [ready("False"), { ...ready("True"), type: "New" }], LATER);
  assert.deepEqual(after.map((c) => c.type), ["Theirs", "Ready", "New"]);
  assert.deepEqual(after[0], before[0]);
});

Deno.test("without a generation none is written", () => {
  assert(!("observedGeneration" in (mergeConditions([], [ready("True")], { now: EARLIER.now })[0] ?? {})));
});

Deno.test("a message is cut where the schema ends it, and never within a character", () => {
  const [long] = mergeConditions([], [ready("True", "x".repeat(40_000))], EARLIER);
  assert.equal(long?.message.length, 32_768);
  const [smile] = mergeConditions([], [ready("True", `${"x".repeat(32_767)}\u{1f600}`)], EARLIER);
  assert(smile?.message.isWellFormed());
});

Deno.test("only True counts as true", () => {
  const conditions = mergeConditions([], [ready("False")], EARLIER);
  assert.equal(isTrue(conditions, "Ready"), false);
  assert.equal(isTrue(undefined, "Ready"), false);
  assert.equal(isTrue(mergeConditions([], [ready("True")], EARLIER), "Ready"), true);
  assert.equal(findCondition(conditions, "Degraded"), undefined);
});

Deno.test("a condition turns when it comes, goes or has another status or reason, whatever its message says", () => {
  const [was] = mergeConditions([], [ready("False", "1 of 3")], EARLIER);
  assert(was !== undefined);
  assert.equal(hasTurned([was], [{ ...was, message: "2 of 3", lastTransitionTime: LATER.now }]), false);
  assert.equal(hasTurned([was], [{ ...was, reason: "Other" }]), true);
  assert.equal(hasTurned([was], [{ ...was, status: "True" }]), true);
  assert.deepEqual([hasTurned(undefined, [was]), hasTurned([was], []), hasTurned([], undefined)], [
    true,
    true,
    false,
  ]);
});
