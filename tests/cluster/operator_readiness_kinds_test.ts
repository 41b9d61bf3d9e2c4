import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { recordBecomes, recordOf } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

const POD = (app: string) =>
  `selector: {matchLabels: {app: ${app}}}, template: {metadata: {labels: {app: ${app}}}, ` +
  `spec: {containers: [{name: a, image: "a:1"}]}}`;
const entry = (id: string, kind: string, rest: string, more = "") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${more} spec: {${kind}, ${rest}}}\n`;
const after = (id: string) =>
  entry(`after-${id}`, "apiVersion: v1, kind: ConfigMap", "data: {}", `dependIds: [${id}],`);

const definition = (id: string, plural: string, kind: string) =>
  entry(
    id,
    "apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition",
    `spec: {group: kinds.example.org, scope: Namespaced, names: {kind: ${kind}, listKind: ${kind}List, plural: ${plural}, ` +
      `singular: ${
        plural.slice(0, -1)
      }}, versions: [{name: v1, served: true, storage: true, subresources: {status: {}}, ` +
      "schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}",
  ).replace(`"{{ .uid }}-${id}"`, `${plural}.kinds.example.org`);

const scaler = (id: string, target: string) =>
  entry(
    id,
    "apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler",
    `spec: {maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${target}}}`,
  );

const RESOURCES = (namespace: string) => `
  namespaces:
  - {id: home, nameTemplate: "kinds-${namespace}", spec: {apiVersion: v1, kind: Namespace}}
  deployments:
${entry("app", "apiVersion: apps/v1, kind: Deployment", `spec: {replicas: 1, ${POD("app")}}`)}${
  entry("none", "apiVersion: apps/v1, kind: Deployment", `spec: {replicas: 0, ${POD("none")}}`)
}
  statefulSets:
${
  entry("set", "apiVersion: apps/v1, kind: StatefulSet", `spec: {serviceName: a, replicas: 2, ${POD("set")}}`)
}
  daemonSets:
${entry("agent", "apiVersion: apps/v1, kind: DaemonSet", `spec: {${POD("agent")}}`)}
  services:
${entry("balanced", "apiVersion: v1, kind: Service", "spec: {type: LoadBalancer, ports: [{port: 80}]}")}${
  entry("internal", "apiVersion: v1, kind: Service", "spec: {ports: [{port: 80}]}")
}
  ingresses:
${
  entry("ruled", "apiVersion: networking.k8s.io/v1, kind: Ingress", "spec: {rules: [{host: a.example.org}]}")
}${
  entry(
    "bare",
    "apiVersion: networking.k8s.io/v1, kind: Ingress",
    "spec: {defaultBackend: {service: {name: a, port: {number: 80}}}}",
  )
}
  jobs:
${
  entry(
    "broken",
    "apiVersion: batch/v1, kind: Job",
    'spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}',
  )
}
  cronJobs:
${
  entry(
    "nightly",
    "apiVersion: batch/v1, kind: CronJob",
    'spec: {schedule: "0 0 1 1 *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "a:1"}]}}}}}',
  )
}
  podDisruptionBudgets:
${
  entry(
    "budget",
    "apiVersion: policy/v1, kind: PodDisruptionBudget",
    "spec: {minAvailable: 3, selector: {matchLabels: {app: app}}}",
  )
}
  horizontalPodAutoscalers:
${scaler("scaler", '"{{ .uid }}-app"')}${scaler("lost", "nowhere")}
  manifests:
${definition("definition", "gizmos", "Gizmo")}${
  definition("rival", "otherss", "Gizmo").replace(
    "spec: {apiVersion",
    "dependIds: [definition], spec: {apiVersion",
  )
}${
  entry(
    "gizmo",
    "apiVersion: kinds.example.org/v1, kind: Gizmo",
    "spec: {size: 1}",
    "dependIds: [definition],",
  )
}
  configMaps:
${["balanced", "bare", "broken"].map(after).join("")}
`;

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(`${hub(lab, { name: "tenants" })}---${form(lab, "web", RESOURCES(lab.namespace))}`);
}

const which = ({ namespace }: OperatorLab, apiVersion: string, kind: string, id: string) => {
  return { apiVersion, kind, namespace, name: `acme-${id}` };
};

/** Ready by what the controllers of a real control plane report of them, or by being there. */
async function readyAtOnce(lab: OperatorLab): Promise<void> {
  const ids = ["home", "app", "none", "set", "agent", "internal", "ruled", "nightly", "budget", "definition"];
  for (const id of ids) await recordBecomes(lab, id, "Ready");
  const set = await lab.objects.get(which(lab, "apps/v1", "StatefulSet", "set"));
  assert.equal((set?.["status"] as { readyReplicas?: number }).readyReplicas, 2);
  const budget = await lab.objects.get(which(lab, "policy/v1", "PodDisruptionBudget", "budget"));
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
  const dependent = await lab.objects.get(which(lab, "v1", "ConfigMap", `after-${id}`));
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
  await objects.merge(which(lab, "v1", "Service", "balanced"), { status }, "status");
  await isReady(lab, "balanced");
  await objects.merge(which(lab, "networking.k8s.io/v1", "Ingress", "bare"), { status }, "status");
  await isReady(lab, "bare");
}

/** A definition whose names another one has is failed; a custom resource goes by its conditions and observedGeneration. */
async function definitions(lab: OperatorLab): Promise<void> {
  const rival = await recordBecomes(lab, "rival", "ListKindConflict");
  assert.equal(rival.state, "Failed");
  assert.match(rival.message ?? "", /"GizmoList" is already in use/);
  const gizmo = which(lab, "kinds.example.org/v1", "Gizmo", "gizmo");
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
