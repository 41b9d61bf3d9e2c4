import assert from "node:assert/strict";
import type { KubeClient, ObjectRef } from "../../src/kube/client.ts";
import { fieldPaths } from "../../src/kube/fields.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { events, recordOf } from "../support/drift_lab.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { operatorMetrics } from "../support/operator_metrics.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const metrics = operatorMetrics();
const writes = () => metrics.value("apply_attempts_total");

const RESOURCES = `
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    ignoreFields: ["$.spec.replicas", "$.spec.template.spec.containers[*].resources",
      "$.spec.template.spec.containers[?(@.name=='b')].image"]
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: 1
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec:
            containers:
            - {name: a, image: "a:{{ .plan }}", resources: {requests: {cpu: 10m}}}
            - {name: b, image: "b:{{ .plan }}", resources: {requests: {cpu: 10m}}}
`;

interface Spec {
  readonly replicas: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly { image: string; resources: { requests: { cpu: string } } }[];
    };
  };
}

function which(lab: OperatorLab) {
  return { apiVersion: "apps/v1", kind: "Deployment", namespace: lab.namespace, name: "acme-app" };
}

async function deployment(lab: OperatorLab): Promise<Spec> {
  return (await lab.objects.get(which(lab)))?.["spec"] as Spec;
}

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", RESOURCES));
  await nodeReady(lab, "acme-web");
}

/** As an autoscaler does it, too: the owner is noted with the subresource that it wrote through. */
async function scaled(lab: OperatorLab): Promise<void> {
  assert.deepEqual(await owners(lab, ".spec.replicas"), ["lynq"]);
  const before = await recordOf(lab, "app");
  const written = await writes();
  const kubeconfig = await lab.plane.kubeconfig("admin");
  const args = [
    `--kubeconfig=${kubeconfig}`,
    "-n",
    lab.namespace,
    "scale",
    "deployment/acme-app",
    "--replicas=2",
  ];
  const { success, stderr } = await new Deno.Command("kubectl", { args }).output();
  assert(success, new TextDecoder().decode(stderr));
  const record = await until("the record to be based on what is ours now", async () => {
    const found = await recordOf(lab, "app");
    return found?.entry === before?.entry ? undefined : found;
  });
  assert.equal(record.appliedAt, before?.appliedAt);
  assert.equal(await writes(), written);
  assert.equal((await deployment(lab)).replicas, 2);
  assert.equal((await owners(lab, ".spec.replicas")).includes("lynq"), false);
}

async function othersValuesStay(lab: OperatorLab): Promise<void> {
  const containers = [
    { name: "a", image: "a:one", resources: { requests: { cpu: "20m" } } },
    { name: "b", image: "b:one", resources: { requests: { cpu: "30m" } } },
  ];
  await lab.objects.merge(which(lab), { spec: { replicas: 3, template: { spec: { containers } } } });
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  await until("the new images", async () => {
    const { template } = await deployment(lab);
    return template.spec.containers.map((c) => c.image).join(" ") === "a:two b:one";
  });
  const spec = await deployment(lab);
  assert.equal(spec.replicas, 3);
  assert.deepEqual(spec.template.spec.containers.map((c) => c.resources.requests.cpu), ["20m", "30m"]);
  await nodeReady(lab, "acme-web");
}

async function otherFieldsAreRepaired(lab: OperatorLab): Promise<void> {
  await lab.objects.merge(which(lab), {
    spec: { replicas: 2 },
    metadata: { labels: { "lynq.sh/node": "stolen" } },
  });
  await until(
    "the label to be back",
    async () => (await lab.objects.get(which(lab)))?.metadata.labels?.["lynq.sh/node"] === "acme-web",
  );
  assert.equal((await deployment(lab)).replicas, 2);
  await until("the repair to be told", async () => (await events(lab, "DriftCorrected")).length === 1);
}

const type = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };

/** Fields of ours by the name of the manager that owns them, as the server keeps them. */
async function owners(lab: OperatorLab, field: string): Promise<string[]> {
  const entries = (await lab.objects.get(which(lab)))?.metadata.managedFields ?? [];
  return entries.filter(({ fieldsV1 = {} }) => fieldPaths(fieldsV1).includes(field)).map(({ manager = "" }) =>
    manager
  );
}

async function takenWithoutAWrite(lab: OperatorLab): Promise<void> {
  const field = '.spec.template.spec.containers[name="b"].image';
  assert.deepEqual(await owners(lab, field), ["lynq"]);
  await nodeReady(lab, "acme-web");
  const before = await recordOf(lab, "app");
  const written = await writes();
  const client = createKubeClient(lab.plane.credentials("admin"));
  const ref = { type, namespace: lab.namespace, name: "acme-app" };
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "acme-app" },
    spec: { template: { spec: { containers: [{ name: "b", image: "b:setter" }] } } },
  };
  try {
    const applied = await client.apply(ref, object, { fieldManager: "setter", force: true });
    const record = await until("the record to be based on what is ours now", async () => {
      const found = await recordOf(lab, "app");
      return found?.entry === before?.entry ? undefined : found;
    });
    assert.equal(await writes(), written);
    assert.equal(record.hash, before?.hash);
    const { object: again } = await client.apply(ref, object, { fieldManager: "setter" });
    assert.equal(again.metadata.generation, applied.object.metadata.generation);
    await lab.db.exec("UPDATE tenants SET plan = 'three'");
    await until("the image that is ours to follow the row", async () => {
      const { template } = await deployment(lab);
      return template.spec.containers.map((c) => c.image).join(" ") === "a:three b:setter";
    });
    assert.deepEqual(await owners(lab, field), ["setter"]);
    await releases(lab, { client, ref, object });
  } finally {
    client.close();
  }
}

/** The other writer lets go: what it wrote stays or goes as the server has it, and nothing is fought over. */
async function releases(
  lab: OperatorLab,
  { client, ref, object }: { client: KubeClient; ref: ObjectRef; object: KubeObject },
): Promise<void> {
  const both = { metadata: { name: "acme-app", annotations: { setter: "stays" } } };
  const { apiVersion = "", kind = "" } = object;
  const keeper = { ...object, metadata: { name: "acme-app" } };
  await client.apply(ref, keeper, { fieldManager: "keeper" });
  await client.apply(ref, { apiVersion, kind, ...both }, { fieldManager: "setter" });
  await lab.db.exec("UPDATE tenants SET plan = 'four'");
  await until("the image that is ours to follow the row", async () => {
    const { template } = await deployment(lab);
    return template.spec.containers.map((c) => c.image).join(" ") === "a:four b:setter";
  });
  await nodeReady(lab, "acme-web");
  assert.equal((await events(lab, "DriftCorrected")).length, 1);
}

operatorTest(answer, "ignored fields are written once and then belong to others", {
  flags: metrics.flags,
  prepare,
  steps: [
    { title: "what is scaled through the subresource stays scaled, without a write", run: scaled },
    { title: "other writers' values stay when the row changes the rest", run: othersValuesStay },
    { title: "fields that are not ignored are repaired beside them", run: otherFieldsAreRepaired },
    { title: "what another manager takes is left to it, without a write", run: takenWithoutAWrite },
  ],
});
