import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { events, eventSays, inLab, objectBecomes, recordBecomes, recordOf } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { operatorMetrics } from "../support/operator_metrics.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const metrics = operatorMetrics();

const RESOURCES = `
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-config", labelsTemplate: {tier: "{{ .plan }}"},
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", kept: "1"}}}
  - {id: told, nameTemplate: "{{ .uid }}-told", driftPolicy: Report,
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", kept: "1"}}}
  - {id: fought, nameTemplate: "{{ .uid }}-fought",
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  secrets:
  - {id: secret, nameTemplate: "{{ .uid }}-secret",
     spec: {apiVersion: v1, kind: Secret, stringData: {password: "pw-{{ .plan }}"}}}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: 1
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec: {containers: [{name: a, image: "a:1"}]}
`;

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", RESOURCES));
  await nodeReady(lab, "acme-web");
}

const dataOf = (object: KubeObject) => object["data"] as Record<string, string>;

async function editedField(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "ConfigMap", "acme-config");
  await lab.objects.merge(which, { data: { plan: "drifted", mine: "stays" } });
  const object = await objectBecomes(lab, which, (found) => dataOf(found)["plan"] === "one");
  assert.deepEqual(dataOf(object), { plan: "one", kept: "1", mine: "stays" });
  await eventSays(lab, "DriftCorrected", /config: ConfigMap .*acme-config .*"test" manages \.data\.plan$/);
  await until("the drift to be counted", async () => {
    return await metrics.value("lynqnode_drift_total", { kind: "ConfigMap", action: "corrected" }) === 1;
  });
}

async function removedFields(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "ConfigMap", "acme-config");
  await lab.objects.merge(which, {
    data: { kept: null },
    metadata: { labels: { tier: null, "lynq.sh/node": null } },
  });
  const object = await objectBecomes(lab, which, (found) => dataOf(found)["kept"] === "1");
  assert.equal(object.metadata.labels?.["tier"], "one");
  assert.equal(object.metadata.labels?.["lynq.sh/node"], "acme-web");
  const removed = /removed: \.data\.kept, \.metadata\.labels\.lynq\.sh\/node, \.metadata\.labels\.tier$/;
  await eventSays(lab, "DriftCorrected", removed);
}

async function foreignApply(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: acme-app, namespace: ${lab.namespace}, labels: {theirs: "1"}}
spec: {replicas: 0, template: {spec: {containers: [{name: a, image: "b:1"}]}}}
`);
  const object = await objectBecomes(lab, inLab(lab, "Deployment", "acme-app"), (found) => {
    return (found["spec"] as { replicas: number }).replicas === 1;
  });
  assert.equal(object.metadata.labels?.["theirs"], "1");
  assert.match(JSON.stringify(object["spec"]), /"image":"a:1"/);
  const fields = /"test" manages \.spec\.replicas, \.spec\.template\.spec\.containers\[name="a"\]\.image/;
  await eventSays(lab, "DriftCorrected", fields);
  await recordBecomes(lab, "app", "Ready");
}

async function editedSecret(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "Secret", "acme-secret");
  const password = (found: KubeObject) => Buffer.from(dataOf(found)["password"] ?? "", "base64").toString();
  await lab.objects.merge(which, { stringData: { password: "stolen" } });
  await objectBecomes(lab, which, (found) => password(found) === "pw-one");
  const said = await eventSays(lab, "DriftCorrected", /Secret .*acme-secret .*\.data\.password/);
  assert.doesNotMatch(said, /stolen|pw-one/);
  await lab.objects.apply(`
apiVersion: v1
kind: Secret
metadata: {name: acme-secret, namespace: ${lab.namespace}}
stringData: {password: taken}
`);
  await objectBecomes(lab, which, (found) => password(found) === "pw-one");
}

async function deletedObject(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "ConfigMap", "acme-told");
  const before = (await lab.objects.get(which))?.metadata.uid;
  await lab.objects.remove(which);
  await objectBecomes(lab, which, (found) => found.metadata.uid !== before);
  await eventSays(lab, "DriftCorrected", /told: ConfigMap .*was deleted by somebody else and is made again$/);
  await until("the record of the new object", async () => {
    return (await recordOf(lab, "told"))?.uid === (await lab.objects.get(which))?.metadata.uid;
  });
}

async function nothingOfOurs(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "Deployment", "acme-app");
  // Each look at the rows reads the database's Secret.
  const quiet = hub(lab, { name: "tenants" }).replace("syncInterval: 1s", "syncInterval: 1h");
  await lab.objects.apply(quiet);
  await settled();
  let round = 0;
  // What is still to be told of the steps before may be told meanwhile.
  await until("changes that cost nothing", async () => {
    const before = await metrics.requests();
    const message = `round ${++round}`;
    const condition = { type: "Odd", status: "True", reason: "Because", message };
    const { status } = await lab.objects.get(which) as unknown as {
      status: { conditions: { type: string }[] };
    };
    const conditions = [...status.conditions.filter(({ type }) => type !== "Odd"), condition];
    await lab.objects.merge(which, { status: { conditions } }, "status");
    await lab.objects.merge(which, { metadata: { labels: { theirs: `round-${round}` } } });
    await lab.objects.merge(inLab(lab, "ConfigMap", "acme-config"), { data: { mine: message } });
    await settled();
    assert.equal(await metrics.requests() - before, 0);
    return true;
  });
}

/** Waits until the operator sends nothing any more. */
async function settled(): Promise<void> {
  let last = -1;
  await until("the operator to be quiet", async () => {
    const now = await metrics.requests();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const quiet = now === last;
    last = now;
    return quiet;
  });
}

async function reportedOnly(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "ConfigMap", "acme-told");
  await lab.objects.merge(which, { data: { plan: "edited", kept: null } });
  const record = await recordBecomes(lab, "told", "Drifted");
  assert.equal(record.state, "Ready");
  assert.match(record.message ?? "", /"test" manages \.data\.plan; removed: \.data\.kept; left as it is/);
  assert.deepEqual(dataOf(await lab.objects.get(which) as KubeObject), { plan: "edited" });
  await eventSays(
    lab,
    "DriftDetected",
    /told: ConfigMap .*"test" manages \.data\.plan; removed: \.data\.kept$/,
  );
  await settled();
  assert.equal((await events(lab, "DriftDetected")).length, 1);
  assert.equal(await metrics.value("lynqnode_drift_total", { action: "reported" }), 1);
  // A new rendering is applied, since the field was ours; then nothing differs any more.
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  await lab.objects.apply(hub(lab, { name: "tenants" }));
  await objectBecomes(
    lab,
    which,
    (found) => dataOf(found)["plan"] === "two" && dataOf(found)["kept"] === "1",
  );
  await recordBecomes(lab, "told", "Ready");
  await nodeReady(lab, "acme-web");
}

async function rivalIsNotFought(lab: OperatorLab): Promise<void> {
  const client = createKubeClient(lab.plane.credentials("admin"));
  const which = inLab(lab, "ConfigMap", "acme-fought");
  const type = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
  const ref = { type, namespace: lab.namespace, name: which.name };
  const change = () =>
    client.patch(ref, { type: "merge", body: { data: { plan: "rival" } } }, { fieldManager: "rival" });
  try {
    for (let n = 0; n < 3; n++) {
      await change();
      await objectBecomes(lab, which, (found) => dataOf(found)["plan"] === "two");
    }
    const record = await recordBecomes(lab, "fought", "DriftContended");
    assert.equal(record.state, "Conflicted");
    assert.match(record.message ?? "", /repaired 3 times within a minute.*"rival" manages \.data\.plan/);
    const before = await metrics.value("lynqnode_drift_total");
    await change();
    await change();
    await objectBecomes(lab, which, (found) => dataOf(found)["plan"] === "two");
    await until(
      "one more repair to be counted",
      async () => await metrics.value("lynqnode_drift_total") === before + 1,
    );
    const later = await recordOf(lab, "fought");
    assert.equal(later?.reason, "DriftContended");
    await eventSays(lab, "DriftContended", /fought/);
    assert.equal((await events(lab, "DriftContended")).length, 1);
  } finally {
    client.close();
  }
}

operatorTest(answer, "what others change is put back or reported, with field and manager", {
  flags: metrics.flags,
  prepare,
  steps: [
    { title: "an edited field is put back, and what is not ours stays", run: editedField },
    { title: "removed fields and labels come back", run: removedFields },
    { title: "another manager's forced apply is put back", run: foreignApply },
    { title: "a Secret that is written through stringData is put back", run: editedSecret },
    { title: "a deleted object is made again, under driftPolicy Report too", run: deletedObject },
    { title: "changes of status and of what is not ours cost nothing", run: nothingOfOurs },
    {
      title: "driftPolicy Report tells it once and leaves it until something new is wanted",
      run: reportedOnly,
    },
    { title: "a writer that fights back is named and not fought", run: rivalIsNotFought },
  ],
});
