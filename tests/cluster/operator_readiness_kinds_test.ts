import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { recordBecomes, recordOf } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

interface Entry {
  readonly id: string;
  /** apiVersion and kind. */
  readonly kind: string;
  /** The object's `spec`, as one line of YAML. */
  readonly spec: string;
  /** The object's whole name; `acme-<id>` where there is none. */
  readonly name?: string;
  readonly dependsOn?: string;
}

const POD = 'containers: [{name: a, image: "a:1"}]';
const pods = (app: string) =>
  `selector: {matchLabels: {app: ${app}}}, template: {metadata: {labels: {app: ${app}}}, spec: {${POD}}}`;
const runs = (more: string) => `{${more} template: {spec: {restartPolicy: Never, ${POD}}}}`;
const scales = (name: string) =>
  `{maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}}`;
/** A CustomResourceDefinition of the kind Gizmo. */
const defines = (plural: string) =>
  `{group: kinds.example.org, scope: Namespaced, names: {kind: Gizmo, listKind: GizmoList, plural: ${plural}, singular: a-${plural}}, ` +
  "versions: [{name: v1, served: true, storage: true, subresources: {status: {}}, " +
  "schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}";

const DEFINITION = "apiextensions.k8s.io/v1 CustomResourceDefinition";
const OBJECTS: readonly Entry[] = [
  { id: "app", kind: "apps/v1 Deployment", spec: `{replicas: 1, ${pods("app")}}` },
  { id: "none", kind: "apps/v1 Deployment", spec: `{replicas: 0, ${pods("none")}}` },
  { id: "set", kind: "apps/v1 StatefulSet", spec: `{serviceName: a, replicas: 2, ${pods("set")}}` },
  { id: "agent", kind: "apps/v1 DaemonSet", spec: `{${pods("agent")}}` },
  { id: "balanced", kind: "v1 Service", spec: "{type: LoadBalancer, ports: [{port: 80}]}" },
  { id: "internal", kind: "v1 Service", spec: "{ports: [{port: 80}]}" },
  { id: "ruled", kind: "networking.k8s.io/v1 Ingress", spec: "{rules: [{host: a.example.org}]}" },
  {
    id: "bare",
    kind: "networking.k8s.io/v1 Ingress",
    spec: "{defaultBackend: {service: {name: a, port: {number: 80}}}}",
  },
  { id: "broken", kind: "batch/v1 Job", spec: runs("backoffLimit: 0,") },
  {
    id: "nightly",
    kind: "batch/v1 CronJob",
    spec: `{schedule: "0 0 1 1 *", jobTemplate: {spec: ${runs("")}}}`,
  },
  {
    id: "budget",
    kind: "policy/v1 PodDisruptionBudget",
    spec: "{minAvailable: 3, selector: {matchLabels: {app: app}}}",
  },
  { id: "scaler", kind: "autoscaling/v2 HorizontalPodAutoscaler", spec: scales("acme-app") },
  { id: "lost", kind: "autoscaling/v2 HorizontalPodAutoscaler", spec: scales("nowhere") },
  { id: "definition", kind: DEFINITION, name: "gizmos.kinds.example.org", spec: defines("gizmos") },
  {
    id: "rival",
    kind: DEFINITION,
    name: "others.kinds.example.org",
    spec: defines("others"),
    dependsOn: "definition",
  },
  { id: "gizmo", kind: "kinds.example.org/v1 Gizmo", spec: "{size: 1}", dependsOn: "definition" },
  ...["balanced", "bare", "broken"].map((id) => (
    { id: `after-${id}`, kind: "v1 ConfigMap", spec: "", dependsOn: id }
  )),
];

function entry({ id, kind: text, spec, name = `acme-${id}`, dependsOn }: Entry): string {
  const [apiVersion, kind] = text.split(" ");
  const depends = dependsOn === undefined ? "" : `dependIds: [${dependsOn}], `;
  const body = spec === "" ? "" : `, spec: ${spec}`;
  return `  - {id: ${id}, nameTemplate: "${name}", ${depends}timeoutSeconds: 3600, spec: {apiVersion: ${apiVersion}, kind: ${kind}${body}}}`;
}

const resources = ({ namespace }: OperatorLab) => `
  manifests:
  - {id: home, nameTemplate: "kinds-${namespace}", spec: {apiVersion: v1, kind: Namespace}}
${OBJECTS.map(entry).join("\n")}
`;

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(`${hub(lab, { name: "tenants" })}---${form(lab, "web", resources(lab))}`);
}

const which = ({ namespace }: OperatorLab, [apiVersion, kind]: readonly [string, string], id: string) => {
  return { apiVersion, kind, namespace, name: `acme-${id}` };
};

/** Ready by what the controllers of a real control plane report of them, or by being there. */
async function readyAtOnce(lab: OperatorLab): Promise<void> {
  const ids = ["home", "app", "none", "set", "agent", "internal", "ruled", "nightly", "budget", "definition"];
  for (const id of ids) await recordBecomes(lab, id, "Ready");
  const set = await lab.objects.get(which(lab, ["apps/v1", "StatefulSet"], "set"));
  assert.equal((set?.["status"] as { readyReplicas?: number }).readyReplicas, 2);
  const budget = await lab.objects.get(which(lab, ["policy/v1", "PodDisruptionBudget"], "budget"));
  assert.match(JSON.stringify(budget?.["status"]), /"disruptionsAllowed":0/);
}

async function says(lab: OperatorLab, id: string, why: RegExp): Promise<void> {
  await until(`${id} to say ${why}`, async () => {
    const record = await recordOf(lab, id);
    return record?.state === "Progressing" && why.test(record.message ?? "");
  });
}

async function waitsWith(lab: OperatorLab, id: string, why: RegExp): Promise<void> {
  await says(lab, id, why);
  const dependent = await lab.objects.get(which(lab, ["v1", "ConfigMap"], `after-${id}`));
  assert.equal(dependent, undefined, `what depends on ${id} waits`);
}

async function isReady(lab: OperatorLab, id: string): Promise<void> {
  await recordBecomes(lab, id, "Ready");
  await recordBecomes(lab, `after-${id}`, "Ready");
}

/** What a cloud's controllers would report. */
async function addresses(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  await waitsWith(lab, "balanced", /the load balancer has no address yet/);
  await waitsWith(lab, "bare", /the ingress has no address yet/);
  await objects.merge(which(lab, ["v1", "Service"], "balanced"), { status }, "status");
  await isReady(lab, "balanced");
  await objects.merge(which(lab, ["networking.k8s.io/v1", "Ingress"], "bare"), { status }, "status");
  await isReady(lab, "bare");
}

/** A definition whose names another one has is failed; a custom resource goes by its conditions and observedGeneration. */
async function definitions(lab: OperatorLab): Promise<void> {
  const rival = await recordBecomes(lab, "rival", "ListKindConflict");
  assert.equal(rival.state, "Failed");
  assert.match(rival.message ?? "", /"GizmoList" is already in use/);
  const gizmo = which(lab, ["kinds.example.org/v1", "Gizmo"], "gizmo");
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  const report = async (status: string, observedGeneration: number) => {
    const conditions = [{
      type: "Ready",
      status,
      reason: "Told",
      message: "by its controller",
      lastTransitionTime,
    }];
    await lab.objects.merge(gizmo, { status: { observedGeneration, conditions } }, "status");
  };
  await until("the custom resource", () => lab.objects.get(gizmo));
  await report("False", 1);
  await says(lab, "gizmo", /by its controller/);
  await lab.objects.merge(gizmo, { spec: { theirs: 1 } });
  const { metadata } = await lab.objects.get(gizmo) as KubeObject;
  assert.equal(metadata.generation, 2);
  await report("True", 1);
  await says(lab, "gizmo", /has not seen this generation/);
  await report("True", 2);
  await recordBecomes(lab, "gizmo", "Ready");
}

async function failedJob(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const labelSelector = "batch.kubernetes.io/job-name=acme-broken";
  const pods = { apiVersion: "v1", kind: "Pod", namespace, labelSelector };
  const running = await until("the pod of the Job to run", async () => {
    const [pod] = await objects.list(pods);
    return (pod?.["status"] as { phase?: string } | undefined)?.phase === "Running" ? pod : undefined;
  });
  const pod = { apiVersion: "v1", kind: "Pod", namespace, name: running.metadata.name ?? "" };
  await objects.merge(pod, { status: { phase: "Failed" } }, "status");
  const { state } = await recordBecomes(lab, "broken", "BackoffLimitExceeded");
  assert.equal(state, "Failed");
  await recordBecomes(lab, "after-broken", "DependencySkipped");
}

/** Its controller looks at each autoscaler every quarter of a minute. */
async function scalers(lab: OperatorLab): Promise<void> {
  await recordBecomes(lab, "scaler", "Ready");
  await says(lab, "lost", /FailedGetScale.*"nowhere" not found/);
}

operatorTest(answer, "readiness goes by what each kind's own controller reports", {
  kinds: [
    { group: "apiextensions.k8s.io", plurals: ["customresourcedefinitions"] },
    { group: "kinds.example.org", plurals: ["gizmos"] },
  ],
  prepare,
  steps: [
    { title: "workloads, budgets, timetables, namespaces and definitions", run: readyAtOnce },
    { title: "load balancers and Ingresses need an address, those with rules don't", run: addresses },
    { title: "definitions and custom resources tell it by conditions and generation", run: definitions },
    { title: "a Job that failed has failed, and what depends on it is skipped", run: failedJob },
    { title: "an autoscaler is ready when it finds what it scales", run: scalers },
  ],
});
