import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import {
  API,
  conditionOf,
  configOf,
  eventOf,
  hold,
  nodeOf,
  recordsOf,
  release,
} from "../support/deletion_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const entry = (id: string, more = "") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${more} spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}\n`;

const CHAIN = `  configMaps:
${entry("keep", "deletionPolicy: Retain,")}${entry("db")}${entry("app", "dependIds: [db],")}${
  entry("web", "dependIds: [app],")
}`;

async function waves(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await objects.apply(hub(lab, { name: "tenants" }));
  await objects.apply(form(lab, "chain", CHAIN));
  await nodeReady(lab, "acme-chain");
  await hold(lab, "acme-app");
  await objects.apply(form(lab, "chain", `  configMaps:\n${entry("rest")}`));
  await until(
    "the app to be on its way out",
    async () => (await configOf(lab, "acme-app"))?.metadata.deletionTimestamp !== undefined,
  );
  assert.equal(await configOf(lab, "acme-web"), undefined);
  const records = await until("the records of what is left", async () => {
    const found = await recordsOf(lab, "acme-chain");
    return found.filter(({ state }) => state === "Deleting").length === 3 ? found : undefined;
  });
  const told = Object.fromEntries(records.map(({ id, reason }) => [id, reason ?? ""]));
  assert.deepEqual(told, {
    rest: "",
    keep: "WaitingForDependents",
    db: "WaitingForDependents",
    app: "Terminating",
  });
  const db = await configOf(lab, "acme-db");
  assert.equal(db?.metadata.deletionTimestamp, undefined);
  // A process that starts anew goes on from the record alone.
  await lab.operator.kill();
  lab.operator = await lab.start();
  await release(lab, "acme-app");
  await until(
    "all records but one to be gone",
    async () => (await recordsOf(lab, "acme-chain")).length === 1,
  );
  assert.equal(await configOf(lab, "acme-db"), undefined);
  const kept = await configOf(lab, "acme-keep");
  assert.equal(kept?.metadata.annotations?.["lynq.sh/orphaned-reason"], "RemovedFromTemplate");
  await eventOf(lab, "OrphanedResourceRetained", /ConfigMap\/acme-keep/);
}

const DENY = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: deny-deletion}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [configmaps]}]
  validations: [{expression: "!oldObject.metadata.name.endsWith('-stubborn')", message: "not yet"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: deny-deletion}
spec: {policyName: deny-deletion, validationActions: [Deny]}
`;

async function refusedIsRetried(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const policy = { apiVersion: "admissionregistration.k8s.io/v1", name: "deny-deletion" };
  await objects.apply(DENY);
  await until("the policy to deny", async () => {
    const name = `probe-${crypto.randomUUID().slice(0, 8)}-stubborn`;
    const probe = { apiVersion: "v1", kind: "ConfigMap", namespace, name };
    await objects.apply(
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } }),
    );
    return await objects.remove(probe).then(() => false, () => true);
  });
  await objects.apply(form(lab, "chain", `  configMaps:\n${entry("rest")}${entry("stubborn")}`));
  await until("the stubborn one", async () => await configOf(lab, "acme-stubborn"));
  await objects.apply(form(lab, "chain", `  configMaps:\n${entry("rest")}`));
  await eventOf(lab, "CleanupPartialFailure", /not yet/);
  await until("the record to tell why", async () => {
    const records = await recordsOf(lab, "acme-chain");
    return /not yet/.test(records.find(({ id }) => id === "stubborn")?.message ?? "");
  });
  await lab.db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  await until(
    "the node to tell what holds it",
    async () => conditionOf(await nodeOf(lab, "acme-chain"), "Ready")?.reason === "DeletionFailed",
  );
  await objects.remove({ ...policy, kind: "ValidatingAdmissionPolicyBinding" });
  await objects.remove({ ...policy, kind: "ValidatingAdmissionPolicy" });
  await until("the node to be gone", async () => await nodeOf(lab, "acme-chain") === undefined);
  assert.equal(await configOf(lab, "acme-stubborn"), undefined);
  await lab.db.exec("UPDATE tenants SET active = 1 WHERE id = 'acme'");
  await nodeReady(lab, "acme-chain");
}

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Gadget, plural: gadgets, singular: gadget, listKind: GadgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

/** The kind goes, then the entry leaves the form, then the node goes. */
async function kindGone(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const gadget =
    `  manifests:\n  - {id: gadget, nameTemplate: "{{ .uid }}-gadget", dependIds: [base], waitForReady: false, spec: {apiVersion: example.org/v1, kind: Gadget, spec: {}}}\n`;
  await objects.apply(CRD);
  await objects.apply(form(lab, "crd", `  configMaps:\n${entry("base")}${gadget}`));
  await nodeReady(lab, "acme-crd");
  await objects.remove({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "gadgets.example.org",
  });
  await until("the operator to know that the kind is gone", async () => {
    const found = await recordsOf(lab, "acme-crd");
    return found.some(({ id, reason }) => id === "gadget" && reason === "KindNotFound");
  });
  await objects.apply(form(lab, "crd", `  configMaps:\n${entry("rest")}`));
  const records = await until("the record to tell that the kind is gone", async () => {
    const found = await recordsOf(lab, "acme-crd");
    return found.some(({ state, reason }) => state === "Deleting" && reason === "KindNotFound")
      ? found
      : undefined;
  });
  assert.match(records.find(({ id }) => id === "gadget")?.message ?? "", /no longer serves Gadget/);
  await until("what it depended on to be gone", async () => await configOf(lab, "acme-base") === undefined);
  assert((await recordsOf(lab, "acme-crd")).some(({ id }) => id === "gadget"));
  await lab.objects.remove({ apiVersion: API, kind: "LynqForm", namespace: lab.namespace, name: "crd" });
  await until("the node to be gone", async () => await nodeOf(lab, "acme-crd") === undefined);
  await eventOf(lab, "ResourceKindGone", /Gadget\/acme-gadget/);
}

/** A volume that nobody of us made, as a StatefulSet's, keeps the Namespace of a row that goes. */
async function volumeHolds(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const home = `home-${namespace}`;
  const spaces =
    `  namespaces:\n  - {id: home, nameTemplate: "${home}", spec: {apiVersion: v1, kind: Namespace}}
  configMaps:\n${entry("inside", `targetNamespace: "${home}", dependIds: [home],`)}`;
  await objects.apply(form(lab, "home", spaces));
  await nodeReady(lab, "acme-home");
  await objects.apply(`
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data-0, namespace: ${home}}
spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Mi}}}
`);
  const which = { apiVersion: "v1", kind: "Namespace", name: home };
  const uid = (await objects.get(which))?.metadata.uid;
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  await until("the node to be gone", async () => await nodeOf(lab, "acme-home") === undefined);
  const kept = await objects.get(which);
  assert.equal(kept?.metadata.deletionTimestamp, undefined);
  assert.equal(kept?.metadata.labels?.["lynq.sh/orphaned"], "true");
  await eventOf(lab, "NamespaceRetained", /PersistentVolumeClaim data-0/);
  await db.exec("UPDATE tenants SET active = 1 WHERE id = 'acme'");
  await nodeReady(lab, "acme-home");
  assert.equal((await objects.get(which))?.metadata.uid, uid);
  const volume = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: home, name: "data-0" };
  await objects.merge(volume, { metadata: { finalizers: null } });
  await objects.remove(volume);
  await objects.apply(form(lab, "home", `  configMaps:\n${entry("inside", `targetNamespace: "${home}",`)}`));
  await eventOf(lab, "NamespaceRetained", /ConfigMap acme-inside/);
  assert.equal((await objects.get(which))?.metadata.uid, uid);
  await objects.apply(form(lab, "home", spaces));
  await until(
    "the namespace to be ours again",
    async () => (await objects.get(which))?.metadata.labels?.["lynq.sh/node"] === "acme-home",
  );
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "home" });
  await until("the namespace to be gone", async () => await objects.get(which) === undefined);
}

/** The volume claims of a StatefulSet that takes them with it don't keep the Namespace. */
async function volumeGoes(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const home = `sets-${namespace}`;
  const set = `
  namespaces:
  - {id: home, nameTemplate: "${home}", spec: {apiVersion: v1, kind: Namespace}}
  statefulSets:
  - id: db
    nameTemplate: db
    targetNamespace: "${home}"
    dependIds: [home]
    spec:
      apiVersion: apps/v1
      kind: StatefulSet
      spec:
        serviceName: db
        persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            containers: [{name: db, image: "postgres:15", volumeMounts: [{name: data, mountPath: /data}]}]
        volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], storageClassName: none, resources: {requests: {storage: 1Mi}}}
`;
  await objects.apply(form(lab, "sets", set));
  await nodeReady(lab, "acme-sets");
  const volume = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: home, name: "data-db-0" };
  await until(
    "the claim to be the set's",
    async () => (await objects.get(volume))?.metadata.ownerReferences?.[0]?.kind === "StatefulSet",
  );
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  for (const name of ["acme-sets", "acme-chain"]) {
    await until(`the node ${name} to be gone`, async () => await nodeOf(lab, name) === undefined);
  }
  const which = { apiVersion: "v1", kind: "Namespace", name: home };
  await until("the namespace to be gone", async () => await objects.get(which) === undefined);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "sets" });
  await db.exec("UPDATE tenants SET active = 1 WHERE id = 'acme'");
  await nodeReady(lab, "acme-chain");
}

/** What was written under an unclear answer is found by its name when the node goes. */
async function progressIsTold(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await hold(lab, "acme-rest");
  const which = { apiVersion: API, kind: "LynqForm", namespace, name: "chain" };
  const told = async (kind: string, name: string): Promise<KubeObject | undefined> =>
    await objects.get({ apiVersion: API, kind, namespace, name });
  await objects.remove(which);
  await until(
    "the form to tell what is left",
    async () =>
      /1 of its LynqNodes/.test(conditionOf(await told("LynqForm", "chain"), "Applied")?.message ?? ""),
  );
  await objects.remove({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" });
  await until(
    "the hub to tell what is left",
    async () =>
      /1 of its LynqNodes/.test(conditionOf(await told("LynqHub", "tenants"), "Ready")?.message ?? ""),
  );
  assert.notEqual(await told("LynqForm", "chain"), undefined);
  await release(lab, "acme-rest");
  await until(
    "form and hub to be gone",
    async () =>
      await told("LynqForm", "chain") === undefined && await told("LynqHub", "tenants") === undefined,
  );
  assert.equal(await nodeOf(lab, "acme-chain"), undefined);
}

operatorTest(answer, "what goes, goes in order and is told until it is gone", {
  kinds: [{ group: "example.org", plurals: ["gadgets"] }],
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
  },
  steps: [
    { title: "what leaves a form goes in reverse order, and its record with it", run: waves },
    { title: "a deletion that is refused stays recorded and is tried again", run: refusedIsRetried },
    {
      title: "an object whose kind is gone is reported, and holds up neither others nor its node",
      run: kindGone,
    },
    { title: "a volume keeps its Namespace, and so does what the node goes on having", run: volumeHolds },
    { title: "volumes that go with their StatefulSet keep no Namespace", run: volumeGoes },
    { title: "form and hub tell how many nodes are left, and wait for them", run: progressIsTold },
  ],
});
