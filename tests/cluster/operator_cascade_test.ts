import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { API, cascade, conditionOf, configOf, nodeOf } from "../support/deletion_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const away = (lab: OperatorLab) => `away-${lab.namespace}`;

/** Three children: one that the node owns, one elsewhere, and a Namespace that nodes of the row share. */
const RESOURCES = (lab: OperatorLab, name: string) => `
  namespaces:
  - {id: home, nameTemplate: "${away(lab)}-{{ .uid }}", spec: {apiVersion: v1, kind: Namespace}}
  configMaps:
  - {id: near, nameTemplate: "{{ .uid }}-${name}", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  - {id: far, nameTemplate: "{{ .uid }}-${name}", targetNamespace: "${
  away(lab)
}-{{ .uid }}", dependIds: [home],
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`;

async function childrenOf(lab: OperatorLab, name: string): Promise<(KubeObject | undefined)[]> {
  const namespace = `${away(lab)}-acme`;
  return [
    await configOf(lab, name),
    await lab.objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name }),
    await lab.objects.get({ apiVersion: "v1", kind: "Namespace", name: namespace }),
  ];
}

const uids = (objects: readonly (KubeObject | undefined)[]) => objects.map((each) => each?.metadata.uid);
const isGoing = (object: KubeObject | undefined) => object?.metadata.deletionTimestamp !== undefined;

async function another(lab: OperatorLab, name: string, than: string | undefined): Promise<KubeObject> {
  await until(`another ${name}`, async () => {
    const node = await nodeOf(lab, name);
    return node !== undefined && node.metadata.uid !== than;
  });
  return await nodeReady(lab, name);
}

async function nodeLeavesChildren(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await objects.apply(hub(lab, { name: "tenants" }));
  await objects.apply(form(lab, "web", RESOURCES(lab, "web")));
  const node = await nodeReady(lab, "acme-web");
  const before = uids(await childrenOf(lab, "acme-web"));
  // Without its hub the node is not made anew at once.
  const paused = { apiVersion: API, kind: "LynqHub", namespace: lab.namespace, name: "tenants" };
  await objects.merge(paused, { spec: { paused: true } });
  await until(
    "the hub to know that it is paused",
    async () => conditionOf(await objects.get(paused), "Paused")?.status === "True",
  );
  await cascade(lab, { kind: "LynqNode", name: "acme-web" }, "Orphan");
  await until("the node to be gone", async () => await nodeOf(lab, "acme-web") === undefined);
  const left = await childrenOf(lab, "acme-web");
  assert.deepEqual(uids(left), before);
  for (const child of left) {
    assert.ok(child !== undefined);
    assert.equal(child.metadata.labels?.["lynq.sh/orphaned"], "true", `${child.kind}`);
    assert.equal(child.metadata.annotations?.["lynq.sh/orphaned-reason"], "LynqNodeDeleted");
    assert.equal(child.metadata.ownerReferences, undefined);
    assert.equal(isGoing(child), false);
  }
  await objects.merge(paused, { spec: { paused: false } });
  await another(lab, "acme-web", node.metadata.uid);
  assert.deepEqual(uids(await childrenOf(lab, "acme-web")), before);
}

/** The garbage collector is done with it before the operator is there: the children that lost their owner tell. */
async function operatorWasAway(lab: OperatorLab): Promise<void> {
  const node = await nodeReady(lab, "acme-web");
  const before = uids(await childrenOf(lab, "acme-web"));
  await lab.operator.stop();
  await cascade(lab, { kind: "LynqNode", name: "acme-web" }, "Orphan");
  await until("the garbage collector to be done", async () => {
    const { finalizers = [] } = (await nodeOf(lab, "acme-web"))?.metadata ?? {};
    return finalizers.length === 1 &&
      (await configOf(lab, "acme-web"))?.metadata.ownerReferences === undefined;
  });
  lab.operator = await lab.start();
  await another(lab, "acme-web", node.metadata.uid);
  assert.deepEqual(uids(await childrenOf(lab, "acme-web")), before);
}

async function nodeInForeground(lab: OperatorLab): Promise<void> {
  const node = await nodeReady(lab, "acme-web");
  const before = uids(await childrenOf(lab, "acme-web"));
  await cascade(lab, { kind: "LynqNode", name: "acme-web" }, "Foreground");
  await another(lab, "acme-web", node.metadata.uid);
  const after = uids(await childrenOf(lab, "acme-web"));
  assert.deepEqual(before.filter((uid) => after.includes(uid)), []);
}

/** A node that was left behind goes on by itself: it repairs, and no row or form changes it. */
async function goesOn(lab: OperatorLab, name: string): Promise<void> {
  const { objects, namespace } = lab;
  const node = await nodeOf(lab, name);
  assert.equal(node?.metadata.labels?.["lynq.sh/hub"], undefined);
  assert.equal(node?.metadata.ownerReferences, undefined);
  assert.equal(isGoing(node), false);
  await objects.remove({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
  const again = await until("the object to be made anew", async () => await configOf(lab, name));
  assert.deepEqual(again["data"], { plan: "small" });
}

async function formLeavesNodes(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  await objects.apply(form(lab, "api", RESOURCES(lab, "api")));
  await nodeReady(lab, "acme-api");
  const before = uids(await childrenOf(lab, "acme-api"));
  await cascade(lab, { kind: "LynqForm", name: "api" }, "Orphan");
  await until(
    "the form to be gone",
    async () =>
      await objects.get({ apiVersion: API, kind: "LynqForm", namespace, name: "api" }) === undefined,
  );
  assert.deepEqual(uids(await childrenOf(lab, "acme-api")), before);
  await db.exec("UPDATE tenants SET plan = 'big' WHERE id = 'acme'");
  await until(
    "the other form's node to follow",
    async () =>
      ((await configOf(lab, "acme-web"))?.["data"] as { plan?: string } | undefined)?.plan === "big",
  );
  await goesOn(lab, "acme-api");
  await db.exec("UPDATE tenants SET plan = 'small' WHERE id = 'acme'");
  await until(
    "the other form's node to follow back",
    async () =>
      ((await configOf(lab, "acme-web"))?.["data"] as { plan?: string } | undefined)?.plan === "small",
  );
}

async function hubInForeground(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const which = { apiVersion: API, kind: "LynqHub", namespace, name: "tenants" };
  await cascade(lab, { kind: "LynqHub", name: "tenants" }, "Foreground");
  await until("the hub to be gone", async () => await objects.get(which) === undefined);
  assert.equal(await nodeOf(lab, "acme-web"), undefined);
  assert.equal(await configOf(lab, "acme-web"), undefined);
  await goesOn(lab, "acme-api");
  await objects.apply(hub(lab, { name: "tenants" }));
  await nodeReady(lab, "acme-web");
}

async function hubLeavesNodes(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const before = uids(await childrenOf(lab, "acme-web"));
  await cascade(lab, { kind: "LynqHub", name: "tenants" }, "Orphan");
  const which = { apiVersion: API, kind: "LynqHub", namespace, name: "tenants" };
  await until("the hub to be gone", async () => await objects.get(which) === undefined);
  assert.deepEqual(uids(await childrenOf(lab, "acme-web")), before);
  const node = (await nodeOf(lab, "acme-web"))?.metadata.uid;
  await objects.apply(hub(lab, { name: "tenants" }));
  await until(
    "a hub of the same name to take the node back",
    async () => (await nodeOf(lab, "acme-web"))?.metadata.labels?.["lynq.sh/hub"] === "tenants",
  );
  assert.equal((await nodeReady(lab, "acme-web")).metadata.uid, node);
  assert.equal((await objects.list({ apiVersion: API, kind: "LynqNode", namespace })).length, 2);
  await cascade(lab, { kind: "LynqHub", name: "tenants" }, "Orphan");
  await until("the hub to be gone again", async () => await objects.get(which) === undefined);
  await db.exec("DELETE FROM tenants");
  assert.deepEqual(uids(await childrenOf(lab, "acme-web")), before);
  await goesOn(lab, "acme-web");
  // A form doesn't wait for nodes that no hub has.
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "web" });
  await until(
    "the form to be gone",
    async () =>
      await objects.get({ apiVersion: API, kind: "LynqForm", namespace, name: "web" }) === undefined,
  );
  await goesOn(lab, "acme-web");
}

/** Everything at once, as `kubectl delete namespace` does it; the namespace says that what is elsewhere goes along. */
async function namespaceGoes(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  await db.exec("INSERT INTO tenants VALUES ('beta', 1, 'small'), ('gamma', 1, 'small')");
  await objects.apply(hub(lab, { name: "tenants" }));
  await objects.apply(form(lab, "web", RESOURCES(lab, "web")));
  await Promise.all([nodeReady(lab, "beta-web"), nodeReady(lab, "gamma-web")]);
  const which = { apiVersion: "v1", kind: "Namespace", name: namespace };
  await objects.merge(which, { metadata: { annotations: { "lynq.sh/confirm-teardown": "true" } } });
  await objects.remove(which);
  await until("the namespace to be gone", async () => await objects.get(which) === undefined);
  for (const row of ["acme", "beta", "gamma"]) {
    const name = `${away(lab)}-${row}`;
    await until(
      `${name} to be gone`,
      async () => await objects.get({ apiVersion: "v1", kind: "Namespace", name }) === undefined,
    );
  }
}

operatorTest(answer, "a deletion takes along or leaves behind what it says, however it is asked for", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
  },
  steps: [
    {
      title: "a node leaves its children behind as orphans, and its successor takes them up",
      run: nodeLeavesChildren,
    },
    { title: "it does so too where the operator comes after the garbage collector", run: operatorWasAway },
    { title: "a node deleted in the foreground takes its children along", run: nodeInForeground },
    { title: "a form leaves its nodes behind, which go on by themselves", run: formLeavesNodes },
    {
      title: "a hub deleted in the foreground takes its nodes along, but not those left behind",
      run: hubInForeground,
    },
    { title: "a hub leaves its nodes behind, and no form waits for them", run: hubLeavesNodes },
    { title: "a namespace with hubs, forms and nodes in it goes as a whole", run: namespaceGoes },
  ],
});
