import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { events, eventSays, inLab, objectBecomes, recordBecomes, recordOf } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const config = (id: string, policy: string, plan = "{{ .plan }}") =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}"${policy}, spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "${plan}"}}}`;

const resources = (other: string) => `
  namespaces:
  - {id: ns, nameTemplate: "${other}", spec: {apiVersion: v1, kind: Namespace}}
  configMaps:
${config("once", ", creationPolicy: Once")}
${config("kept", ", creationPolicy: Once, deletionPolicy: Retain")}
${config("needed", "")}
${config("after-job", ", dependIds: [job]")}
${config("skipped", ", dependIds: [slow]")}
${config("anyway", ", dependIds: [slow], skipOnDependencyFailure: false")}
${config("unwaited", ", dependIds: [unready]")}
  - id: elsewhere
    nameTemplate: "{{ .uid }}-elsewhere"
    targetNamespace: "${other}"
    dependIds: [ns]
    labelsTemplate: {tier: "{{ .plan }}", both: template}
    annotationsTemplate: {note: "{{ .uid }}"}
    spec:
      apiVersion: v1
      kind: ConfigMap
      metadata: {labels: {mine: "1", both: spec}, annotations: {own: "1"}}
  jobs:
  - id: job
    nameTemplate: "{{ .uid }}-job"
    creationPolicy: Once
    spec: {apiVersion: batch/v1, kind: Job, spec: {ttlSecondsAfterFinished: 1, template: {
      spec: {restartPolicy: Never, containers: [{name: a, image: "a:{{ .plan }}"}]}}}}
  deployments:
${
  ["slow", "unready"].map((id) => `
  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", timeoutSeconds: ${
    id === "slow" ? 1 : 3600
  }, waitForReady: ${id === "slow"},
     spec: {apiVersion: apps/v1, kind: Deployment, spec: {selector: {matchLabels: {app: ${id}}}, template: {
       metadata: {labels: {app: ${id}}}, spec: {containers: [{name: a, image: unpullable}]}}}}}`).join("")
}
`;

const dataOf = (object: KubeObject | undefined) => object?.["data"] as Record<string, string> | undefined;
const plan = async (lab: OperatorLab, name: string) =>
  dataOf(await lab.objects.get(inLab(lab, "ConfigMap", `acme-${name}`)))?.["plan"];
const node = (lab: OperatorLab) => ({
  apiVersion: "operator.lynq.sh/v1",
  kind: "LynqNode",
  namespace: lab.namespace,
  name: "acme-web",
});
const annotation = async (lab: OperatorLab) =>
  (await lab.objects.get(node(lab)))?.metadata.annotations?.["lynq.sh/recreate"];
const other = (lab: OperatorLab) => `${lab.namespace}-other`;

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", resources(other(lab))));
}

async function orderAndTimeouts(lab: OperatorLab): Promise<void> {
  const slow = await recordBecomes(lab, "slow", "ReadinessTimeout");
  assert.match(slow.message ?? "", /^Resource 'slow' not ready after 1s/);
  await recordBecomes(lab, "skipped", "DependencySkipped");
  await eventSays(lab, "DependencySkipped", /'skipped' skipped because dependency 'slow' failed/);
  await recordBecomes(lab, "anyway", "Ready");
  await eventSays(
    lab,
    "DependencyFailedButProceeding",
    /'slow' failed, but creating resource 'anyway' anyway/,
  );
  await recordBecomes(lab, "unready", "Ready");
  await recordBecomes(lab, "unwaited", "Ready");
  assert.equal(await plan(lab, "skipped"), undefined);
}

async function otherNamespaces(lab: OperatorLab): Promise<void> {
  await recordBecomes(lab, "elsewhere", "Ready");
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace: other(lab), name: "acme-elsewhere" };
  const { metadata } = await lab.objects.get(which) as KubeObject;
  const { mine, both, tier, "lynq.sh/node": owner } = metadata.labels ?? {};
  assert.deepEqual({ mine, both, tier, owner }, {
    mine: "1",
    both: "template",
    tier: "one",
    owner: "acme-web",
  });
  const { own, note } = metadata.annotations ?? {};
  assert.deepEqual({ own, note }, { own: "1", note: "acme" });
  assert.equal(metadata.ownerReferences, undefined);
}

const JOB = (lab: OperatorLab) => inLab(lab, "Job", "acme-job");

/** As the Job controller says it of a Job whose pod has run. */
async function completeJob(lab: OperatorLab): Promise<void> {
  await until("the pod of the Job to be ready", async () => {
    const job = await lab.objects.get(JOB(lab));
    return (job?.["status"] as { ready?: number } | undefined)?.ready === 1;
  });
  const pods = await lab.objects.list({
    apiVersion: "v1",
    kind: "Pod",
    namespace: lab.namespace,
    labelSelector: "job-name=acme-job",
  });
  for (const { metadata } of pods) {
    const which = { apiVersion: "v1", kind: "Pod", namespace: lab.namespace, name: metadata.name ?? "" };
    const finishedAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const terminated = { exitCode: 0, startedAt: finishedAt, finishedAt };
    const containerStatuses = [{
      name: "a",
      image: "a",
      imageID: "a",
      ready: false,
      started: false,
      restartCount: 0,
      state: { terminated },
    }];
    await lab.objects.merge(which, { status: { phase: "Succeeded", containerStatuses } }, "status");
  }
}

async function jobRunsOnce(lab: OperatorLab): Promise<void> {
  assert.equal(await plan(lab, "after-job"), undefined);
  await recordBecomes(lab, "after-job", "WaitingForDependency");
  const { metadata } = await lab.objects.get(JOB(lab)) as KubeObject;
  await completeJob(lab);
  await recordBecomes(lab, "after-job", "Ready");
  await until("the Job to be gone by its TTL", async () => await lab.objects.get(JOB(lab)) === undefined);
  const record = await recordBecomes(lab, "job", "CreatedOnce");
  assert.deepEqual([record.state, record.uid, record.once], ["Ready", metadata.uid, true]);
}

async function onceIsNotWrittenAgain(lab: OperatorLab): Promise<void> {
  await lab.objects.remove(inLab(lab, "ConfigMap", "acme-once"));
  await recordBecomes(lab, "once", "CreatedOnce");
  await lab.objects.merge(inLab(lab, "ConfigMap", "acme-kept"), { data: { plan: "edited" } });
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  await until("the other resources to follow the row", async () => await plan(lab, "needed") === "two");
  await lab.operator.stop();
  lab.operator = await lab.start();
  await lab.db.exec("UPDATE tenants SET plan = 'three'");
  await until("the other resources to follow the row", async () => await plan(lab, "needed") === "three");
  assert.deepEqual([await plan(lab, "once"), await plan(lab, "kept")], [undefined, "edited"]);
  assert.equal(await lab.objects.get(JOB(lab)), undefined);
  assert.equal((await events(lab, "DriftCorrected")).length, 0);
}

async function recreateAsked(lab: OperatorLab): Promise<void> {
  const ask = (ids: string) =>
    lab.objects.merge(node(lab), { metadata: { annotations: { "lynq.sh/recreate": ids } } });
  await ask("once, job,kept,needed,nobody");
  await objectBecomes(
    lab,
    inLab(lab, "ConfigMap", "acme-once"),
    (found) => dataOf(found)?.["plan"] === "three",
  );
  await objectBecomes(lab, JOB(lab), () => true);
  await until("the annotation to be gone", async () => await annotation(lab) === undefined);
  await eventSays(lab, "RecreateRefused", /kept is not heard: its deletionPolicy is Retain/);
  await eventSays(lab, "RecreateRefused", /needed is not heard: its creationPolicy is not Once/);
  await eventSays(lab, "RecreateRefused", /nobody is not heard: the form has no resource of this id/);
  assert.equal(await plan(lab, "kept"), "edited");
  const { metadata } = await lab.objects.get(inLab(lab, "ConfigMap", "acme-once")) as KubeObject;
  await lab.objects.merge(inLab(lab, "ConfigMap", "acme-once"), { metadata: { finalizers: ["test/held"] } });
  await ask("once");
  const waiting = await recordBecomes(lab, "once", "Recreating");
  assert.equal(waiting.uid, metadata.uid);
  assert.equal(await annotation(lab), "once");
  await lab.operator.kill();
  lab.operator = await lab.start();
  await lab.objects.merge(inLab(lab, "ConfigMap", "acme-once"), { metadata: { finalizers: null } });
  await objectBecomes(
    lab,
    inLab(lab, "ConfigMap", "acme-once"),
    (found) => found.metadata.uid !== metadata.uid,
  );
  await until("the annotation to be gone", async () => await annotation(lab) === undefined);
  const record = await recordBecomes(lab, "once", "Ready");
  assert.equal(record.once, true);
}

async function everythingGoes(lab: OperatorLab): Promise<void> {
  const fixed = resources(other(lab)).replaceAll("unpullable", "a:1").replaceAll(
    "timeoutSeconds: 1,",
    "timeoutSeconds: 60,",
  );
  await lab.objects.apply(form(lab, "web", fixed));
  await completeJob(lab);
  await nodeReady(lab, "acme-web");
  await recordBecomes(lab, "skipped", "Ready");
  assert.equal((await recordOf(lab, "slow"))?.state, "Ready");
}

operatorTest(answer, "what is created once, waits, is skipped or goes elsewhere does so", {
  prepare,
  steps: [
    { title: "timeouts, skipped dependents and those that go on anyway", run: orderAndTimeouts },
    { title: "other namespaces, and labels merged with those of the spec", run: otherNamespaces },
    { title: "a Job with a TTL runs one time, and what depends on it waits for its end", run: jobRunsOnce },
    {
      title: "what was created once is not written again, changed, edited or gone",
      run: onceIsNotWrittenAgain,
    },
    { title: "the annotation has it made again, through a crash too", run: recreateAsked },
    { title: "what failed and was skipped becomes ready once it is mended", run: everythingGoes },
  ],
});
