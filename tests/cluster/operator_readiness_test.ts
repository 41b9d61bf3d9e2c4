import assert from "node:assert/strict";
import type { NodeStatus, ResourceRecord } from "../../src/api/node.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const SELECTED = `selector: {matchLabels: {app: "{{ .uid }}"}}`;
const AFTER = (id: string, on: string) =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", dependIds: [${on}], spec: {apiVersion: v1, kind: ConfigMap}}\n`;

function template(image: string): string {
  return `template: {metadata: {labels: {app: "{{ .uid }}"}}, spec: {containers: [{name: app, image: "${image}"}]}}`;
}

/** The record of one resource of a node, once it is as wanted. */
async function recordOf(
  lab: OperatorLab,
  [node, id]: readonly [string, string],
  wanted: (record: ResourceRecord) => boolean,
): Promise<ResourceRecord> {
  const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: lab.namespace, name: node };
  const seen: { record?: ResourceRecord } = {};
  try {
    return await until(`${id} of ${node}`, async () => {
      const status = (await lab.objects.get(which))?.["status"] as NodeStatus | undefined;
      const record = status?.resources?.find((each) => each.id === id);
      if (record !== undefined) seen.record = record;
      return record !== undefined && wanted(record) ? record : undefined;
    });
  } catch (error) {
    throw new Error(`${id} of ${node} is ${JSON.stringify(seen.record)}`, { cause: error });
  }
}

const isState = (state: string, reason?: string, message?: string) => (record: ResourceRecord) =>
  record.state === state && record.reason === reason && (message === undefined || record.message === message);

const claim = (id: string, className: string) => `
  - id: ${id}
    nameTemplate: "{{ .uid }}-${id}"
    spec:
      apiVersion: v1
      kind: PersistentVolumeClaim
      spec: {${className} accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}`;

const CLAIMS = `
  persistentVolumeClaims:${claim("lazy", "storageClassName: lynq-lazy,")}${
  claim("eager", "storageClassName: lynq-eager,")
}${claim("none", 'storageClassName: "",')}${claim("coming", "storageClassName: lynq-coming,")}
  configMaps:
${AFTER("after-lazy", "lazy")}${AFTER("after-eager", "eager")}`;

function storageClass(name: string, mode: string): string {
  return `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ${name}}
provisioner: lynq.test/none
volumeBindingMode: ${mode}
---
`;
}

async function claims(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(
    storageClass("lynq-lazy", "WaitForFirstConsumer") + storageClass("lynq-eager", "Immediate") +
      form(lab, "claims", CLAIMS),
  );
  const lazy = await recordOf(lab, ["acme-claims", "lazy"], isState("Ready", "WaitForFirstConsumer"));
  assert.match(lazy.message ?? "", /first pod/);
  const config = { apiVersion: "v1", kind: "ConfigMap", namespace };
  await until("what depends on the claim", () => objects.get({ ...config, name: "acme-after-lazy" }));
  const disk = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: "acme-lazy" };
  assert.equal(((await objects.get(disk))?.["status"] as { phase: string }).phase, "Pending");
  await recordOf(lab, ["acme-claims", "none"], isState("Progressing", "NotReady"));
  const pending = "phase is Pending";
  await recordOf(lab, ["acme-claims", "eager"], isState("Progressing", "NotReady", pending));
  const missing = `${pending}: there is no StorageClass lynq-coming`;
  await recordOf(lab, ["acme-claims", "coming"], isState("Progressing", "NotReady", missing));
  assert.equal(await objects.get({ ...config, name: "acme-after-eager" }), undefined);
  await objects.apply(storageClass("lynq-coming", "WaitForFirstConsumer"));
}

const RULED = `
  configMaps:
  - id: ruled
    nameTemplate: "{{ .uid }}-ruled"
    readyWhen: "object.data.state == 'done'"
    ignoreFields: [$.data.state]
    spec: {apiVersion: v1, kind: ConfigMap, data: {state: "new"}}
${AFTER("after-ruled", "ruled")}
  services:
  - id: service
    nameTemplate: "{{ .uid }}-service"
    readyWhen: "has(object.metadata.annotations) && object.metadata.annotations[?'lab/open'].orValue('') == 'yes'"
    spec: {apiVersion: v1, kind: Service, spec: {ports: [{port: 80}]}}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    readyWhen: "object.status.readyReplicas >= 1"
    spec: {apiVersion: apps/v1, kind: Deployment, spec: {replicas: 1, ${SELECTED}, ${template("app:1")}}}
`;

async function ownRules(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(form(lab, "ruled", RULED));
  await recordOf(lab, ["acme-ruled", "app"], isState("Ready"));
  const isFalse = "readyWhen is false: object.data.state == 'done'";
  await recordOf(lab, ["acme-ruled", "ruled"], isState("Progressing", "NotReady", isFalse));
  await recordOf(lab, ["acme-ruled", "service"], isState("Progressing", "NotReady"));
  const at = (kind: string, name: string) => ({ apiVersion: "v1", kind, namespace, name });
  await objects.merge(at("Service", "acme-service"), { metadata: { annotations: { "lab/open": "yes" } } });
  await recordOf(lab, ["acme-ruled", "service"], isState("Ready"));
  await objects.merge(at("ConfigMap", "acme-ruled"), { data: { state: "done" } });
  await recordOf(lab, ["acme-ruled", "ruled"], isState("Ready"));
  await until("what depends on it", () => objects.get(at("ConfigMap", "acme-after-ruled")));
  await nodeReady(lab, "acme-ruled");
}

async function ruleChanges(lab: OperatorLab): Promise<void> {
  const changed = RULED.replace("== 'done'", "== 'closed'");
  await lab.objects.apply(form(lab, "ruled", changed));
  const isFalse = "readyWhen is false: object.data.state == 'closed'";
  await recordOf(lab, ["acme-ruled", "ruled"], isState("Progressing", "NotReady", isFalse));
  const asked = RULED.replace("object.data.state == 'done'", "object.data.missing == 'x'");
  await lab.objects.apply(form(lab, "ruled", asked));
  await recordOf(
    lab,
    ["acme-ruled", "ruled"],
    ({ message }) => message === "readyWhen can't be told yet: No such key: missing",
  );
  await lab.objects.apply(form(lab, "ruled", RULED));
  await recordOf(lab, ["acme-ruled", "ruled"], isState("Ready"));
  await nodeReady(lab, "acme-ruled");
}

const DEAD = `
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-dead"
    spec: {apiVersion: apps/v1, kind: Deployment, spec: {replicas: 1, ${SELECTED}, ${
  template("{{ .plan }}/app:1")
}}}
  configMaps:
${AFTER("after-dead", "app")}`;

async function imageCantBePulled(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await lab.db.exec("INSERT INTO tenants VALUES ('dead', 'unpullable', '1')");
  await objects.apply(form(lab, "dead", DEAD));
  const pods = { apiVersion: "v1", kind: "Pod", namespace, labelSelector: "app=dead" };
  const pod = await until("the pod", async () => {
    const found = await objects.list(pods);
    return found.find(({ metadata }) => metadata.name?.startsWith("dead-dead-"));
  });
  const name = pod.metadata.name ?? "";
  const image = "unpullable/app:1";
  const waiting = { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` };
  const stuck = { name: "app", image, imageID: "", ready: false, restartCount: 0, state: { waiting } };
  const pulling = { status: { phase: "Pending", containerStatuses: [stuck] } };
  await objects.merge({ apiVersion: "v1", kind: "Pod", namespace, name }, pulling, "status");
  const failed = await recordOf(lab, ["dead-dead", "app"], isState("Failed", "ImagePullBackOff"));
  assert.equal(
    failed.message,
    `pod ${name}, container app: ImagePullBackOff: Back-off pulling image "${image}"`,
  );
  await recordOf(lab, ["dead-dead", "after-dead"], isState("Skipped", "DependencySkipped"));
  await until("the event", async () => {
    const events = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
    return events.some((event) =>
      event["reason"] === "ResourceFailed" && String(event["message"]).includes("ImagePullBackOff")
    );
  });
  const now = new Date().toISOString();
  const ready = ["Initialized", "ContainersReady", "Ready"].map((type) => {
    return { type, status: "True", lastTransitionTime: now };
  });
  const running = {
    ...stuck,
    ready: true,
    imageID: image,
    state: { waiting: null, running: { startedAt: now } },
  };
  const status = { phase: "Running", conditions: ready, containerStatuses: [running] };
  await objects.merge({ apiVersion: "v1", kind: "Pod", namespace, name }, { status }, "status");
  await recordOf(lab, ["dead-dead", "app"], isState("Ready"));
  await recordOf(lab, ["dead-dead", "after-dead"], isState("Ready"));
}

const REFUSED = `
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-refused"
    targetNamespace: "{{ .uid }}-quota"
    dependIds: [quota]
    spec: {apiVersion: apps/v1, kind: Deployment, spec: {replicas: 1, ${SELECTED}, ${template("app:1")}}}
  - id: uncounted
    nameTemplate: "{{ .uid }}-uncounted"
    targetNamespace: "{{ .uid }}-sets"
    dependIds: [sets]
    spec: {apiVersion: apps/v1, kind: Deployment, spec: {replicas: 1, ${SELECTED}, ${template("app:1")}}}
  statefulSets:
  - id: db
    nameTemplate: "{{ .uid }}-refused"
    targetNamespace: "{{ .uid }}-quota"
    dependIds: [quota]
    spec: {apiVersion: apps/v1, kind: StatefulSet, spec: {replicas: 1, serviceName: db, ${SELECTED}, ${
  template("db:1")
}}}
  jobs:
  - id: job
    nameTemplate: "{{ .uid }}-refused"
    targetNamespace: "{{ .uid }}-quota"
    dependIds: [quota]
    spec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: "app:1"}]}}}
  namespaces:
  - {id: home, nameTemplate: "{{ .uid }}-quota", spec: {apiVersion: v1, kind: Namespace}}
  - {id: other, nameTemplate: "{{ .uid }}-sets", spec: {apiVersion: v1, kind: Namespace}}
  manifests:
  - id: sets
    nameTemplate: sets
    targetNamespace: "{{ .uid }}-sets"
    dependIds: [other]
    readyWhen: has(object.status.hard)
    spec: {apiVersion: v1, kind: ResourceQuota, spec: {hard: {count/replicasets.apps: "0"}}}
  - id: quota
    nameTemplate: quota
    targetNamespace: "{{ .uid }}-quota"
    dependIds: [home]
    readyWhen: has(object.status.hard.pods)
    spec: {apiVersion: v1, kind: ResourceQuota, spec: {hard: {pods: "0"}}}
`;

async function quota(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await lab.db.exec("INSERT INTO tenants VALUES ('full', 'x', '1')");
  await objects.apply(form(lab, "refused", REFUSED));
  await recordOf(lab, ["full-refused", "quota"], isState("Ready"));
  for (const id of ["app", "db", "job"]) {
    const { message } = await recordOf(lab, ["full-refused", id], isState("Failed", "FailedCreate"));
    assert.match(message ?? "", /^FailedCreate: .*exceeded quota/, id);
  }
  const { message } = await recordOf(
    lab,
    ["full-refused", "uncounted"],
    isState("Failed", "ReplicaSetCreateError"),
  );
  assert.match(message ?? "", /exceeded quota: sets/);
  const namespace = "full-quota";
  await objects.apply(form(lab, "refused", REFUSED.replace('pods: "0"', 'pods: "10"')));
  await until("the quota to let pods in", async () => {
    const found = await objects.get({ apiVersion: "v1", kind: "ResourceQuota", namespace, name: "quota" });
    return JSON.stringify(found?.["status"] ?? "").includes('"hard":{"pods":"10"}');
  });
  await recordOf(lab, ["full-refused", "app"], isState("Ready"));
}

/** All at once, since each takes half a minute. */
async function longWaits(lab: OperatorLab): Promise<void> {
  const laterClass = recordOf(lab, ["acme-claims", "coming"], isState("Ready", "WaitForFirstConsumer"));
  const ends = await Promise.allSettled([imageCantBePulled(lab), quota(lab), laterClass]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

operatorTest(answer, "readiness: claims that wait for a pod, rules of a form's own, and known dead ends", {
  prepare: async (lab) => {
    await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
    await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
    await lab.objects.apply(hub(lab, { name: "tenants" }));
  },
  steps: [
    { title: "a claim whose class waits for the first pod blocks nobody", run: claims },
    { title: "readyWhen decides, for kinds watched whole and as metadata", run: ownRules },
    { title: "a changed readyWhen is asked at once, of an object that stays as it is", run: ruleChanges },
    { title: "dead ends fail their workload, and a class that is made later is seen", run: longWaits },
  ],
});
