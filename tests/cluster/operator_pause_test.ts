import assert from "node:assert/strict";
import type { HubStatus } from "../../src/api/hub.ts";
import type { NodeSpec, NodeStatus } from "../../src/api/node.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { rowLab } from "../support/row_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

const metricsPort = freePort();

async function prepare(lab: OperatorLab): Promise<void> {
  const { sql, hub, form, nodesAre, configHolds } = rowLab(lab);
  await sql(`CREATE TABLE tenants (id VARCHAR(40), plan VARCHAR(20), active VARCHAR(9), hold VARCHAR(9));
    INSERT INTO tenants VALUES ('one', 'free', '1', NULL), ('two', 'free', '1', 'no')`);
  await form("web");
  await form("api");
  await hub({ pause: true });
  await nodesAre("one-api", "one-web", "two-api", "two-web");
  for (const name of ["one-of-web", "two-of-web", "one-of-api", "two-of-api"]) {
    await configHolds(name, { plan: "free", text: "first" });
  }
}

function configRef(lab: OperatorLab, name: string) {
  return { apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace, name };
}

async function edit(lab: OperatorLab, name: string): Promise<void> {
  await lab.objects.merge(configRef(lab, name), { data: { text: "by hand" } });
}

async function texts(lab: OperatorLab, ...names: readonly string[]): Promise<(string | undefined)[]> {
  const found = await Promise.all(names.map((name) => rowLab(lab).config(name)));
  return found.map((each) => (each?.["data"] as Record<string, string> | undefined)?.["text"]);
}

/** Waits until a node tells that an object of it is gone: a pass of the paused node has seen it. */
async function goneIsTold(lab: OperatorLab, node: string): Promise<void> {
  await until(`${node} to tell of the object that is gone`, async () => {
    const status = (await rowLab(lab).own("LynqNode", node))?.["status"] as NodeStatus | undefined;
    return status?.resources?.some(({ state, reason }) => state === "Waiting" && reason === "Paused");
  });
}

async function gauge(series: RegExp): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const line = text.split("\n").find((each) => series.test(each));
  return Number(line?.split(" ").at(-1) ?? NaN);
}

async function pausedNode(lab: OperatorLab): Promise<void> {
  const { annotate, conditionIs, configHolds, config, events, sql, own } = rowLab(lab);
  await annotate("LynqNode", "one-web", { "lynq.sh/paused": "true" });
  const told = await conditionIs("LynqNode", "one-web", { type: "Paused", status: "True", reason: "Paused" });
  assert.match(told.message, /^Paused by lynq\.sh\/paused of LynqNode one-web: no resource/);
  assert.equal((await conditionIs("LynqNode", "one-web", { type: "Ready", status: "True" })).status, "True");
  await sql("UPDATE tenants SET plan = 'gold' WHERE id = 'one'");
  await configHolds("one-of-api", { plan: "gold" });
  await lab.objects.remove(configRef(lab, "one-of-web"));
  await goneIsTold(lab, "one-web");
  await conditionIs("LynqNode", "one-web", {
    type: "Ready",
    status: "False",
    reason: "NotAllResourcesReady",
  });
  assert.equal(await config("one-of-web"), undefined);
  assert.equal(((await own("LynqNode", "one-web"))?.["spec"] as NodeSpec).values?.["plan"], "free");
  assert.equal(await gauge(/lynqnode_condition_status\{.*one-web.*Paused/), 1);
  await annotate("LynqNode", "one-web", { "lynq.sh/paused": null });
  await configHolds("one-of-web", { plan: "gold", text: "first" });
  await conditionIs("LynqNode", "one-web", { type: "Paused", status: "False", reason: "Running" });
  await conditionIs("LynqNode", "one-web", { type: "Ready", status: "True" });
  for (const reason of ["Paused", "Resumed"]) {
    await until(`event ${reason}`, async () => (await events("one-web", reason)).length === 1);
  }
}

async function pausedUntil(lab: OperatorLab): Promise<void> {
  const { conditionIs, configHolds } = rowLab(lab);
  const which = { apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name: "two-web" };
  await assert.rejects(lab.objects.merge(which, { spec: { pausedUntil: "tomorrow" } }), /pausedUntil/);
  const pauseFor = async (ms: number) => {
    const end = new Date(Date.now() + ms).toISOString();
    await lab.objects.merge(which, { spec: { pausedUntil: end } });
    return end;
  };
  const far = await pauseFor(3_600_000);
  const { message } = await conditionIs("LynqNode", "two-web", { type: "Paused", status: "True" });
  assert(message.startsWith(`Paused by spec.pausedUntil of LynqNode two-web until ${far}: `), message);
  await edit(lab, "two-of-web");
  const end = await pauseFor(4000);
  await configHolds("two-of-web", { text: "first" });
  assert(Date.now() >= Date.parse(end));
  await conditionIs("LynqNode", "two-web", { type: "Paused", status: "False" });
}

async function pausedForm(lab: OperatorLab): Promise<void> {
  const { annotate, conditionIs, configHolds, form, sql, nodesAre, events, own } = rowLab(lab);
  const until2099 = "2099-01-01T00:00:00Z";
  await annotate("LynqForm", "web", { "lynq.sh/paused": until2099 });
  const told = await conditionIs("LynqForm", "web", { type: "Paused", status: "True", reason: "Paused" });
  assert.match(told.message, /lynq\.sh\/paused of LynqForm web until 2099-01-01T00:00:00Z/);
  for (const node of ["one-web", "two-web"]) {
    await conditionIs("LynqNode", node, { type: "Paused", status: "True", reason: "PausedByForm" });
  }
  assert.equal(await gauge(/^lynqform_paused\{.*"web"/), 1);
  await edit(lab, "two-of-web");
  await lab.objects.remove(configRef(lab, "one-of-web"));
  await form("web", "second");
  await sql("INSERT INTO tenants VALUES ('new', 'free', '1', ''); DELETE FROM tenants WHERE id = 'two'");
  await nodesAre("new-api", "one-api", "one-web", "two-web");
  await goneIsTold(lab, "one-web");
  assert.deepEqual(await texts(lab, "one-of-web", "two-of-web"), [undefined, "by hand"]);
  const spec = (await own("LynqNode", "one-web"))?.["spec"] as NodeSpec;
  await annotate("LynqForm", "web", { "lynq.sh/paused": null });
  await nodesAre("new-api", "new-web", "one-api", "one-web");
  await configHolds("one-of-web", { text: "second" });
  await configHolds("new-of-web", { text: "second" });
  assert.notEqual(((await own("LynqNode", "one-web"))?.["spec"] as NodeSpec).revision, spec.revision);
  await conditionIs("LynqForm", "web", { type: "Paused", status: "False" });
  await until("event Resumed", async () => (await events("web", "Resumed")).length === 1);
}

async function selects(lab: OperatorLab): Promise<number> {
  const text = await rowLab(lab).sql("SHOW GLOBAL STATUS LIKE 'Com_select'");
  return Number(/\d+/.exec(text)?.[0] ?? NaN);
}

const hubRef = (lab: OperatorLab) => ({
  apiVersion: API,
  kind: "LynqHub",
  namespace: lab.namespace,
  name: "rows",
});

async function pausedHub(lab: OperatorLab): Promise<void> {
  const { conditionIs, sql, nodesAre, own, form } = rowLab(lab);
  await lab.objects.merge(hubRef(lab), { spec: { paused: true } });
  const told = await conditionIs("LynqHub", "rows", { type: "Paused", status: "True", reason: "Paused" });
  assert.match(told.message, /^Paused by spec\.paused of LynqHub rows: the database is not read/);
  for (const node of ["new-api", "new-web", "one-api", "one-web"]) {
    await conditionIs("LynqNode", node, { type: "Paused", status: "True", reason: "PausedByHub" });
  }
  assert.equal(await gauge(/^hub_paused\{.*"rows"/), 1);
  const reads = await selects(lab);
  await sql(
    "INSERT INTO tenants VALUES ('late', 'free', '1', ''); UPDATE tenants SET plan = 'x' WHERE id = 'one'",
  );
  await edit(lab, "new-of-web");
  await lab.objects.remove(configRef(lab, "one-of-web"));
  await goneIsTold(lab, "one-web");
  await lab.objects.remove({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name: "new-web" });
  await until("the deleted node to be gone", async () => await own("LynqNode", "new-web") === undefined);
  await form("extra");
  await conditionIs("LynqForm", "extra", { type: "Valid", status: "True" });
  await lab.objects.remove({ apiVersion: API, kind: "LynqForm", namespace: lab.namespace, name: "api" });
  await nodesAre("one-web");
  assert.deepEqual(await texts(lab, "new-of-web", "one-of-web"), [undefined, undefined]);
  assert.equal(await selects(lab), reads);
}

async function restartedWhilePaused(lab: OperatorLab): Promise<void> {
  const { own, conditionIs, nodesAre, events } = rowLab(lab);
  const version = async (kind: "LynqNode" | "LynqHub", name: string) =>
    (await own(kind, name))?.metadata.resourceVersion;
  const told = async () => [await version("LynqNode", "one-web"), await version("LynqHub", "rows")];
  await until("the paused hub to tell of what was deleted", async () => {
    const { ready, referencingTemplates } = (await own("LynqHub", "rows"))?.["status"] as HubStatus;
    return ready === 0 && referencingTemplates === 2;
  });
  const before = await told();
  const reads = await selects(lab);
  await lab.operator.stop();
  lab.operator = await lab.start();
  await until("metrics of the paused hub", async () => await gauge(/^hub_paused\{.*"rows"/) === 1);
  await until(
    "metrics of the paused node",
    async () => await gauge(/lynqnode_condition_status\{.*one-web.*Paused/) === 1,
  );
  assert.deepEqual(await told(), before);
  assert.equal(await selects(lab), reads);
  assert.equal((await events("rows", "Paused")).length, 1);
  await conditionIs("LynqHub", "rows", { type: "Paused", status: "True" });
  await nodesAre("one-web");
}

async function endsByItself(lab: OperatorLab): Promise<void> {
  const { conditionIs, configHolds, nodesAre, annotate, events } = rowLab(lab);
  const end = new Date(Date.now() + 8000).toISOString();
  await annotate("LynqHub", "rows", { "lynq.sh/paused": end });
  await lab.objects.merge(hubRef(lab), { spec: { paused: false } });
  await conditionIs("LynqHub", "rows", { type: "Paused", status: "True" });
  await lab.operator.stop();
  lab.operator = await lab.start();
  await nodesAre(
    ...["late-extra", "late-web", "new-extra", "new-web", "one-extra", "one-web"],
  );
  assert(Date.now() >= Date.parse(end));
  await configHolds("one-of-web", { plan: "x", text: "second" });
  await configHolds("new-of-web", { plan: "free", text: "second" });
  await conditionIs("LynqHub", "rows", { type: "Paused", status: "False" });
  await conditionIs("LynqNode", "one-web", { type: "Paused", status: "False" });
  await until("event Resumed", async () => (await events("rows", "Resumed")).length === 1);
}

async function pausedRow(lab: OperatorLab): Promise<void> {
  const { conditionIs, configHolds, nodesAre, sql, own, config } = rowLab(lab);
  await sql(`UPDATE tenants SET hold = 'yes', plan = 'held' WHERE id = 'one';
    INSERT INTO tenants VALUES ('held', 'free', '1', 'true')`);
  const told = await conditionIs("LynqNode", "one-web", {
    type: "Paused",
    status: "True",
    reason: "PausedByRow",
  });
  assert.match(told.message, /^Paused by the pause column of its row/);
  const node = await own("LynqNode", "one-web");
  assert.equal((node?.["spec"] as NodeSpec).paused, true);
  assert.equal((node?.["spec"] as NodeSpec).values?.["plan"], "x");
  await until("the paused node to be observed", async () => {
    const now = await own("LynqNode", "one-web");
    return (now?.["status"] as NodeStatus).observedGeneration === now?.metadata.generation;
  });
  await sql("UPDATE tenants SET hold = 'perhaps', plan = 'odd' WHERE id = 'late'");
  await conditionIs("LynqNode", "late-web", { type: "RowAccepted", status: "False", reason: "UnknownPause" });
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "False", reason: "UnknownPause" });
  const status = (await own("LynqHub", "rows"))?.["status"] as HubStatus;
  assert.deepEqual(status.quarantinedRows?.map(({ uid, reason }) => [uid, reason]), [[
    '"late"',
    "UnknownPause",
  ]]);
  await nodesAre("late-extra", "late-web", "new-extra", "new-web", "one-extra", "one-web");
  assert.equal(((await config("late-of-web"))?.["data"] as Record<string, string>)["plan"], "free");
  await sql("UPDATE tenants SET hold = NULL");
  await configHolds("one-of-web", { plan: "held" });
  await configHolds("late-of-web", { plan: "odd" });
  await configHolds("held-of-web", { plan: "free" });
  assert.equal(((await own("LynqNode", "one-web"))?.["spec"] as NodeSpec).paused, undefined);
  await sql("UPDATE tenants SET hold = '1' WHERE id = 'one'");
  await conditionIs("LynqNode", "one-web", { type: "Paused", status: "True", reason: "PausedByRow" });
  await sql("DELETE FROM tenants WHERE id = 'one'");
  await until("the node of the row that is gone", async () => await own("LynqNode", "one-web") === undefined);
  await until("its object", async () => await config("one-of-web") === undefined);
}

async function deletedWhilePaused(lab: OperatorLab): Promise<void> {
  const { condition, conditionIs, annotate, nodes } = rowLab(lab);
  await annotate("LynqHub", "rows", { "lynq.sh/paused": "true" });
  await conditionIs("LynqNode", "new-web", { type: "Paused", status: "True", reason: "PausedByHub" });
  const extra = { apiVersion: API, kind: "LynqForm", namespace: lab.namespace, name: "extra" };
  await lab.objects.merge(extra, { spec: { paused: true } });
  await until("both pauses of the form to be told", async () => {
    const { message = "" } = await condition("LynqForm", "extra", "Paused") ?? {};
    return /^Paused by lynq\.sh\/paused of LynqHub rows, and by spec\.paused of LynqForm extra: /.test(
      message,
    );
  });
  await lab.objects.remove(extra);
  await until(
    "the paused form's nodes to be gone",
    async () => !(await nodes()).some((name) => name.endsWith("-extra")),
  );
  await lab.objects.remove(hubRef(lab));
  await until("the paused hub to be gone", async () => await lab.objects.get(hubRef(lab)) === undefined);
  assert.deepEqual(await nodes(), []);
}

operatorTest(answer, "what is paused is not written, may be deleted, and catches up at once when that ends", {
  flags: [`--metrics-bind-address=127.0.0.1:${metricsPort}`, "--metrics-secure=false"],
  prepare,
  steps: [
    { title: "a paused node writes no child, tells how they do, and mends all at its end", run: pausedNode },
    { title: "a node that is paused until a time is mended then", run: pausedUntil },
    {
      title: "a paused form makes, changes and deletes no node, and its nodes write no child",
      run: pausedForm,
    },
    {
      title: "a paused hub reads no row and writes nothing, but nodes and forms may be deleted",
      run: pausedHub,
    },
    { title: "a restart while it is paused writes nothing", run: restartedWhilePaused },
    {
      title: "a pause ends by its time, after a restart too, and what was missed is done",
      run: endsByItself,
    },
    { title: "a row pauses its nodes, makes none, and its end takes them away all the same", run: pausedRow },
    { title: "a paused hub and a paused form can be deleted", run: deletedWhilePaused },
  ],
});
