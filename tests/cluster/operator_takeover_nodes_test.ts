import assert from "node:assert/strict";
import { parse } from "yaml";
import type { NodeStatus } from "../../src/api/node.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until, type Which } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type FormerChild, FormerCluster, type FormerNode } from "../support/former_cluster.ts";
import { installKinds, type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";

const space = (lab: OperatorLab, uid: string) => `${uid}-${lab.namespace}`;

/** The form of a tier: the tenant's Namespace, which the other tier declares too, and a ConfigMap in it. */
function tier(lab: OperatorLab, name: string): string {
  return form(
    lab,
    name,
    `
  namespaces:
  - {id: space, nameTemplate: "{{ .uid }}-${lab.namespace}", spec: {apiVersion: v1, kind: Namespace}}
  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-${name}"
    targetNamespace: "{{ .uid }}-${lab.namespace}"
    dependIds: [space]
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  - id: own
    nameTemplate: "{{ .uid }}-${name}-own"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  - id: kept
    nameTemplate: "{{ .uid }}-${name}-kept"
    deletionPolicy: Retain
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
`,
  );
}

function configMap(name: string, namespace: string): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { plan: "pro" } };
}

/** A node of a tier, all but the Namespace. */
function tierNode(lab: OperatorLab, uid: string, name: string): FormerNode {
  const { namespace } = lab;
  const { spec: { hubId: _, ...arrays } } = parse(
    tier(lab, name).replaceAll('nameTemplate: "{{ .uid }}', `nameTemplate: "${uid}`),
  ) as {
    spec: Record<string, unknown>;
  };
  const children: FormerChild[] = [
    { object: configMap(`${uid}-${name}`, space(lab, uid)) },
    { object: configMap(`${uid}-${name}-own`, namespace) },
    { object: configMap(`${uid}-${name}-kept`, namespace), retain: true },
  ];
  return {
    ...{ namespace, hub: "tenants", form: name, uid, extra: { plan: "pro" }, arrays, children },
    appliedResources: [
      `Namespace/${namespace}/${space(lab, uid)}@space`,
      `ConfigMap/{{ .uid }}-${namespace}/${uid}-${name}@config`,
      `ConfigMap/${namespace}/${uid}-${name}-own@own`,
      `ConfigMap/${namespace}/${uid}-${name}-kept@kept`,
    ],
  };
}

const uids = new Map<string, string | undefined>();

const map = (name: string, namespace: string): Which => {
  return { apiVersion: "v1", kind: "ConfigMap", namespace, name };
};

function watched(lab: OperatorLab): Which[] {
  const { namespace } = lab;
  return [
    { apiVersion: "v1", kind: "Namespace", name: space(lab, "acme") },
    ...["data", "web"].flatMap((name) => [
      map(`acme-${name}`, space(lab, "acme")),
      map(`acme-${name}-own`, namespace),
      map(`acme-${name}-kept`, namespace),
    ]),
    map("by-hand", namespace),
  ];
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { plane, objects, db, namespace } = lab;
  await lab.operator.stop();
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(30) PRIMARY KEY, plan VARCHAR(30), active INT); " +
      "INSERT INTO tenants VALUES ('acme', 'pro', 1), ('gone', 'pro', 0), ('edit', 'pro', 1)",
  );
  const client = createKubeClient(plane.credentials("admin"));
  try {
    const former = new FormerCluster(client);
    await former.installKinds();
    await former.writeHubAndForm({ hub: hub(lab, { name: "tenants" }), form: tier(lab, "data") });
    await former.write(parse(tier(lab, "web")) as KubeObject, "kubectl-client-side-apply");
    for (const uid of ["acme", "gone", "edit"]) await former.write(namespaceOf(lab, uid), "test");
    for (const name of ["data", "web"]) await former.writeNode(tierNode(lab, "acme", name));
    for (const uid of ["gone", "edit"]) await former.writeNode(tierNode(lab, uid, "data"));
    await former.merge(configMap("edit-data-own", namespace), { data: { plan: "edited" } }, "kubectl-edit");
    await tracked(lab, former);
    await handWritten(lab, former);
  } finally {
    client.close();
  }
  for (const which of watched(lab)) uids.set(which.name, (await objects.get(which))?.metadata.uid);
  assert.equal(uids.get("by-hand") === undefined, false, namespace);
  await installKinds(objects);
  lab.operator = await lab.start();
}

function namespaceOf(lab: OperatorLab, uid: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: space(lab, uid) } };
}

/** Both tiers applied the Namespace under one manager: the last one's name is on it. */
async function tracked(lab: OperatorLab, former: FormerCluster): Promise<void> {
  const { objects, namespace } = lab;
  const owners = [["acme", "data"], ["acme", "web"], ["gone", "data"], ["edit", "data"]] as const;
  for (const [uid, name] of owners) {
    const node = await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: `${uid}-${name}` });
    assert(node !== undefined);
    await former.writeChild(node, { object: namespaceOf(lab, uid) });
  }
}

/** A LynqNode that a person wrote: no hub, templates in its arrays and so in its list. */
async function handWritten(lab: OperatorLab, former: FormerCluster): Promise<void> {
  const { namespace, objects } = lab;
  const spec = { apiVersion: "v1", kind: "ConfigMap", data: { plan: "pro" } };
  const node = await former.write({
    apiVersion: API,
    kind: "LynqNode",
    metadata: { name: "by-hand", namespace, finalizers: ["lynqnode.operator.lynq.sh/finalizer"] },
    spec: {
      uid: "by-hand",
      templateRef: "none",
      configMaps: [{ id: "a", nameTemplate: "{{ .uid }}", spec }],
    },
  }, "kubectl-client-side-apply");
  await former.writeChild(node, { object: configMap("by-hand", namespace) });
  const left = { ...configMap("by-hand-left", namespace) };
  await former.writeChild(node, { object: left });
  const status = {
    appliedResources: [`ConfigMap/${namespace}/{{ .uid }}@a`, `ConfigMap/${namespace}/{{ .uid }}-left@b`],
  };
  const which = { apiVersion: API, kind: "LynqNode", namespace, name: "by-hand" };
  await objects.merge(which, { status }, "status");
}

/** Its status is ours, and Ready. */
async function takenOver(lab: OperatorLab, name: string): Promise<KubeObject> {
  return await until(`${name} to be taken over`, async () => {
    const node = await nodeReady(lab, name);
    return (node["status"] as NodeStatus).resources === undefined ? undefined : node;
  });
}

/** Two tiers that declare one Namespace: each has its claim on it, and none waits for ever. */
async function shared(lab: OperatorLab): Promise<void> {
  const live = await until("both claims on the namespace", async () => {
    const found = await lab.objects.get({ apiVersion: "v1", kind: "Namespace", name: space(lab, "acme") });
    const claims = Object.keys(found?.metadata.annotations ?? {}).filter((key) =>
      key.startsWith("claim.lynq.sh/")
    );
    return claims.length === 2 ? found : undefined;
  });
  for (const name of ["acme-data", "acme-web"]) await takenOver(lab, name);
  const managers = live?.metadata.managedFields?.map(({ manager }) => manager ?? "") ?? [];
  assert(!managers.includes("lynq-operator"), managers.join());
  for (const which of watched(lab)) {
    assert.equal((await lab.objects.get(which))?.metadata.uid, uids.get(which.name), which.name);
  }
}

async function byHand(lab: OperatorLab): Promise<void> {
  const node = await takenOver(lab, "by-hand");
  assert("configMaps" in (node["spec"] as object));
  const { appliedResources } = node["status"] as NodeStatus;
  assert.deepEqual(appliedResources, [`ConfigMap/${lab.namespace}/by-hand@a`]);
  const left = map("by-hand-left", lab.namespace);
  await until("what left the node to be gone", async () => await lab.objects.get(left) === undefined);
  await lab.objects.remove({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name: "by-hand" });
  const own = map("by-hand", lab.namespace);
  await until("the object to go with its node", async () => await lab.objects.get(own) === undefined);
}

/** A node that goes before we ever worked on it takes along what is its own, from the list and the labels alone. */
async function gone(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const node = { apiVersion: API, kind: "LynqNode", namespace, name: "gone-data" };
  await until("gone-data to be gone", async () => await objects.get(node) === undefined);
  assert.equal(await objects.get(map("gone-data-own", namespace)), undefined);
  const kept = await objects.get(map("gone-data-kept", namespace));
  assert.equal(kept?.metadata.labels?.["lynq.sh/orphaned"], "true");
  const place = { apiVersion: "v1", kind: "Namespace", name: space(lab, "gone") };
  await until("its namespace to be gone", async () => await objects.get(place) === undefined);
}

/** Stuck guards what somebody had taken from the Go implementation, as it did there. */
async function edited(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const which = { apiVersion: API, kind: "LynqNode", namespace, name: "edit-data" };
  await until("the conflict of the edited field", async () => {
    const { conditions = [] } = ((await objects.get(which))?.["status"] ?? {}) as NodeStatus;
    const conflicted = conditions.find(({ type }) => type === "Conflicted");
    return conflicted?.status === "True" && conflicted.message.includes('"kubectl-edit" manages .data.plan');
  });
  assert.deepEqual((await objects.get(map("edit-data-own", namespace)))?.["data"], { plan: "edited" });
}

operatorTest(
  answer,
  "nodes of the Go implementation that share, that a person wrote or that go are taken over",
  {
    prepare,
    steps: [
      { title: "two tiers that declare one namespace both have it", run: shared },
      { title: "a field that somebody had edited is told and left", run: edited },
      { title: "a node that a person wrote keeps its arrays, its children and its end", run: byHand },
      { title: "a node whose row went meanwhile goes with all that is its own", run: gone },
    ],
  },
);
