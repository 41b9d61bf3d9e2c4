import assert from "node:assert/strict";
import type { HubStatus } from "../../src/api/hub.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { rowLab } from "../support/row_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const SECOND = "a-b-c-ed587551";

async function prepare(lab: OperatorLab): Promise<void> {
  const { sql, hub, form, nodesAre } = rowLab(lab);
  await sql(
    `CREATE TABLE tenants (id VARCHAR(300) CHARACTER SET utf8mb4, plan VARCHAR(20), active VARCHAR(20));
    INSERT INTO tenants VALUES ('good', 'free', '1')`,
  );
  await form("c");
  await form("b-c");
  await hub();
  await nodesAre("good-b-c", "good-c");
}

async function quarantined(lab: OperatorLab): Promise<void> {
  const { sql, own, conditionIs, events, nodes } = rowLab(lab);
  await sql(
    `INSERT INTO tenants VALUES (NULL, 'x', '1'), ('', 'x', '1'), ('Upper', 'x', '1'), ('a_b', 'x', '1'),
    ('../x', 'x', '1'), (REPEAT('u', 300), 'x', '1'), ('-a', 'x', '1'), ('a-', 'x', '1'), ('a b', 'x', '1'),
    (CONCAT('e', CHAR(10)), 'x', '1'), (X'F09F9880', 'x', '1'), ('.', 'x', '1')`,
  );
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "False", reason: "InvalidUid" });
  const status = (await own("LynqHub", "rows"))?.["status"] as HubStatus;
  assert.deepEqual([status.desired, status.quarantined, status.quarantinedRows?.length], [2, 12, 10]);
  for (const { uid, reason, message } of status.quarantinedRows ?? []) {
    assert(uid.startsWith('"') && uid.length <= 100 && !uid.includes("\n"), uid);
    assert.equal(reason, "InvalidUid");
    assert.match(message, /use lower-case letters, digits and '-'/);
  }
  const told = await until("one event", async () => (await events("rows", "RowQuarantined"))[0]);
  assert.match(
    told.message,
    /^12 rows are left as they are \(InvalidUid\): "", "-a", .*use lower-case letters/,
  );
  assert.deepEqual(await nodes(), ["good-b-c", "good-c"]);
  await sql("INSERT INTO tenants VALUES ('later', 'x', '1')");
  await until("another read", async () => (await nodes()).includes("later-c"));
  assert.deepEqual((await events("rows", "RowQuarantined")).map(({ count }) => count), [1]);
  await sql("DELETE FROM tenants WHERE id IS NULL OR id NOT IN ('good')");
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "True" });
  assert.equal(((await own("LynqHub", "rows"))?.["status"] as HubStatus).quarantinedRows, undefined);
}

async function collision(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre, own, configHolds } = rowLab(lab);
  await nodesAre("good-b-c", "good-c");
  await sql("INSERT INTO tenants VALUES ('a-b', 'first', '1')");
  await nodesAre("a-b-b-c", "a-b-c", "good-b-c", "good-c");
  const first = await own("LynqNode", "a-b-c");
  await sql("INSERT INTO tenants VALUES ('a', 'second', '1')");
  await nodesAre("a-b-b-c", "a-b-c", SECOND, "a-c", "good-b-c", "good-c");
  assert.equal((await own("LynqNode", "a-b-c"))?.metadata.uid, first?.metadata.uid);
  await configHolds("a-b-of-c", { plan: "first" });
  await configHolds("a-of-b-c", { plan: "second" });
  await configHolds("a-of-c", { plan: "second" });
}

async function longName(lab: OperatorLab): Promise<void> {
  const { sql, form, own, configHolds, conditionIs, nodes } = rowLab(lab);
  const name = "f".repeat(230);
  const uid = "u".repeat(60);
  await form(name);
  await sql(`INSERT INTO tenants VALUES ('${uid}', 'long', '1')`);
  const node = await until(
    "the node with the long name",
    async () => (await nodes()).find((each) => each.startsWith(`${uid}-fff`)),
  );
  assert.equal(node.length, 253);
  assert.match(node, /-[0-9a-f]{8}$/);
  await conditionIs("LynqNode", node, { type: "Ready", status: "True" });
  await configHolds(`${uid}-of-long`, { plan: "long" });
  await lab.objects.merge({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: lab.namespace,
    name: `${uid}-of-long`,
  }, {
    data: { plan: "by hand" },
  });
  await configHolds(`${uid}-of-long`, { plan: "long" });
  await sql(`DELETE FROM tenants WHERE id = '${uid}'`);
  await until("the long node to be gone", async () => await own("LynqNode", node) === undefined);
  await lab.objects.remove({ apiVersion: API, kind: "LynqForm", namespace: lab.namespace, name });
  await until("the long form's nodes to be gone", async () => !(await nodes()).join().includes("fff"));
}

/** The resource versions of all nodes, once every one of them is told to be ready. */
async function versions(lab: OperatorLab): Promise<string[]> {
  const { nodes, conditionIs, own } = rowLab(lab);
  const names = await nodes();
  for (const name of names) await conditionIs("LynqNode", name, { type: "Ready", status: "True" });
  const all = await Promise.all(names.map((name) => own("LynqNode", name)));
  return all.map((node) => `${node?.metadata.name} ${node?.metadata.resourceVersion}`);
}

async function stableNames(lab: OperatorLab): Promise<void> {
  const { sql, nodesAre, own } = rowLab(lab);
  const before = await versions(lab);
  await lab.operator.stop();
  lab.operator = await lab.start();
  await sql("INSERT INTO tenants VALUES ('extra', 'x', '1')");
  await nodesAre("a-b-b-c", "a-b-c", SECOND, "a-c", "extra-b-c", "extra-c", "good-b-c", "good-c");
  assert.deepEqual((await versions(lab)).filter((text) => !text.startsWith("extra")), before);
  const second = (await own("LynqNode", SECOND))?.metadata.uid;
  await sql("DELETE FROM tenants WHERE id IN ('a-b', 'extra')");
  await nodesAre(SECOND, "a-c", "good-b-c", "good-c");
  await sql("INSERT INTO tenants VALUES ('a-b', 'again', '1')");
  await nodesAre("a-b-b-c", "a-b-c", SECOND, "a-c", "good-b-c", "good-c");
  assert.equal((await own("LynqNode", SECOND))?.metadata.uid, second);
}

async function usersNode(lab: OperatorLab): Promise<void> {
  const { sql, own, configHolds, nodes } = rowLab(lab);
  await lab.objects.apply(`
apiVersion: ${API}
kind: LynqNode
metadata: {name: mine-c, namespace: ${lab.namespace}}
spec:
  uid: mine
  templateRef: by-hand
  configMaps:
  - {id: own, nameTemplate: "mine-by-hand", spec: {apiVersion: v1, kind: ConfigMap, data: {own: "yes"}}}
`);
  await configHolds("mine-by-hand", { own: "yes" });
  const mine = await own("LynqNode", "mine-c");
  await sql("INSERT INTO tenants VALUES ('mine', 'row', '1')");
  await configHolds("mine-of-c", { plan: "row" });
  assert.match((await nodes()).join(), /mine-c,mine-c-[0-9a-f]{8}/);
  assert.deepEqual((await own("LynqNode", "mine-c"))?.["spec"], mine?.["spec"]);
  assert.equal((await own("LynqNode", "mine-c"))?.metadata.ownerReferences, undefined);
  await sql("DELETE FROM tenants WHERE id = 'mine'");
  await until("the row's own nodes to be gone", async () => !(await nodes()).join().includes("mine-c-"));
  assert((await nodes()).includes("mine-c"));
  const which = { apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name: "mine-c" };
  await lab.objects.remove(which);
  await until("the person's node to be gone", async () => await lab.objects.get(which) === undefined);
}

/** It says that it is of the hub, of the row of another node, and takes that one's object by force, to delete it. */
async function forgedNode(lab: OperatorLab): Promise<void> {
  const { own, config, nodes, nodesAre } = rowLab(lab);
  await nodesAre("a-b-b-c", "a-b-c", SECOND, "a-c", "good-b-c", "good-c");
  const before = { node: await own("LynqNode", "good-c"), config: await config("good-of-c") };
  const all = await nodes();
  await lab.objects.apply(`
apiVersion: ${API}
kind: LynqNode
metadata:
  name: forged
  namespace: ${lab.namespace}
  labels: {lynq.sh/hub: rows, lynq.sh/uid: good}
  ownerReferences:
  - {apiVersion: ${API}, kind: LynqHub, name: rows, uid: 00000000-0000-4000-8000-000000000000, controller: true}
spec:
  uid: good
  templateRef: c
  hubId: rows
  configMaps:
  - id: taken
    nameTemplate: good-of-c
    conflictPolicy: Force
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: forged}}
`);
  await until("the forged node to be gone", async () => await own("LynqNode", "forged") === undefined);
  assert.deepEqual(await nodes(), all);
  const after = { node: await own("LynqNode", "good-c"), config: await config("good-of-c") };
  assert.equal(after.node?.metadata.uid, before.node?.metadata.uid);
  assert.deepEqual(after.node?.["spec"], before.node?.["spec"]);
  assert.equal(after.config?.metadata.uid, before.config?.metadata.uid);
  assert.deepEqual(after.config?.["data"], before.config?.["data"]);
}

async function duplicates(lab: OperatorLab): Promise<void> {
  const { sql, conditionIs, config, configHolds, own } = rowLab(lab);
  await sql("INSERT INTO tenants VALUES ('good', 'gold', '1')");
  const told = await conditionIs("LynqNode", "good-c", { type: "RowAccepted", status: "False" });
  assert.equal(told.reason, "DuplicateUid");
  assert.equal((await own("LynqNode", "good-c"))?.metadata.annotations?.["lynq.sh/frozen"], "DuplicateUid");
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "False", reason: "DuplicateUid" });
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace, name: "good-of-c" };
  await lab.objects.merge(which, { data: { plan: "by hand" } });
  await configHolds("good-of-c", { plan: "free" });
  await sql("DELETE FROM tenants WHERE id = 'good' AND plan = 'free'");
  await configHolds("good-of-c", { plan: "gold" });
  await conditionIs("LynqNode", "good-c", { type: "RowAccepted", status: "True" });
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "True" });
  assert.equal((await own("LynqNode", "good-c"))?.metadata.annotations?.["lynq.sh/frozen"], undefined);
  assert.equal((await config("good-of-b-c"))?.metadata.name, "good-of-b-c");
}

async function activate(lab: OperatorLab): Promise<void> {
  const { sql, conditionIs, own, nodes, config } = rowLab(lab);
  const uid = (await own("LynqNode", "good-c"))?.metadata.uid;
  // At once: a read that falls between the two would tell of the first alone.
  await sql(`START TRANSACTION;
    UPDATE tenants SET active = 'maybe', plan = 'lost' WHERE id = 'good';
    INSERT INTO tenants VALUES ('n0', '', NULL), ('n1', '', ''), ('n2', '', '0'), ('n3', '', 'false'), ('n4', '', 'no'),
      ('n5', '', 'off'), ('u0', '', ' true '), ('u1', '', 'Y');
    COMMIT`);
  await conditionIs("LynqNode", "good-c", {
    type: "RowAccepted",
    status: "False",
    reason: "UnknownActivate",
  });
  await conditionIs("LynqHub", "rows", { type: "RowsAccepted", status: "False", reason: "UnknownActivate" });
  const status = (await own("LynqHub", "rows"))?.["status"] as HubStatus;
  assert.deepEqual(status.quarantinedRows?.map((row) => [row.uid, row.reason]), [
    ['"good"', "UnknownActivate"],
    ['"u0"', "UnknownActivate"],
    ['"u1"', "UnknownActivate"],
  ]);
  assert.equal((await own("LynqNode", "good-c"))?.metadata.uid, uid);
  assert.deepEqual((await config("good-of-c"))?.["data"], { plan: "gold", text: "first" });
  assert(!(await nodes()).some((name) => /^[nu]\d/.test(name)));
  await sql("UPDATE tenants SET active = 'no' WHERE id = 'good'");
  await until(
    "the inactive row's nodes to be gone",
    async () => !(await nodes()).some((name) => name.startsWith("good")),
  );
}

operatorTest(answer, "names that can't be, that collide and that repeat change nothing of what is there", {
  prepare,
  steps: [
    { title: "a uid that can't be a name is quarantined, listed and told once", run: quarantined },
    { title: "of two nodes with one name the second gets a hash at its end", run: collision },
    { title: "names stay through restarts, and when the other row goes and comes back", run: stableNames },
    { title: "a name that a person's own node has is left to it", run: usersNode },
    {
      title: "a node with the UID of no hub gets nothing of the node whose row it names, and goes",
      run: forgedNode,
    },
    { title: "a name that would be too long is cut and gets a hash", run: longName },
    {
      title: "rows that repeat a uid and differ freeze their nodes, whose drift is repaired",
      run: duplicates,
    },
    { title: "an activate that is neither a yes nor a no makes and deletes nothing", run: activate },
  ],
});
