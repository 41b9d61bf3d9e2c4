import assert from "node:assert/strict";
import { parse } from "yaml";
import { KINDS } from "../../src/api/crd.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { KubeError } from "../../src/kube/error.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { type ClusterCase, clusterTest } from "../support/control_plane_case.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterObjects } from "../support/cluster_objects.ts";
import { installKinds } from "../support/operator_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";

const typeOf = (kind: string, plural: string): ResourceType => ({
  group: "operator.lynq.sh",
  version: "v1",
  kind,
  plural,
  namespaced: true,
});
const TYPES = {
  LynqHub: typeOf("LynqHub", "lynqhubs"),
  LynqForm: typeOf("LynqForm", "lynqforms"),
  LynqNode: typeOf("LynqNode", "lynqnodes"),
};
type Kind = keyof typeof TYPES;

const SOURCE = "{type: sqlite, sqlite: {path: /data/a.db, table: rows}}";
const MAPPINGS = "valueMappings: {uid: id, activate: active}";

/** Creates an object of ours from its spec as YAML. */
function create(on: ClusterCase, of: { kind: Kind; name: string; spec: string }): Promise<KubeObject> {
  const object = {
    apiVersion: API,
    kind: of.kind,
    metadata: { name: of.name, namespace: on.namespace },
    spec: parse(of.spec) as unknown,
  };
  return on.client.create(TYPES[of.kind], object);
}

/** Fails unless the server refuses with these words. */
async function refused(work: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert(error instanceof KubeError);
    assert.equal(error.status, 422, error.message);
    assert.match(error.message, words);
    return true;
  });
}

function crdTest(name: string, test: (on: ClusterCase) => Promise<void>): void {
  clusterTest(answer, name, async (on) => {
    await installKinds(clusterObjects(on.client));
    await test(on);
  });
}

crdTest("the API server finds every schema structural and accepts the names", async ({ client }) => {
  for (const { plural } of KINDS) {
    const which = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      name: `${plural}.operator.lynq.sh`,
    };
    const crd = await clusterObjects(client).get(which);
    const { conditions } = crd?.["status"] as { conditions: { type: string; status: string }[] };
    const told = Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
    assert.equal(told["Established"], "True");
    assert.equal(told["NamesAccepted"], "True");
    assert(!("NonStructuralSchema" in told), JSON.stringify(conditions));
  }
});

crdTest("hubId never changes", async (on) => {
  await create(on, { kind: "LynqForm", name: "web", spec: "hubId: a" });
  const ref = { type: TYPES.LynqForm, namespace: on.namespace, name: "web" };
  const patch = (hubId: string) => on.client.patch(ref, { type: "merge", body: { spec: { hubId } } });
  await refused(patch("b"), /spec\.hubId: .*hubId is immutable/);
  assert.equal(((await patch("a"))["spec"] as { hubId: string }).hubId, "a");
});

crdTest("a hub has the block of its source's type", async (on) => {
  const hub = (name: string, source: string) =>
    create(on, { kind: "LynqHub", name, spec: `{source: ${source}, ${MAPPINGS}}` });
  await hub("sound", SOURCE);
  for (const type of ["mysql", "postgres", "sqlite"]) {
    await refused(
      hub("without", `{type: ${type}}`),
      new RegExp(`source\\.${type} is required when source\\.type is ${type}`),
    );
  }
  await refused(hub("other", "{type: oracle}"), /spec\.source\.type: Unsupported value/);
  await refused(
    hub("odd", "{type: sqlite, syncInterval: 1m30s, sqlite: {path: a, table: b}}"),
    /syncInterval/,
  );
});

crdTest("both spellings of interval and namespace are taken, of the namespace one at a time", async (on) => {
  const spec = `{source: ${SOURCE}, syncInterval: 5m, ${MAPPINGS}}`;
  const hub = await create(on, { kind: "LynqHub", name: "hub", spec });
  assert.equal((hub["spec"] as { syncInterval: string }).syncInterval, "5m");
  const form = (name: string, fields: string) =>
    create(on, { kind: "LynqForm", name, spec: `{hubId: a, configMaps: [{id: a, spec: {}, ${fields}}]}` });
  await form("target", "targetNamespace: x");
  await form("template", "namespaceTemplate: x");
  await refused(form("both", "targetNamespace: x, namespaceTemplate: y"), /set one of them/);
  const node =
    "{uid: a, templateRef: b, jobs: [{id: a, spec: {}, targetNamespace: x, namespaceTemplate: y}]}";
  await refused(create(on, { kind: "LynqNode", name: "both", spec: node }), /set one of them/);
});

crdTest("defaults are filled in and the body of a resource is kept as it is", async (on) => {
  const spec =
    "{hubId: a, rollout: {}, deployments: [{id: app, spec: {kind: X, deep: {list: [1, {a: null}]}}}]}";
  const form = await create(on, { kind: "LynqForm", name: "web", spec });
  assert.deepEqual(form["spec"], {
    hubId: "a",
    rollout: { maxSkew: 0, progressDeadlineSeconds: 600 },
    deployments: [{
      id: "app",
      spec: { kind: "X", deep: { list: [1, { a: null }] } },
      skipOnDependencyFailure: true,
      creationPolicy: "WhenNeeded",
      deletionPolicy: "Delete",
      conflictPolicy: "Stuck",
      waitForReady: true,
      timeoutSeconds: 300,
      patchStrategy: "apply",
      driftPolicy: "Correct",
      recreateOnImmutable: false,
    }],
    revisionHistoryLimit: 10,
    mode: "Apply",
  });
  const server = "{host: db, username: u, database: d, table: t, tls: {}}";
  const hub = await create(on, {
    kind: "LynqHub",
    name: "hub",
    spec: `{source: {type: mysql, mysql: ${server}}, ${MAPPINGS}}`,
  });
  const { source } = hub["spec"] as { source: Record<string, Record<string, unknown>> };
  assert.deepEqual([source["mysql"]?.["port"], source["mysql"]?.["tls"], source["queryTimeoutSeconds"]], [
    3306,
    { mode: "verify-full" },
    60,
  ]);
});

crdTest("ranges, enums and doubled ids are refused by the server itself", async (on) => {
  const form = (fields: string) =>
    create(on, { kind: "LynqForm", name: "odd", spec: `{hubId: a, ${fields}}` });
  await refused(form("jobs: [{id: a, spec: {}}, {id: a, spec: {}}]"), /Duplicate value/);
  await refused(form("jobs: [{id: a, spec: {}, timeoutSeconds: 0}]"), /timeoutSeconds/);
  await refused(
    form("rollout: {order: {first: [a]}}"),
    /set one of rollout.order.label and rollout.order.value/,
  );
  await refused(form("rollout: {order: {label: l, value: v, first: [a]}}"), /set one of rollout.order.label/);
  await refused(form("rollout: {order: {label: l, first: []}}"), /rollout.order.first/);
  await refused(form("rollout: {maxSkew: -1}"), /maxSkew/);
  await refused(form("rollout: {failureBudget: {maxPercent: 101}}"), /maxPercent/);
  await refused(form("rollout: {progressDeadlineSeconds: 59}"), /progressDeadlineSeconds/);
  await refused(form("revisionHistoryLimit: -1"), /revisionHistoryLimit/);
  await refused(form("mode: Plan"), /mode: Unsupported value/);
  await refused(
    form("jobs: [{id: a, spec: {}, creationPolicy: Never}]"),
    /creationPolicy: Unsupported value/,
  );
  await refused(form('jobs: [{id: "", spec: {}}]'), /jobs\[0\]\.id/);
  await refused(form("rollout: {progressDeadlineSeconds: 1}"), /progressDeadlineSeconds/);
});

crdTest("a node keeps what the operator records of its resources, field by field", async (on) => {
  await create(on, { kind: "LynqNode", name: "a-web", spec: "{uid: a, templateRef: web}" });
  const record = {
    id: "a",
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "ns",
    name: "a",
    state: "Ready",
    reason: "CreatedOnce",
    message: "m",
    since: "2026-01-01T00:00:00Z",
    uid: "u",
    hash: "h",
    inputs: "i",
    entry: "e",
    appliedAt: "2026-01-01T00:00:00Z",
    wave: 1,
    deletionPolicy: "Retain",
    once: true,
  };
  const ref = { type: TYPES.LynqNode, namespace: on.namespace, name: "a-web" };
  const body = { status: { resources: [record] } };
  const kept = await on.client.patch(ref, { type: "merge", body }, { subresource: "status" });
  assert.deepEqual(kept["status"], { resources: [record] });
});

crdTest("kubectl knows short names, the category and the columns", async (on) => {
  await create(on, { kind: "LynqHub", name: "hub", spec: `{source: ${SOURCE}, ${MAPPINGS}}` });
  await create(on, { kind: "LynqForm", name: "web", spec: "hubId: hub" });
  await create(on, { kind: "LynqNode", name: "a-web", spec: "{uid: a, templateRef: web}" });
  const kubeconfig = await on.plane.kubeconfig("admin");
  const get = async (what: string) => {
    const args = [`--kubeconfig=${kubeconfig}`, "get", what, "-n", on.namespace];
    const { stdout } = await new Deno.Command("kubectl", { args }).output();
    return new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) => line.trim().split(/\s{2,}/));
  };
  const columns = async (what: string) => (await get(what))[0]?.join(" ");
  assert.equal(await columns("lh"), "NAME TEMPLATES DESIRED READY FAILED CONDITIONS AGE");
  assert.equal(await columns("lf"), "NAME HUB TOTAL READY ROLLOUT UPDATING APPLIED AGE");
  assert.equal(await columns("ln"), "NAME UID FORM READY DESIRED SKIPPED CONFLICTED CONDITIONS AGE");
  const all = (await get("lynq")).map(([name]) => name).filter((name) => name?.includes("/"));
  assert.deepEqual(all.toSorted(), [
    "lynqform.operator.lynq.sh/web",
    "lynqhub.operator.lynq.sh/hub",
    "lynqnode.operator.lynq.sh/a-web",
  ]);
});
