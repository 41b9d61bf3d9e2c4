import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { API, configOf, nodeOf } from "../support/deletion_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady, told } from "../support/tenants.ts";

const answer = await requireControlPlane();

const FORM = `
  configMaps:
  - {id: app, nameTemplate: "{{ .uid }}-app", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`;
const SHARED = `
  namespaces:
  - {id: home, nameTemplate: "NAME", spec: {apiVersion: v1, kind: Namespace}}
`;

const conflict = (lab: OperatorLab, says: RegExp) =>
  told(lab, {
    kind: "LynqNode",
    name: "acme-web",
    type: "Conflicted",
    status: "True",
    event: "ResourceConflict",
    says,
  });

/** An object that somebody made is left as it is, until it says itself that it may be taken. */
async function takenByAnnotation(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: acme-app, namespace: ${namespace}}
data: {plan: theirs, more: theirs}
`);
  const theirs = await configOf(lab, "acme-app");
  await objects.apply(hub(lab, { name: "tenants" }));
  await objects.apply(form(lab, "web", FORM));
  const { message } = await conflict(lab, /belongs to "test"/);
  assert.match(message, /lynq\.sh\/adopt=acme-web/);
  assert.deepEqual(await configOf(lab, "acme-app"), theirs);
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-app" };
  await objects.merge(which, { metadata: { annotations: { "lynq.sh/adopt": "beta-web" } } });
  await objects.merge(which, { metadata: { annotations: { "lynq.sh/adopt": "acme-web" } } });
  await nodeReady(lab, "acme-web");
  const taken = await configOf(lab, "acme-app");
  assert.equal(taken?.metadata.uid, theirs?.metadata.uid);
  assert.deepEqual(taken?.["data"], { plan: "small", more: "theirs" });
  assert.equal(taken?.metadata.labels?.["lynq.sh/node"], "acme-web");
  assert.equal(taken?.metadata.ownerReferences?.[0]?.kind, "LynqNode");
}

/** Another controller has become the owner: even Force leaves it alone, and says whose it is. */
async function anotherController(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: boss, namespace: ${namespace}}
`);
  const boss = (await configOf(lab, "boss"))?.metadata.uid;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-app" };
  const owner = { apiVersion: "v1", kind: "ConfigMap", name: "boss", uid: boss, controller: true };
  await objects.merge(which, { metadata: { ownerReferences: [owner] } });
  await conflict(lab, /controlled by ConfigMap boss/);
  await objects.apply(form(lab, "web", FORM.replace("spec:", "conflictPolicy: Force, spec:")));
  await conflict(lab, /controlled by ConfigMap boss/);
  assert.deepEqual((await configOf(lab, "acme-app"))?.metadata.ownerReferences?.map(({ name }) => name), [
    "boss",
  ]);
  await objects.merge(which, { metadata: { ownerReferences: null } });
  await nodeReady(lab, "acme-web");
  assert.equal((await configOf(lab, "acme-app"))?.metadata.ownerReferences?.[0]?.kind, "LynqNode");
}

/** A node whose finalizer was taken off by hand never let go: its claim keeps nobody from deleting. */
async function claimOfTheDead(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const home = `home-${namespace}`;
  for (const name of ["one", "two"]) await objects.apply(form(lab, name, SHARED.replace("NAME", home)));
  await nodeReady(lab, "acme-one");
  await nodeReady(lab, "acme-two");
  await lab.operator.stop();
  const one = { apiVersion: API, kind: "LynqNode", namespace, name: "acme-one" };
  const form1 = { apiVersion: API, kind: "LynqForm", namespace, name: "one" };
  for (const which of [one, form1]) {
    await objects.merge(which, { metadata: { finalizers: null } });
    await objects.remove(which);
  }
  lab.operator = await lab.start();
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  const which = { apiVersion: "v1", kind: "Namespace", name: home };
  await until("the namespace to be gone", async () => await objects.get(which) === undefined);
  await until("the last node to be gone", async () => await nodeOf(lab, "acme-two") === undefined);
}

/** What the CRD itself refuses. */
async function refusedByTheKind(lab: OperatorLab): Promise<void> {
  const merged = FORM.replace("spec:", "sharing: Shared, patchStrategy: merge, spec:");
  const error = await lab.objects.apply(form(lab, "bad", merged)).then(() => undefined, (e: unknown) => e);
  assert.match(String(error), /sharing: Shared needs patchStrategy: apply/);
}

operatorTest(answer, "an object that is there already is taken only as somebody said", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
  },
  steps: [
    { title: "an annotation on the object lets the node that it names take it", run: takenByAnnotation },
    { title: "what another controller owns is a conflict that names it", run: anotherController },
    { title: "sharing needs server-side apply", run: refusedByTheKind },
    { title: "the claim of a node that is gone keeps nobody from deleting", run: claimOfTheDead },
  ],
});
