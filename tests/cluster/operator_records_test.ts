import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { conditionOf, configOf, hold, nodeOf, recordsOf, release } from "../support/deletion_lab.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { account, ALL, impersonation, mayDo, role } from "../support/tenant_accounts.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const entry = (id: string, more = "") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${more} spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}\n`;
const REST = `  configMaps:\n${entry("rest")}`;
const ALL_OF_IT = `${REST}${entry("kept", "deletionPolicy: Retain,")}${entry("gone")}`;

const run: { audit?: OperatorAudit } = {};

async function prepare(lab: OperatorLab): Promise<void> {
  run.audit = new OperatorAudit(lab.plane);
  await run.audit.restart();
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
  await lab.objects.apply([
    ...account(lab, "tenant", ALL),
    impersonation(lab),
    `${hub(lab, { name: "tenants" })}  serviceAccountName: tenant`,
    form(lab, "web", ALL_OF_IT),
  ].join("\n---\n"));
  await nodeReady(lab, "acme-web");
}

/** What goes with its node is owned by it; what is to stay is told by labels alone, as both are found by. */
async function marked(lab: OperatorLab): Promise<void> {
  const { metadata: { uid } } = await nodeReady(lab, "acme-web");
  const [gone, kept] = [await configOf(lab, "acme-gone"), await configOf(lab, "acme-kept")];
  assert.deepEqual(
    gone?.metadata.ownerReferences?.map(({ kind, name, uid, controller }) => [kind, name, uid, controller]),
    [["LynqNode", "acme-web", uid, true]],
  );
  assert.equal(kept?.metadata.ownerReferences, undefined);
  for (const object of [gone, kept]) {
    const { "lynq.sh/node": node, "lynq.sh/node-namespace": home } = object?.metadata.labels ?? {};
    assert.deepEqual([node, home], ["acme-web", lab.namespace]);
  }
}

/** While no operator runs the objects lose what they tell of themselves, or tell something else. */
async function disfigured(lab: OperatorLab, policies: Readonly<Record<string, string>>): Promise<void> {
  await lab.operator.stop();
  for (const [id, policy] of Object.entries(policies)) {
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace, name: `acme-${id}` };
    const labels = { "lynq.sh/node": null, "lynq.sh/node-namespace": null, "lynq.sh/bucket": null };
    await lab.objects.merge(which, {
      metadata: { labels, annotations: { "lynq.sh/deletion-policy": policy } },
    });
  }
}

async function keptAndGone(lab: OperatorLab, uid: string | undefined): Promise<void> {
  await until("the one to be gone", async () => await configOf(lab, "acme-gone") === undefined);
  const kept = await until("the other to be retained", async () => {
    const found = await configOf(lab, "acme-kept");
    return found?.metadata.labels?.["lynq.sh/orphaned"] === "true" ? found : undefined;
  });
  const { annotations = {}, ownerReferences, deletionTimestamp } = kept.metadata;
  assert.equal(kept.metadata.uid, uid);
  assert.equal(annotations["lynq.sh/orphaned-reason"], "RemovedFromTemplate");
  assert.match(annotations["lynq.sh/orphaned-at"] ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual([ownerReferences, deletionTimestamp], [undefined, undefined]);
  await until(
    "their records to be gone",
    async () => (await recordsOf(lab, "acme-web")).map(({ id }) => id).join() === "rest",
  );
}

/** The record says Retain and Delete, the objects say the opposite and are in no watch of the operator's. */
async function recordedPolicy(lab: OperatorLab): Promise<void> {
  const uid = (await configOf(lab, "acme-kept"))?.metadata.uid;
  await disfigured(lab, { kept: "Delete", gone: "Retain" });
  await lab.objects.apply(form(lab, "web", REST));
  lab.operator = await lab.start();
  await keptAndGone(lab, uid);
}

async function failedReads(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await objects.apply(form(lab, "web", ALL_OF_IT));
  await until("both to be ready", async () => {
    const records = await recordsOf(lab, "acme-web");
    return records.length === 3 && records.every(({ state }) => state === "Ready");
  });
  const uid = (await configOf(lab, "acme-kept"))?.metadata.uid;
  await disfigured(lab, { kept: "Delete" });
  await objects.apply(role(lab, "tenant", ALL.filter((verb) => verb !== "get")));
  await until(
    "the right to be gone",
    async () => !await mayDo(lab, { account: "tenant", verb: "get", resource: "configmaps" }),
  );
  const seen = await configOf(lab, "acme-kept");
  await objects.apply(form(lab, "web", `${REST}${entry("gone")}`));
  lab.operator = await lab.start();
  await isRecorded(lab);
  await lab.operator.kill();
  lab.operator = await lab.start();
  await objects.apply(form(lab, "web", REST));
  await until(
    "the restarted one to let the other go",
    async () => await configOf(lab, "acme-gone") === undefined,
  );
  await isRecorded(lab);
  assert.deepEqual(await configOf(lab, "acme-kept"), seen);
  await objects.apply(role(lab, "tenant", ALL));
  await keptAndGone(lab, uid);
}

/** It could not be read: it is recorded with what is to become of it, and why nothing does. */
async function isRecorded(lab: OperatorLab): Promise<void> {
  const { state, deletionPolicy, message } = await until("the failed read to be told", async () => {
    const record = (await recordsOf(lab, "acme-web")).find(({ id }) => id === "kept");
    return record?.reason === "DeletionFailed" ? record : undefined;
  });
  assert.deepEqual([state, deletionPolicy], ["Deleting", "Retain"]);
  assert.match(message ?? "", /cannot get resource "configmaps"/);
}

/** A node that waits for a child tells so and keeps its finalizer, in the next process too. */
async function goingIsTold(lab: OperatorLab): Promise<void> {
  await hold(lab, "acme-rest");
  await lab.db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  const told = () =>
    until("the node to tell what it waits for", async () => {
      const ready = conditionOf(await nodeOf(lab, "acme-web"), "Ready");
      const [record] = await recordsOf(lab, "acme-web");
      return ready?.reason === "Deleting" && record?.reason === "Terminating" ? ready : undefined;
    });
  assert.equal((await told()).status, "False");
  await lab.operator.kill();
  lab.operator = await lab.start();
  assert.equal((await told()).status, "False");
  assert.deepEqual((await nodeOf(lab, "acme-web"))?.metadata.finalizers, [
    "lynqnode.operator.lynq.sh/finalizer",
  ]);
  await release(lab, "acme-rest");
  await until("the node to be gone", async () => await nodeOf(lab, "acme-web") === undefined);
  assert.equal(await configOf(lab, "acme-rest"), undefined);
}

/** Of every request to delete something since the test began, as the API server's audit log has it. */
async function meantByUid(): Promise<void> {
  const { named, unnamed } = await run.audit?.deletions() ?? { named: [], unnamed: ["none"] };
  assert.deepEqual(unnamed, []);
  for (const what of ["configmaps/acme-gone", "configmaps/acme-rest", "lynqnodes/acme-web"]) {
    assert.ok(named.includes(what), `${what} among ${named.join()}`);
  }
}

operatorTest(
  answer,
  "what was recorded decides what goes, whatever became of the objects and of their reads",
  {
    prepare,
    steps: [
      { title: "a child is owned by the node that it goes with, and labelled in any case", run: marked },
      { title: "the policy is the recorded one, whatever the objects say by now", run: recordedPolicy },
      { title: "a read that fails loses neither record nor policy, over a restart too", run: failedReads },
      { title: "a node that goes tells what it waits for and keeps its finalizer", run: goingIsTold },
      { title: "each deletion named the UID of what it meant", run: meantByUid },
    ],
  },
);
