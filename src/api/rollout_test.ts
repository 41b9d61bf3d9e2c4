import assert from "node:assert/strict";
import { formSpecOf } from "../../tests/support/stored_objects.ts";
import { budgetOf } from "./rollout.ts";

Deno.test("without a failureBudget three nodes may fail, or five of a hundred where these are more", () => {
  const budget = (nodes: number) => budgetOf(formSpecOf(), nodes);
  assert.deepEqual([0, 1, 60, 79, 80, 100, 1000].map(budget), [3, 3, 3, 3, 4, 5, 50]);
});

Deno.test("each part of a failureBudget that is not given is that of none", () => {
  const budget = (failureBudget: { minCount?: number; maxPercent?: number }) => {
    const rollout = { maxSkew: 0, progressDeadlineSeconds: 600, failureBudget };
    return budgetOf(formSpecOf({ rollout: rollout as never }), 200);
  };
  assert.deepEqual([budget({}), budget({ minCount: 20 }), budget({ maxPercent: 50 })], [10, 20, 100]);
  assert.equal(budget({ minCount: 0, maxPercent: 0 }), 0);
});
