import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();

const API = "operator.lynq.sh/v1";

function documents(lab: OperatorLab): { hub: string; form: (greeting: string) => string } {
  const { namespace } = lab;
  return {
    hub: mysqlHub(lab, { variables: "plan: plan, replicas: replicas" }),
    form: (greeting) => `
apiVersion: ${API}
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: tenants
  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-config"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan | upper }}", greeting: "${greeting}"}}
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    dependIds: [config]
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: "{{ .replicas | int }}"
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec: {containers: [{name: app, image: "nginx:1"}]}
  services:
  - id: svc
    nameTemplate: "{{ .uid }}-svc"
    dependIds: [app]
    spec: {apiVersion: v1, kind: Service, spec: {selector: {app: "{{ .uid }}"}, ports: [{port: 80}]}}
`,
  };
}

function nodeOf(lab: OperatorLab, name: string): Promise<KubeObject | undefined> {
  return lab.objects.get({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name });
}

function conditionOf(object: KubeObject | undefined, type: string) {
  const status = object?.["status"] as
    | { conditions?: { type: string; status: string; message: string }[] }
    | undefined;
  return status?.conditions?.find((condition) => condition.type === type);
}

async function ready(lab: OperatorLab, name: string): Promise<KubeObject> {
  return await until(`LynqNode ${name} to be Ready`, async () => {
    const node = await nodeOf(lab, name);
    return conditionOf(node, "Ready")?.status === "True" ? node : undefined;
  });
}

function configOf(lab: OperatorLab, uid: string): Promise<KubeObject | undefined> {
  return lab.objects.get({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: lab.namespace,
    name: `${uid}-config`,
  });
}

async function data(
  lab: OperatorLab,
  uid: string,
  { key, value }: { key: string; value: string },
): Promise<void> {
  await until(`${uid}-config to hold ${key}=${value}`, async () => {
    const found = (await configOf(lab, uid))?.["data"] as Record<string, string> | undefined;
    return found?.[key] === value;
  });
}

async function insertedRow(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const yaml = documents(lab);
  await objects.apply(yaml.form("hello"));
  await objects.apply(yaml.hub);
  const node = await ready(lab, "acme-web");
  const status = node["status"] as { appliedResources: string[]; readyResources: number };
  assert.deepEqual(status.appliedResources, [
    `ConfigMap/${namespace}/acme-config@config`,
    `Deployment/${namespace}/acme-app@app`,
    `Service/${namespace}/acme-svc@svc`,
  ]);
  assert.equal(status.readyResources, 3);
  const created = async (apiVersion: string, kind: string, name: string) =>
    (await objects.get({ apiVersion, kind, namespace, name }))?.metadata.creationTimestamp ?? "";
  assert(
    (await created("v1", "ConfigMap", "acme-config")) <=
      (await created("apps/v1", "Deployment", "acme-app")),
  );
  assert.equal(await nodeOf(lab, "idle-web"), undefined);
  await until("the hub to count one row", async () => {
    const hub = await objects.get({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" });
    return (hub?.["status"] as { desired?: number } | undefined)?.desired === 1;
  });
}

async function dependencyOrder(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const service = await objects.get({ apiVersion: "v1", kind: "Service", namespace, name: "acme-svc" });
  const deployment = await objects.get({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name: "acme-app",
  });
  const available = (deployment?.["status"] as { conditions: { type: string; lastTransitionTime: string }[] })
    .conditions.find((c) => c.type === "Available")?.lastTransitionTime ?? "";
  assert((service?.metadata.creationTimestamp ?? "") >= available);
}

async function updatedRow(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  await db.exec("UPDATE tenants SET plan = 'gold', replicas = 3 WHERE id = 'acme'");
  await data(lab, "acme", { key: "plan", value: "GOLD" });
  await until("three replicas", async () => {
    const found = await objects.get({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace,
      name: "acme-app",
    });
    return (found?.["status"] as { readyReplicas?: number } | undefined)?.readyReplicas === 3;
  });
  await ready(lab, "acme-web");
}

async function editedForm(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const yaml = documents(lab);
  await objects.apply(yaml.form("good day"));
  await data(lab, "acme", { key: "greeting", value: "good day" });
}

async function drift(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "acme-config" };
  await objects.merge(which, { data: { plan: "hacked" } });
  await data(lab, "acme", { key: "plan", value: "GOLD" });
  const uid = (await configOf(lab, "acme"))?.metadata.uid;
  await objects.remove(which);
  await until("acme-config to be made anew", async () => {
    const found = await configOf(lab, "acme");
    return found !== undefined && found.metadata.uid !== uid;
  });
  await objects.merge({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "acme-app" }, {
    spec: { replicas: 0 },
  });
  await until("three replicas again", async () => {
    const found = await objects.get({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace,
      name: "acme-app",
    });
    return (found?.["spec"] as { replicas: number }).replicas === 3;
  });
}

/** Waits until nothing moves any more: every replica runs, and the node is told so. */
async function atRest(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  let seen = "";
  await until("the cluster to be at rest", async () => {
    const app = await objects.get({ apiVersion: "apps/v1", kind: "Deployment", namespace, name: "acme-app" });
    const node = await ready(lab, "acme-web");
    const now = `${app?.metadata.resourceVersion} ${node.metadata.resourceVersion}`;
    const running = (app?.["status"] as { readyReplicas?: number } | undefined)?.readyReplicas === 3;
    if (running && now === seen) return true;
    seen = now;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return false;
  });
}

async function restart(lab: OperatorLab): Promise<void> {
  const { db } = lab;
  await atRest(lab);
  await lab.operator.kill();
  const before = (await configOf(lab, "acme"))?.metadata.resourceVersion;
  const version = (await nodeOf(lab, "acme-web"))?.metadata.resourceVersion;
  lab.operator = await lab.start();
  await db.exec("INSERT INTO tenants VALUES ('after', 'pro', 1, 1)");
  await ready(lab, "after-web");
  assert.equal((await configOf(lab, "acme"))?.metadata.resourceVersion, before);
  assert.equal((await nodeOf(lab, "acme-web"))?.metadata.resourceVersion, version);
}

async function missedChanges(lab: OperatorLab): Promise<void> {
  const { db } = lab;
  await lab.operator.kill();
  await db.exec("UPDATE tenants SET plan = 'late' WHERE id = 'after'");
  lab.operator = await lab.start();
  await data(lab, "after", { key: "plan", value: "LATE" });
}

async function goneRows(lab: OperatorLab): Promise<void> {
  const { db } = lab;
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'after'");
  await until("after-web to be gone", async () => await nodeOf(lab, "after-web") === undefined);
  assert.equal(await configOf(lab, "after"), undefined);
  await db.exec("DELETE FROM tenants WHERE id = 'acme'");
  await until("acme-web to be gone", async () => await nodeOf(lab, "acme-web") === undefined);
  assert.equal(await configOf(lab, "acme"), undefined);
}

async function cleanEnd(lab: OperatorLab): Promise<void> {
  assert.equal(await lab.operator.stop(), 0);
  assert(!lab.operator.lines.some((line) => line.includes("Uncaught")), lab.operator.lines.join("\n"));
  lab.operator = await lab.start();
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { db } = lab;

  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1), replicas INT)",
  );
  await db.exec("INSERT INTO tenants VALUES ('acme', 'pro', 1, 2), ('idle', 'free', 0, 1)");
}

operatorTest(answer, "rows of MariaDB become running resources on a real cluster", {
  prepare,
  steps: [
    { title: "an inserted row stands up its tenant in dependency order", run: insertedRow },
    {
      title: "a service is created only after the deployment that it depends on is ready",
      run: dependencyOrder,
    },
    { title: "an updated row changes its resources", run: updatedRow },
    { title: "an edited form reaches every node by its revision", run: editedForm },
    { title: "edited and deleted children are repaired", run: drift },
    {
      title: "a killed operator goes on where it was, and writes nothing when nothing changed",
      run: restart,
    },
    { title: "rows changed while the operator was down are caught up", run: missedChanges },
    { title: "a deactivated and a deleted row take their tenants away", run: goneRows },
    { title: "the operator ends cleanly on SIGTERM", run: cleanEnd },
  ],
});
