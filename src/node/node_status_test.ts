import assert from "node:assert/strict";
import { recordOf } from "../../tests/support/child_objects.ts";
import { findCondition } from "../api/conditions.ts";
import type { NodeStatus, ResourceRecord } from "../api/node.ts";
import { nodeStatus, problemStatus } from "./node_status.ts";

const NOW = new Date("2026-01-02T00:00:00Z");
const input = (before: NodeStatus = {}) => ({ before, generation: 3, namespace: "ns", now: NOW });
const status = (...records: ResourceRecord[]) => nodeStatus(records, input());

const ready = recordOf("ready");
const failed = recordOf("failed", { state: "Failed", reason: "ApplyFailed", message: "it was refused" });
const conflicted = recordOf("held", {
  state: "Conflicted",
  reason: "ResourceConflict",
  message: "helm has it",
});
const starting = recordOf("db", { state: "Progressing", reason: "NotReady", message: "0 of 1 pods ready" });
const waiting = recordOf("app", {
  state: "Waiting",
  reason: "WaitingForDependency",
  message: "Waiting for db to become ready",
  uid: undefined,
} as Partial<ResourceRecord>);
const skipped = recordOf("skipped", { state: "Skipped", reason: "DependencySkipped", message: "skipped" });
const leaving = recordOf("old", { state: "Deleting", reason: "Terminating", message: "deleted; waits" });

/** Status, reason and message of a condition. */
function told(of: NodeStatus, type: string): string {
  const { status, reason, message } = findCondition(of.conditions, type) ?? {};
  return `${status} ${reason}: ${message}`;
}

Deno.test("Ready and Degraded go by what failed, what is in conflict and what is missing", () => {
  const table: readonly (readonly [ResourceRecord[], string, string])[] = [
    [
      [],
      "True Reconciled: Successfully reconciled all resources",
      "False Healthy: All resources are healthy",
    ],
    [
      [ready],
      "True Reconciled: Successfully reconciled all resources",
      "False Healthy: All resources are healthy",
    ],
    [
      [ready, failed],
      "False ResourcesFailed: 1 resources failed. failed: it was refused",
      "True ResourceFailures: LynqNode has 1 failed resources. failed: it was refused",
    ],
    [
      [conflicted],
      "False ResourcesConflicted: 1 resources in conflict. held: helm has it",
      "True ResourceConflicts: LynqNode has 1 conflicted resources. held: helm has it",
    ],
    [
      [failed, conflicted],
      "False ResourcesFailedAndConflicted: 2 resources failed and 1 resources in conflict. failed: it was refused",
      "True ResourceFailuresAndConflicts: LynqNode has 2 failed and 1 conflicted resources. failed: it was refused",
    ],
    [
      [ready, starting],
      "False NotAllResourcesReady: Not all resources are ready: 1/2 ready. db: 0 of 1 pods ready",
      "True ResourcesNotReady: Not all resources are ready: 1/2 ready. db: 0 of 1 pods ready",
    ],
  ];
  for (const [records, readyTold, degradedTold] of table) {
    assert.equal(told(status(...records), "Ready"), readyTold);
    assert.equal(told(status(...records), "Degraded"), degradedTold);
  }
});

Deno.test("a blocked dependent says what it waits for, and why that is not ready", () => {
  const expected = "Waiting for db to become ready (db: 0 of 1 pods ready)";
  assert.equal(told(status(starting, waiting), "Progressing"), `True Reconciling: ${expected}`);
  assert(told(status(starting, waiting), "Ready").endsWith(expected));
});

Deno.test("Progressing is over when nothing waits, progresses or leaves", () => {
  const over = "False ReconcileComplete: Reconciliation completed";
  assert.equal(told(status(ready, failed), "Progressing"), over);
  assert.match(told(status(ready, leaving), "Progressing"), /^True Reconciling: old: deleted; waits$/);
});

Deno.test("Conflicted names the resource", () => {
  assert.equal(told(status(conflicted), "Conflicted"), "True ResourceConflict: held: helm has it");
  assert.equal(told(status(failed), "Conflicted"), "False NoConflict: No resource conflicts detected");
});

Deno.test("counts are over what is desired; a conflict counts as failed too; zeros are written", () => {
  const counts = (of: NodeStatus) => [
    of.desiredResources,
    of.readyResources,
    of.failedResources,
    of.conflictedResources,
    of.skippedResources,
  ];
  assert.deepEqual(counts(status(ready, failed, conflicted, skipped, starting, leaving)), [5, 1, 2, 1, 1]);
  assert.deepEqual(counts(status()), [0, 0, 0, 0, 0]);
  assert.deepEqual(status(ready, skipped).skippedResourceIds, ["skipped"]);
  assert.deepEqual(status(ready).skippedResourceIds, []);
});

Deno.test("appliedResources list what is ours, sorted; what leaves and what never was ours is not among them", () => {
  const role = recordOf("role", { kind: "ClusterRole" });
  const { namespace: _, ...clusterScoped } = role;
  const foreign = { ...conflicted, uid: undefined } as unknown as ResourceRecord;
  assert.deepEqual(status(ready, clusterScoped, leaving, foreign, waiting).appliedResources, [
    "ClusterRole/ns/acme-role@role",
    "ConfigMap/ns/acme-ready@ready",
  ]);
});

Deno.test("the same records give the same status at any later time", () => {
  const first = status(ready, starting);
  const later = nodeStatus([ready, starting], { ...input(first), now: new Date("2027-01-01T00:00:00Z") });
  assert.deepEqual(later, first);
});

Deno.test("a node that can't be worked on keeps its records and says why", () => {
  const before = status(ready);
  const problem = { reason: "DependencyError", degraded: "DependencyCycle", message: "a -> b -> a" };
  const after = problemStatus(problem, { ...input(before), generation: 4 });
  assert.equal(told(after, "Ready"), "False DependencyError: a -> b -> a");
  assert.equal(told(after, "Degraded"), "True DependencyCycle: a -> b -> a");
  assert.match(told(after, "Progressing"), /^False ReconcileComplete/);
  assert.equal(after.observedGeneration, 4);
  assert.deepEqual(after.resources, before.resources);
  assert.deepEqual(after.appliedResources, before.appliedResources);
});

Deno.test("a node that is being deleted is not ready, and says what holds it", () => {
  const going = (...records: ResourceRecord[]) => nodeStatus(records, { ...input(), deleting: true });
  const refused = { ...leaving, id: "no", reason: "DeletionFailed", message: "forbidden" };
  const waits = { ...leaving, id: "late", reason: "WaitingForDependents", message: "later" };
  assert.match(
    told(going(waits, leaving), "Ready"),
    /^False Deleting: The node is being deleted, 2 resources are left\. .*: deleted; waits$/,
  );
  assert.match(told(going(leaving, refused), "Ready"), /^False DeletionFailed: .*: forbidden$/);
  assert.match(told(going(leaving), "Progressing"), /^True /);
});
