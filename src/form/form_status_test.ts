import assert from "node:assert/strict";
import { formSpecOf, readyStatus, storedForm, storedNode } from "../../tests/support/stored_objects.ts";
import { findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import type { StoredNode } from "../api/stored.ts";
import type { FormProblem } from "./check.ts";
import { formStatus, validationMessage } from "./form_status.ts";

const NOW = "2026-01-01T00:00:00Z";
const LATER = "2026-01-02T00:00:00Z";
const PROBLEM: FormProblem = { reason: "HubNotFound", message: "no hub" };
const maxSkew = { rollout: { maxSkew: 1, progressDeadlineSeconds: 600 } };

const ready = (row: string, spec = {}) =>
  storedNode({ row, form: "web" }, { status: readyStatus("True"), spec });
const starting = (row: string, spec = {}) =>
  storedNode({ row, form: "web" }, { status: readyStatus("False"), spec });
const old = { revision: "web-0" };

interface Given {
  readonly nodes?: StoredNode[];
  readonly problems?: FormProblem[];
  readonly before?: FormStatus;
  readonly generation?: number;
  readonly rollout?: boolean;
  readonly now?: string;
  readonly desired?: number;
}

function statusOf(given: Given): FormStatus {
  const form = storedForm({
    generation: given.generation ?? 1,
    status: given.before ?? {},
    spec: formSpecOf(given.rollout === false ? {} : maxSkew),
  });
  const problems = given.problems ?? [];
  const target = problems.length === 0 ? "web-1" : form.status.currentRevision;
  const { nodes = [], desired, now = NOW } = given;
  return formStatus(form, { problems, target, nodes, desired, now: new Date(now) }).status;
}

Deno.test("counts and the Applied condition follow the nodes", () => {
  const applied = (nodes: StoredNode[]) => {
    const status = statusOf({ nodes });
    const { status: is, reason, message } = findCondition(status.conditions, "Applied") ?? {};
    return [status.totalNodes, status.readyNodes, is, reason, message];
  };
  assert.deepEqual(applied([]), [0, 0, "False", "NoNodes", "No nodes using this template"]);
  assert.deepEqual(applied([ready("a"), starting("b")]), [
    2,
    1,
    "False",
    "NotAllNodesReady",
    "1/2 nodes ready",
  ]);
  assert.deepEqual(applied([ready("a")]), [1, 1, "True", "AllNodesReady", "All 1 nodes ready"]);
});

Deno.test("a valid generation is the current revision, an invalid one keeps the last good one", () => {
  const good = statusOf({});
  assert.equal(good.currentRevision, "web-1");
  assert.equal(findCondition(good.conditions, "Valid")?.reason, "ValidationPassed");
  const bad = statusOf({ problems: [PROBLEM], before: good, generation: 2 });
  assert.equal(bad.currentRevision, "web-1");
  assert.equal(bad.observedGeneration, 2);
  assert.equal(findCondition(bad.conditions, "Valid")?.message, "Validation errors: [no hub]");
  assert.equal(statusOf({ problems: [PROBLEM] }).currentRevision, undefined);
});

Deno.test("all problems are in the message", () => {
  assert.equal(validationMessage([PROBLEM, { ...PROBLEM, message: "b" }]), "Validation errors: [no hub; b]");
});

Deno.test("without maxSkew there is no rollout", () => {
  assert.equal(statusOf({ rollout: false, nodes: [ready("a")] }).rollout, undefined);
});

Deno.test("the phases of a rollout", () => {
  const phase = (nodes: StoredNode[]) => {
    const { phase, message } = statusOf({ nodes }).rollout ?? {};
    return [phase, message];
  };
  assert.deepEqual(phase([]), ["Idle", "No nodes using this template"]);
  assert.deepEqual(phase([ready("a", old), ready("b", old)]), ["Idle", "Waiting for nodes to be updated"]);
  assert.deepEqual(phase([starting("a"), ready("b"), ready("c", old)]), [
    "InProgress",
    "Updating: 2/3 nodes updated (1 updating, 1 ready)",
  ]);
  assert.deepEqual(phase([ready("a"), ready("b")]), ["Complete", "All 2 nodes updated and ready"]);
});

Deno.test("the counts of a rollout", () => {
  const { rollout } = statusOf({ nodes: [starting("a"), ready("b"), ready("c", old)], generation: 3 });
  assert.deepEqual(
    [
      rollout?.targetGeneration,
      rollout?.totalNodes,
      rollout?.updatedNodes,
      rollout?.updatingNodes,
      rollout?.readyUpdatedNodes,
    ],
    [3, 3, 2, 1, 1],
  );
});

Deno.test("a node that has not seen its update yet is updating, whatever its Ready condition says", () => {
  const unseen = storedNode({ row: "a", form: "web" }, { status: readyStatus("True"), generation: 2 });
  assert.equal(statusOf({ nodes: [unseen] }).rollout?.phase, "InProgress");
});

Deno.test("without a valid revision there is no rollout", () => {
  const nodes = [ready("a", { revision: undefined })];
  assert.equal(statusOf({ nodes, problems: [PROBLEM] }).rollout, undefined);
});

Deno.test("a rollout keeps its times while its revision is the same and starts anew with the next", () => {
  const started = statusOf({ nodes: [starting("a")] });
  assert.equal(started.rollout?.startTime, NOW);
  const done = statusOf({ nodes: [ready("a")], before: started, now: LATER });
  assert.deepEqual([done.rollout?.startTime, done.rollout?.completionTime], [NOW, LATER]);
  const still = statusOf({ nodes: [ready("a")], before: done, now: "2026-01-03T00:00:00Z" });
  assert.deepEqual(still, done);
  const was = { ...done, currentRevision: "web-0" };
  const next = statusOf({ nodes: [ready("a", old)], before: was, generation: 2, now: LATER });
  assert.deepEqual([next.rollout?.startTime, next.rollout?.completionTime], [LATER, undefined]);
});

Deno.test("nodes that rows ask for and that aren't there yet count, so that a part of the fleet is never all of it", () => {
  const { rollout, conditions } = statusOf({ nodes: [ready("a")], desired: 3 });
  assert.deepEqual([rollout?.phase, rollout?.totalNodes], ["InProgress", 3]);
  assert.equal(findCondition(conditions, "Applied")?.message, "1/3 nodes ready");
});

Deno.test("a generation is applied once every node is ready on it: Ready on the one before is not it", () => {
  const applied = (status: FormStatus) => {
    const { status: is, reason, message } = findCondition(status.conditions, "Applied") ?? {};
    return [is, reason, message];
  };
  assert.deepEqual(applied(statusOf({ nodes: [ready("a"), ready("b", old)] })), [
    "False",
    "NotAllNodesReady",
    "1/2 nodes ready",
  ]);
  const good = statusOf({ nodes: [ready("a")] });
  assert.deepEqual(
    applied(statusOf({ nodes: [ready("a")], problems: [PROBLEM], before: good, generation: 2 })),
    [
      "False",
      "ValidationFailed",
      "Generation 2 is not valid: nodes stay on revision web-1",
    ],
  );
});
