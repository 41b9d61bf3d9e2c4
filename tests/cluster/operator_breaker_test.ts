import assert from "node:assert/strict";
import type { HubStatus } from "../../src/api/hub.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { operatorMetrics } from "../support/operator_metrics.ts";
import { type OwnKind, rowLab } from "../support/row_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const metrics = operatorMetrics();

const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `t${from + n}`);
const nodes = (ids: readonly string[], form = "web") => ids.map((id) => `${id}-${form}`);
const insert = (ids: readonly string[], table = "tenants") =>
  `INSERT INTO ${table} VALUES ${ids.map((id) => `('${id}', 'first', 1)`).join(", ")}`;
const remove = (ids: readonly string[]) =>
  `DELETE FROM tenants WHERE id IN (${ids.map((id) => `'${id}'`).join(", ")})`;

const refOf = (lab: OperatorLab, kind: OwnKind, name: string) => ({
  apiVersion: API,
  kind,
  namespace: lab.namespace,
  name,
});

async function prepare(lab: OperatorLab): Promise<void> {
  const { sql, hub, form, nodesAre } = rowLab(lab);
  for (const table of ["tenants", "others"]) {
    await sql(`CREATE TABLE ${table} (id VARCHAR(40) PRIMARY KEY, plan VARCHAR(20), active INT)`);
  }
  await sql(insert(rows(1, 12)));
  await hub();
  await form("web");
  await nodesAre(...nodes(rows(1, 12)).sort());
}

/** Waits for what is held, and gives the hash that approves it. */
async function heldHash(
  lab: OperatorLab,
  of: { kind?: OwnKind; name?: string; type?: string; says: RegExp },
): Promise<string> {
  const { kind = "LynqHub", name = "rows", type = "DeletionHeld", says } = of;
  const message = await until(`${kind} ${name} to say ${says}`, async () => {
    const found = await rowLab(lab).condition(kind, name, type);
    return found?.status === "True" && says.test(found.message) ? found.message : undefined;
  });
  const [, hash = ""] = /approve-\w+=([0-9a-f]{16})/.exec(message) ?? [];
  assert.notEqual(hash, "");
  return hash;
}

const ends = (lab: OperatorLab, type = "DeletionHeld") =>
  rowLab(lab).conditionIs("LynqHub", "rows", { type, status: "False", reason: "NothingHeld" });

async function restarted(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre, configHolds, events } = rowLab(lab);
  await sql(remove(["t10", "t11", "t12"]));
  await nodesAre(...nodes(rows(1, 9)));
  await lab.operator.kill();
  await sql(remove(["t8", "t9"]));
  lab.operator = await lab.start();
  await heldHash(lab, { says: /^2 of 9 rows are gone; their nodes stay: t8-web, t9-web/ });
  assert.equal(await metrics.value("hub_deletions_held", { hub: "rows" }), 2);
  await until("the event", async () => (await events("rows", "DeletionHeld")).length === 1);
  await sql("UPDATE tenants SET plan = 'second' WHERE id = 't1'");
  await configHolds("t1-of-web", { plan: "second" });
  await nodesAre(...nodes(rows(1, 9)));
  await sql(insert(["t8", "t9"]));
  await ends(lab);
  await until(
    "the gauge to fall",
    async () => await metrics.value("hub_deletions_held", { hub: "rows" }) === 0,
  );
}

async function approved(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre, annotate, config, own } = rowLab(lab);
  await sql("DELETE FROM tenants");
  const hash = await heldHash(lab, { says: /^9 of 9 rows are gone/ });
  await annotate("LynqHub", "rows", { "lynq.sh/approve-deletions": hash });
  await nodesAre();
  await until("the last object to be gone", async () => await config("t9-of-web") === undefined);
  await until("the last node to be gone", async () => await own("LynqNode", "t9-web") === undefined);
  await sql(insert(rows(1, 9)));
  await nodesAre(...nodes(rows(1, 9)));
  await sql("DELETE FROM tenants");
  assert.equal(await heldHash(lab, { says: /^9 of 9 rows are gone.*remove it first/ }), hash);
  await nodesAre(...nodes(rows(1, 9)));
  await sql(insert(rows(1, 9)));
  await ends(lab);
}

async function switchedOff(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre } = rowLab(lab);
  await sql("UPDATE tenants SET active = 0");
  await heldHash(lab, { says: /^9 of 9 rows are inactive/ });
  await nodesAre(...nodes(rows(1, 9)));
  await sql("UPDATE tenants SET active = 7");
  await ends(lab);
  await nodesAre(...nodes(rows(1, 9)));
  await sql("UPDATE tenants SET active = 1");
}

async function otherTable(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre, annotate } = rowLab(lab);
  const at = (table: string) =>
    lab.objects.merge(refOf(lab, "LynqHub", "rows"), { spec: { source: { mysql: { table } } } });
  await sql(insert(["x1", "x2"], "others"));
  await at("others");
  await heldHash(lab, { says: /^9 of 9 rows are gone/ });
  const hash = await heldHash(lab, { type: "CreationHeld", says: /^2 new rows get no node yet/ });
  assert.equal(await metrics.value("hub_creations_held", { hub: "rows" }), 2);
  await nodesAre(...nodes(rows(1, 9)));
  await at("tenants");
  await ends(lab);
  await ends(lab, "CreationHeld");
  await at("others");
  await heldHash(lab, { type: "CreationHeld", says: /another host, database, table/ });
  await annotate("LynqHub", "rows", { "lynq.sh/approve-creations": hash });
  await nodesAre(...nodes([...rows(1, 9), "x1", "x2"]));
  await heldHash(lab, { says: /^9 of 11 rows are gone/ });
  await sql(`${insert(rows(1, 9), "others")}; ${insert(["x1", "x2"])}`);
  await ends(lab);
}

const formText = (lab: OperatorLab, id: string) => `
apiVersion: ${API}
kind: LynqForm
metadata: {name: guarded, namespace: ${lab.namespace}}
spec:
  hubId: rows
  deletionGuard: {}
  configMaps:
  - {id: kept, nameTemplate: "{{ .uid }}-kept", spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
`;

async function revision(lab: OperatorLab): Promise<void> {
  const { config, annotate, condition, conditionIs, events } = rowLab(lab);
  await lab.objects.apply(formText(lab, "old"));
  // The first few that are there may all be ready before the others are made.
  await until(
    "all nodes to be ready",
    async () => (await condition("LynqForm", "guarded", "Applied"))?.message === "All 11 nodes ready",
  );
  await lab.objects.apply(formText(lab, "new"));
  const of = { kind: "LynqForm" as const, name: "guarded" };
  const hash = await heldHash(lab, {
    ...of,
    says:
      /would delete 11 objects of 11 of 11 nodes, which stay as they are: t1-guarded: old ConfigMap\/t1-old/,
  });
  await conditionIs("LynqForm", "guarded", { type: "Applied", status: "False", reason: "DeletionHeld" });
  await until("the event", async () => (await events("guarded", "DeletionHeld")).length === 1);
  assert.notEqual(await config("t9-old"), undefined);
  assert.equal(await config("t9-new"), undefined);
  await annotate("LynqForm", "guarded", { "lynq.sh/approve-deletions": hash });
  await until("the objects to be replaced", async () => {
    const all = await Promise.all(
      rows(1, 9).map(async (id) => [await config(`${id}-old`), await config(`${id}-new`)]),
    );
    return all.every(([old, fresh]) => old === undefined && fresh !== undefined);
  });
  await conditionIs("LynqForm", "guarded", { type: "DeletionHeld", status: "False" });
}

async function deletedForms(lab: OperatorLab): Promise<void> {
  const { own, annotate, nodes: standing, conditionIs } = rowLab(lab);
  const { merge } = lab.objects;
  const { metadata } = await merge(refOf(lab, "LynqHub", "rows"), {
    spec: { deletionGuard: { protectForms: true } },
  });
  // Hub and form are told by watches of their own.
  await until("the hub's guard to be known", async () => {
    const { observedGeneration } = (await own("LynqHub", "rows"))?.["status"] as HubStatus;
    return observedGeneration === metadata.generation;
  });
  await lab.objects.remove(refOf(lab, "LynqForm", "guarded"));
  const hash = await heldHash(lab, { says: /^the form of 11 of 11 rows was deleted/ });
  const { message } = await conditionIs("LynqForm", "guarded", {
    type: "Applied",
    status: "False",
    reason: "Deleting",
  });
  assert.match(message, /LynqHub rows protects its forms/);
  assert.equal((await standing()).length, 22);
  await annotate("LynqHub", "rows", { "lynq.sh/approve-deletions": hash });
  await until("the form to be gone", async () => await own("LynqForm", "guarded") === undefined);
  assert.equal((await standing()).length, 11);
  await merge(refOf(lab, "LynqHub", "rows"), {
    spec: { deletionGuard: { protectForms: false, maxPercent: 90 } },
  });
}

/** A wider guard lets go of what it allows, and one that is off of all. */
async function wider(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre } = rowLab(lab);
  await sql("DELETE FROM others WHERE id NOT IN ('x1', 'x2', 't9')");
  await nodesAre("t9-web", "x1-web", "x2-web");
  await sql("DELETE FROM others");
  await heldHash(lab, { says: /^3 of 3 rows are gone/ });
  await lab.objects.merge(refOf(lab, "LynqHub", "rows"), { spec: { deletionGuard: { enabled: false } } });
  await nodesAre();
}

operatorTest(answer, "deletions that a mistake could have caused wait for a person", {
  flags: metrics.flags,
  prepare,
  steps: [
    { title: "a kill and a restart don't double what may go within ten minutes", run: restarted },
    { title: "the hash lets the nodes go once, and no second time", run: approved },
    { title: "rows that all turn inactive, or unknown, take no node along", run: switchedOff },
    { title: "another table doubles nothing until it is approved", run: otherTable },
    { title: "a form that asks for it holds a revision that deletes objects", run: revision },
    { title: "a hub may protect its forms", run: deletedForms },
    { title: "the guard may be wider, or off", run: wider },
  ],
});
