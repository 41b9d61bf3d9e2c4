import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { API, configOf, eventOf, nodeOf, recordsOf } from "../support/deletion_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const config = (id: string, more = "") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${more} spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}\n`;

async function recordOf(lab: OperatorLab, [node, id]: readonly [string, string], reason: string) {
  return await until(`${id} of ${node} to be ${reason}`, async () => {
    const found = (await recordsOf(lab, node)).find((record) => record.id === id);
    return found !== undefined && (found.reason ?? found.state) === reason ? found : undefined;
  });
}

async function rowOf(lab: OperatorLab, id: string, active: 0 | 1): Promise<void> {
  await lab.db.exec(`UPDATE tenants SET active = ${active} WHERE id = '${id}'`);
}

/** Somebody changes a field back each time, as fast as it can, while conflictPolicy is Force. */
async function forceAgainstAFighter(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-fought" };
  await objects.apply(form(lab, "fought", `  configMaps:\n${config("fought", "conflictPolicy: Force,")}`));
  await nodeReady(lab, "acme-fought");
  let writes = 0;
  const done = new AbortController();
  const fighter = (async () => {
    while (!done.signal.aborted) {
      const { plan } = (await objects.get(which))?.["data"] as { plan: string };
      if (plan !== "theirs") {
        writes++;
        await objects.merge(which, { data: { plan: "theirs" } });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    const { message } = await recordOf(lab, ["acme-fought", "fought"], "DriftContended");
    assert.match(message ?? "", /"test" manages \.data\.plan/);
    await eventOf(lab, "DriftContended", /fought/);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.ok(writes <= 5, `${writes} rounds`);
  } finally {
    done.abort();
    await fighter;
  }
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "fought" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-fought") === undefined);
  assert.equal(await configOf(lab, "acme-fought"), undefined);
}

const SERVICE = (ip: string, image: string, more = "") => `
  services:
  - id: front
    nameTemplate: "{{ .uid }}-front"
    recreateOnImmutable: true
    spec: {apiVersion: v1, kind: Service, spec: {clusterIP: ${ip}, ${more} selector: {app: x}, ports: [{port: 80${
  more === "" ? "" : ", nodePort: 30077"
}}]}}
  jobs:
  - id: job
    nameTemplate: "{{ .uid }}-job"
    recreateOnImmutable: true
    spec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "${image}"}]}}}
`;

async function madeAnew(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const front = { apiVersion: "v1", kind: "Service", namespace, name: "acme-front" };
  const job = { apiVersion: "batch/v1", kind: "Job", namespace, name: "acme-job" };
  const image = async () => JSON.stringify((await objects.get(job))?.["spec"] ?? "").includes("a:2");
  const address = async () =>
    ((await objects.get(front))?.["spec"] as { clusterIP?: string } | undefined)?.clusterIP;
  await objects.apply(form(lab, "fixed", SERVICE("None", "a:1")));
  const before = [
    await until("the Service", () => objects.get(front)),
    await until("the Job", () => objects.get(job)),
  ];
  await objects.apply(form(lab, "fixed", SERVICE('"10.0.0.77"', "a:2", "type: NodePort,")));
  await until("a Service with the address", async () => await address() === "10.0.0.77");
  await until("a Job with the image", image);
  const after = [await objects.get(front), await objects.get(job)];
  for (const [n, object] of after.entries()) assert.notEqual(object?.metadata.uid, before[n]?.metadata.uid);
  await objects.apply(form(lab, "fixed", SERVICE('"10.0.0.78"', "a:2", "type: NodePort,")));
  await until("a Service with the other address", async () => await address() === "10.0.0.78");
  assert.equal((await objects.get(job))?.metadata.uid, after[1]?.metadata.uid);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "fixed" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-fixed") === undefined);
}

async function quotaIsTold(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const tight = `tight-${namespace}`;
  const quota = (count: number) => `
apiVersion: v1
kind: ResourceQuota
metadata: {name: few, namespace: ${tight}}
spec: {hard: {count/configmaps: "${count}"}}
`;
  await objects.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${tight}}}`);
  await objects.apply(quota(0));
  await until("the quota to count", async () => {
    const few = await objects.get({ apiVersion: "v1", kind: "ResourceQuota", namespace: tight, name: "few" });
    return JSON.stringify(few?.["status"] ?? "").includes('"hard":{"count/configmaps":"0"}');
  });
  await objects.apply(
    form(lab, "many", `  configMaps:\n${config("one", `targetNamespace: "${tight}",`)}${config("free")}`),
  );
  const { message } = await recordOf(lab, ["acme-many", "one"], "ApplyFailed");
  assert.match(message ?? "", /exceeded quota: few/);
  await recordOf(lab, ["acme-many", "free"], "Ready");
  await objects.apply(quota(9));
  await nodeReady(lab, "acme-many");
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "many" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-many") === undefined);
  await objects.remove({ apiVersion: "v1", kind: "Namespace", name: tight });
}

/** A node that is deleted before its first status leaves nothing behind, in no namespace. */
async function deletedInFlight(lab: OperatorLab): Promise<void> {
  const { objects, namespace, db } = lab;
  const away = `away-${namespace}`;
  await objects.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${away}}}`);
  const many = Array.from({ length: 30 }, (_, n) => config(`c${n}`, `targetNamespace: "${away}",`)).join("");
  await db.exec("INSERT INTO tenants VALUES ('hasty', 0, 'x')");
  await objects.apply(form(lab, "hasty", `  configMaps:\n${many}`));
  await nodeReady(lab, "acme-hasty");
  for (const pause of [0, 30, 90]) {
    await rowOf(lab, "hasty", 1);
    await until("the node", async () => await nodeOf(lab, "hasty-hasty"));
    await new Promise((resolve) => setTimeout(resolve, pause));
    await rowOf(lab, "hasty", 0);
    await objects.remove({ apiVersion: API, kind: "LynqNode", namespace, name: "hasty-hasty" });
    // The hub may have made it once more before it saw the row.
    await until("the node to stay away", async () => await nodeOf(lab, "hasty-hasty") === undefined);
    const labelSelector = "lynq.sh/node=hasty-hasty";
    await until("its objects to be gone", async () => {
      const left = await objects.list({
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: away,
        labelSelector,
      });
      return left.length === 0 && await nodeOf(lab, "hasty-hasty") === undefined;
    });
  }
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "hasty" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-hasty") === undefined);
  await objects.remove({ apiVersion: "v1", kind: "Namespace", name: away });
}

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.odd.example.org}
spec:
  group: odd.example.org
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

/** The kind goes while an object of it still waits for somebody's finalizer. */
async function kindGoesMeanwhile(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const widget = { apiVersion: "odd.example.org/v1", kind: "Widget", namespace, name: "acme-widget" };
  await objects.apply(CRD);
  const manifest =
    `  manifests:\n  - {id: widget, nameTemplate: "{{ .uid }}-widget", waitForReady: false, dependIds: [base], spec: {apiVersion: odd.example.org/v1, kind: Widget, spec: {}}}\n`;
  await objects.apply(form(lab, "widgets", `  configMaps:\n${config("base")}${manifest}`));
  await nodeReady(lab, "acme-widgets");
  await objects.merge(widget, { metadata: { finalizers: ["example.org/hold"] } });
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "widgets" });
  await recordOf(lab, ["acme-widgets", "widget"], "Terminating");
  await objects.remove({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "widgets.odd.example.org",
  });
  assert.notEqual(await configOf(lab, "acme-base"), undefined);
  assert.notEqual(await nodeOf(lab, "acme-widgets"), undefined);
  await objects.merge(widget, { metadata: { finalizers: null } });
  await until("the node to be gone", async () => await nodeOf(lab, "acme-widgets") === undefined);
  assert.equal(await configOf(lab, "acme-base"), undefined);
}

/** The kind goes with all of its objects, and comes back: the node makes its object anew. */
async function kindComesBack(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "widgets.odd.example.org",
  };
  const widget = { apiVersion: "odd.example.org/v1", kind: "Widget", namespace, name: "acme-widget" };
  await until("the kind to be gone", async () => await objects.get(crd) === undefined);
  await objects.apply(CRD);
  const manifest =
    `  manifests:\n  - {id: widget, nameTemplate: "{{ .uid }}-widget", waitForReady: false, spec: {apiVersion: odd.example.org/v1, kind: Widget, spec: {}}}\n`;
  await objects.apply(form(lab, "back", `  configMaps:\n${config("base")}${manifest}`));
  await nodeReady(lab, "acme-back");
  const uid = (await objects.get(widget))?.metadata.uid;
  await objects.remove(crd);
  await until("the kind to be gone", async () => await objects.get(crd) === undefined);
  await recordOf(lab, ["acme-back", "widget"], "KindNotFound");
  await objects.apply(CRD);
  await nodeReady(lab, "acme-back");
  assert.notEqual((await objects.get(widget))?.metadata.uid, uid);
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "back" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-back") === undefined);
  await objects.remove(crd);
}

/** A form that took over the Namespace that it lives in. */
async function ownNamespaceStays(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const own =
    `  namespaces:\n  - {id: own, nameTemplate: "${namespace}", conflictPolicy: Force, spec: {apiVersion: v1, kind: Namespace}}\n`;
  await objects.apply(form(lab, "own", own));
  await nodeReady(lab, "acme-own");
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "own" });
  await until("the form's node to be gone", async () => await nodeOf(lab, "acme-own") === undefined);
  await eventOf(lab, "NamespaceRetained", /LynqHub tenants/);
  const kept = await objects.get({ apiVersion: "v1", kind: "Namespace", name: namespace });
  assert.equal(kept?.metadata.deletionTimestamp, undefined);
}

operatorTest(answer, "odd turns of events end as the form says", {
  kinds: [{ group: "odd.example.org", plurals: ["widgets"] }],
  prepare: async (lab) => {
    await lab.db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await lab.db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
    await lab.objects.apply(hub(lab, { name: "tenants" }));
  },
  steps: [
    { title: "Force does not fight a controller that fights back", run: forceAgainstAFighter },
    { title: "a Service and a Job are made anew where a field can't change", run: madeAnew },
    {
      title: "an exceeded quota is told, holds up nothing else, and is over when there is room",
      run: quotaIsTold,
    },
    { title: "a node deleted in the midst of its first pass leaves nothing behind", run: deletedInFlight },
    {
      title: "a kind that goes while an object of it is held drops no finalizer early",
      run: kindGoesMeanwhile,
    },
    { title: "a kind that goes and comes back has its objects made anew", run: kindComesBack },
    { title: "the Namespace of hub and forms is never deleted by one of their rows", run: ownNamespaceStays },
  ],
});
