import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeConnection } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { ChildWatch } from "../support/child_watch.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { deletedByFormer, staleForFormer, wantedByFormer } from "../support/former_rule.ts";
import { tenantForm, widgetKind, WIDGETS } from "../support/former_tenant.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const ROOT = new URL("../../", import.meta.url).pathname;

const run: { client?: KubeConnection; watch?: ChildWatch; children: KubeObject[]; before?: KubeObject } = {
  children: [],
};

function node(lab: OperatorLab): Promise<KubeObject> {
  return until(
    "acme-web",
    () => lab.objects.get({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name: "acme-web" }),
  );
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { db, objects, namespace, plane } = lab;
  run.client = createKubeClient(plane.credentials("admin"));
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(30) PRIMARY KEY, plan VARCHAR(30), active INT); " +
      "INSERT INTO tenants VALUES ('acme', '<pro> & ünïq', 1)",
  );
  await objects.apply(JSON.stringify(widgetKind));
  await objects.apply(
    tenantForm(namespace).replace('tier: "{{ .plan }}"', 'tier: "{{ .plan | sha1sum | trunc 5 }}"'),
  );
  await objects.apply(hub(lab, { name: "tenants" }));
  await finishJob(lab);
  await nodeReady(lab, "acme-web");
}

async function finishJob({ objects, namespace }: OperatorLab): Promise<void> {
  const labelSelector = "batch.kubernetes.io/job-name=acme-init";
  await until("the Job's pod to be done", async () => {
    const [pod] = await objects.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector });
    if (pod === undefined) return false;
    if ((pod["status"] as { phase?: string }).phase !== "Running") return false;
    const of = { apiVersion: "v1", kind: "Pod", namespace, name: pod.metadata.name ?? "" };
    await objects.merge(of, { status: { phase: "Succeeded" } }, "status");
    return true;
  });
}

async function lynq(lab: OperatorLab, ...args: string[]) {
  const kubeconfig = await lab.plane.kubeconfig("admin");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-env", "src/main.ts", "downgrade"],
      ...[`--kubeconfig=${kubeconfig}`, "-n", lab.namespace, ...args],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), problems: new TextDecoder().decode(stderr) };
}

async function refusesWhileRunning(lab: OperatorLab): Promise<void> {
  const lease = await lab.objects.get(LEADER_LEASE);
  const { holderIdentity = "" } = (lease?.spec ?? {}) as { holderIdentity?: string };
  assert.notEqual(holderIdentity, "");
  const before = await node(lab);
  const { code, problems } = await lynq(lab, "--write");
  assert.equal(code, 2);
  assert(problems.includes(`${LEADER_LEASE.namespace}/${holderIdentity}`), problems);
  assert.deepEqual((await node(lab))["spec"], before["spec"]);
}

async function tellsFirst(lab: OperatorLab): Promise<void> {
  await lab.operator.stop();
  run.before = await node(lab);
  const { resources = [] } = run.before["status"] as {
    resources?: { apiVersion: string; kind: string; namespace?: string; name: string }[];
  };
  assert.equal(resources.length, 10);
  for (const record of resources) {
    const child = await lab.objects.get(record);
    assert(child !== undefined, record.name);
    run.children.push(child);
  }
  assert(run.client !== undefined);
  run.watch = await ChildWatch.start(run.client, run.children);
  const { code, out, problems } = await lynq(lab);
  assert.match(out, /1 LynqNodes and \d LynqForms to write back; nothing was changed, give --write/);
  assert.match(problems, /LynqHub .*deletions are not guarded/);
  assert.equal(code, 1);
  assert.equal((await node(lab)).metadata.resourceVersion, run.before.metadata.resourceVersion);
}

async function writesBack(lab: OperatorLab): Promise<void> {
  const { out, problems } = await lynq(lab, "--write");
  assert.match(out, /1 LynqNodes .*written back/, problems);
  const back = await node(lab);
  assert.deepEqual(deletedByFormer(back), []);
  const { appliedResources = [] } = back["status"] as { appliedResources?: string[] };
  assert.deepEqual([...appliedResources].sort(), wantedByFormer(back).sort());
  assert(appliedResources.includes(`ConfigMap/{{ .uid }}-${lab.namespace}/acme-remote@remote`));
  assert.deepEqual(
    staleForFormer(back, { activate: "1", hostOrUrl: "", extra: { plan: "<pro> & ünïq" }, generation: 1 }),
    [],
  );
  const spec = back["spec"] as {
    configMaps: { nameTemplate: string; labelsTemplate?: object; spec: object }[];
  };
  assert.deepEqual(spec.configMaps[0]?.spec, {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: { plan: "{{ .plan }}", left: "over" },
  });
  assert.match(
    JSON.stringify(spec.configMaps[0]?.labelsTemplate),
    /^\{"tier":"[0-9a-f]{5}","wave":"first"\}$/,
  );
  assert.deepEqual(["values", "revision", "hubId"].filter((field) => field in spec), []);
  assert(!JSON.stringify(await forms(lab)).includes("form-finalizer"));
}

async function forms(lab: OperatorLab): Promise<unknown[]> {
  const all = await lab.objects.list({ apiVersion: API, kind: "LynqForm", namespace: lab.namespace });
  return all.map(({ metadata }) => metadata.finalizers ?? []);
}

/** Its manager has our fields: its next apply, unforced as under Stuck, meets no conflict and prunes what it leaves out. */
async function formerCanApply(lab: OperatorLab): Promise<void> {
  const { client } = run;
  assert(client !== undefined);
  for (const child of run.children) {
    const live = await lab.objects.get({ ...identity(child) });
    assert.equal(live?.metadata.uid, child.metadata.uid);
    const managers = live?.metadata.managedFields?.map(({ manager }) => manager ?? "") ?? [];
    assert(
      !managers.some((manager) => manager.startsWith("lynq") && manager !== "lynq-operator"),
      `${managers}`,
    );
  }
  const found = await createDiscovery({ client }).resolve("v1", "ConfigMap");
  assert(found.kind === "found");
  const ref = { type: found.type, namespace: lab.namespace, name: "acme-config" };
  const metadata = { name: ref.name, namespace: ref.namespace, labels: { tier: "other" } };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { plan: "changed" } };
  const { object: applied } = await client.apply(ref, object, {
    fieldManager: "lynq-operator",
    dryRun: true,
  });
  assert.deepEqual(applied["data"], { plan: "changed" });
  assert.deepEqual(applied.metadata.labels, { tier: "other" });
}

function identity({ apiVersion = "", kind = "", metadata: { name = "", namespace } }: KubeObject) {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

async function comesForthAgain(lab: OperatorLab): Promise<void> {
  lab.operator = await lab.start();
  await until("the node to be small again", async () => {
    const { spec, status } = await node(lab) as unknown as {
      spec: object;
      status: { resources?: unknown[] };
    };
    return "values" in spec && !("configMaps" in spec) && status.resources?.length === 10;
  });
  await nodeReady(lab, "acme-web");
  for (const child of run.children) {
    const live = await lab.objects.get(identity(child));
    assert.equal(live?.metadata.uid, child.metadata.uid, `${child.metadata.name} is the same object`);
    if (child.kind === "Deployment") assert.deepEqual(live?.["spec"], child["spec"]);
  }
  assert.deepEqual(run.watch?.gone(), []);
  await run.watch?.stop();
}

/** What it has no like of is told by object and field, and everything else is written back. */
async function tellsLosses(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: ${API}
kind: LynqForm
metadata: {name: more, namespace: ${namespace}}
spec:
  hubId: tenants
  mode: Apply
  rollout: {order: {value: plan, first: [pro]}}
  configMaps:
  - id: maybe
    nameTemplate: "{{ .uid }}-maybe"
    includeWhen: "{{ eq .uid \\"other\\" }}"
    spec: {apiVersion: v1, kind: ConfigMap}
  - id: told
    nameTemplate: "{{ .uid }}-told"
    namespaceTemplate: "${namespace}"
    driftPolicy: Report
    readyWhen: "has(object.data)"
    spec: {apiVersion: v1, kind: ConfigMap, data: {region: "{{ .region | default \\"eu\\" }}"}}
`);
  await nodeReady(lab, "acme-more");
  await lab.operator.stop();
  const { code, problems } = await lynq(lab, "--write");
  assert.equal(code, 1);
  for (
    const says of [
      /LynqForm .*more: spec\.rollout\.order is ignored/,
      /more: maybe: includeWhen is ignored/,
      /more: told: readyWhen is ignored/,
      /more: told: driftPolicy Report is ignored/,
      /more: told: spec\.data\.region fails: there is no variable region/,
      /acme-more: maybe is left out by includeWhen/,
    ]
  ) assert.match(problems, says);
  const more = await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: "acme-more" });
  assert(more !== undefined);
  assert.deepEqual(deletedByFormer(more), []);
  assert.deepEqual(wantedByFormer(more), [`ConfigMap/${namespace}/acme-told@told`]);
  lab.operator = await lab.start();
  run.client?.close();
}

operatorTest(answer, `lynq downgrade writes a cluster back so that the Go implementation deletes nothing`, {
  kinds: [{ group: WIDGETS, plurals: ["widgets"] }],
  prepare,
  steps: [
    { title: "it refuses while an operator holds the lease", run: refusesWhileRunning },
    { title: "without --write it only tells", run: tellsFirst },
    { title: "arrays, row and list are as the Go implementation stores them, 0 deletions", run: writesBack },
    { title: "the Go implementation's manager has the fields", run: formerCanApply },
    { title: "the way forth is open again, with every object as it was", run: comesForthAgain },
    { title: "what can't be converted is told", run: tellsLosses },
  ],
});
