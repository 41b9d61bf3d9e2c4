import assert from "node:assert/strict";
import { readyStatus, storedForm, storedHub, storedNode } from "../../tests/support/stored_objects.ts";
import { findCondition } from "../api/conditions.ts";
import { hasFailed } from "../api/rollout.ts";
import type { RowProblem } from "../api/row.ts";
import type { StoredNode } from "../api/stored.ts";
import { describeUid, hubStatus, type SyncResult } from "./hub_status.ts";

const NOW = "2026-01-01T00:00:00Z";
const synced = (problems: readonly RowProblem[] = []): SyncResult => ({
  kind: "synced",
  desired: 3,
  forms: 1,
  problems,
});
const failed: SyncResult = {
  kind: "failed",
  code: "TableNotFound",
  message: 'table "rows" does not exist',
  remedy: "Create it",
};
const node = (row: string, status: StoredNode["status"] = {}) => storedNode({ row, form: "web" }, { status });

interface Of {
  readonly before?: ReturnType<typeof storedHub>;
  readonly nodes?: StoredNode[];
  readonly forms?: string[];
}

function status(sync: SyncResult, of: Of = {}) {
  return hubStatus(of.before ?? storedHub(), {
    sync,
    forms: (of.forms ?? ["web"]).map((name) => storedForm({ name })),
    nodes: of.nodes ?? [],
    now: NOW,
  });
}

Deno.test("counts come from the nodes; one that is starting or being deleted has not failed", () => {
  const nodes = [
    node("ready", readyStatus("True", "Reconciled")),
    node("starting", readyStatus("False", "NotAllResourcesReady")),
    node("failed", readyStatus("False", "ResourcesFailed")),
    node("conflicted", readyStatus("False", "ResourcesConflicted")),
    node("new"),
    node("going", readyStatus("False", "Deleting")),
    node("refused", readyStatus("False", "DeletionFailed")),
  ];
  const { desired, ready, failed, referencingTemplates } = status(synced(), { nodes });
  assert.deepEqual({ desired, ready, failed, referencingTemplates }, {
    desired: 3,
    ready: 1,
    failed: 3,
    referencingTemplates: 1,
  });
  assert.deepEqual(nodes.map(hasFailed), [false, false, true, true, false, false, true]);
});

Deno.test("zeros are written", () => {
  const { desired, ready, failed, quarantined } = status({
    kind: "synced",
    desired: 0,
    forms: 1,
    problems: [],
  });
  assert.deepEqual([desired, ready, failed, quarantined], [0, 0, 0, 0]);
});

Deno.test("a form that comes or goes between two reads counts at once, also while the rows can't be read", () => {
  const desired = (sync: SyncResult, forms: string[], before = storedHub()) =>
    status(sync, { forms, before }).desired;
  assert.deepEqual([[], ["a"], ["a", "b"]].map((forms) => desired(synced(), forms)), [0, 3, 6]);
  const before = storedHub({ status: { desired: 4, referencingTemplates: 2 } });
  assert.deepEqual([["a"], ["a", "b"], ["a", "b", "c"]].map((forms) => desired(failed, forms, before)), [
    2,
    4,
    6,
  ]);
});

Deno.test("a good read is told by the reason that scripts know", () => {
  const ready = findCondition(status(synced()).conditions, "Ready");
  assert.equal(ready?.status, "True");
  assert.equal(ready?.reason, "DatabaseConnected");
  assert.equal(ready?.message, "Successfully connected to database and queried node data");
});

Deno.test("a failed read names the cause and the remedy and keeps the last good counts", () => {
  const before = storedHub({ status: status(synced([{ reason: "InvalidUid", uid: "X", message: "odd" }])) });
  const after = status(failed, { before });
  assert.equal(after.desired, 3);
  assert.equal(after.quarantined, 1);
  const ready = findCondition(after.conditions, "Ready");
  assert.equal(ready?.reason, "DatabaseConnectionFailed");
  assert.match(ready?.message ?? "", /table "rows" does not exist\. Create it$/);
  assert.equal(findCondition(after.conditions, "SourceAvailable")?.reason, "TableNotFound");
  assert.equal(findCondition(after.conditions, "RowsAccepted")?.status, "False");
});

Deno.test("before the first read nothing is claimed about the database", () => {
  const before = storedHub({ status: status(synced()) });
  assert.deepEqual(status({ kind: "none" }, { before }), before.status);
  assert.deepEqual(status({ kind: "none" }).conditions, []);
});

Deno.test("rows that are left out are named, ten of them at most", () => {
  const problems = Array.from({ length: 12 }, (_, n): RowProblem => ({
    reason: "InvalidUid",
    uid: `U${n}`,
    message: "odd",
  }));
  const rows = findCondition(status(synced(problems)).conditions, "RowsAccepted");
  assert.equal(rows?.status, "False");
  assert.equal(rows?.reason, "InvalidUid");
  assert.match(rows?.message ?? "", /^12 rows are left as they are: "U0": odd; .*"U9": odd \(and 2 more\)$/);
  const { quarantined, quarantinedRows = [] } = status(synced(problems));
  assert.deepEqual([quarantined, quarantinedRows.length], [12, 10]);
  assert.deepEqual(quarantinedRows[0], { uid: '"U0"', reason: "InvalidUid", message: "odd" });
});

Deno.test("the same facts give the same status, so that nothing is written", () => {
  const first = status(synced(), { nodes: [node("a")] });
  const later = hubStatus(storedHub({ status: first }), {
    sync: synced(),
    forms: [storedForm()],
    nodes: [node("a")],
    now: "2026-02-02T00:00:00Z",
  });
  assert.deepEqual(later, first);
});

Deno.test("a uid is shown escaped and cut", () => {
  assert.equal(describeUid('a"\n'), '"a\\"\\n"');
  assert.equal(describeUid("x".repeat(50)), `"${"x".repeat(40)}..."`);
});
