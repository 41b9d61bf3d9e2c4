import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { type AuditedRequest, OperatorAudit, podOf } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { operatorMetrics } from "../support/operator_metrics.ts";
import type { OperatorProcess } from "../support/operator_process.ts";
import {
  madeTwice,
  madeWrites,
  readyNodes,
  replicaPages,
  SHORT_LEASES,
  startReplica,
} from "../support/replica_lab.ts";
import { shardHolders, shardPods, strayWrites, wideReads } from "../support/shard_audit.ts";
import { form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

const COUNT = 4;
const ROWS = 60;
const FLAGS = [...SHORT_LEASES, `--shards=${COUNT}`];
const LEASES = LEADER_LEASE.namespace;
const metrics = operatorMetrics();
const pages = replicaPages();

const run: { second?: OperatorProcess; third?: OperatorProcess; audit?: OperatorAudit } = {};

const resources = (plan: string) => `
  configMaps:
${
  Array.from({ length: 10 }, (_, i) =>
    `  - {id: c${i}, nameTemplate: "{{ .uid }}-many-${i}", ` +
    `spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "${plan}{{ .plan }}"}}}`).join("\n")
}
`;

/** Children and statuses are the holder's to write, by the names that the test gives; nodes themselves the leader's. */
function nodeOf({ objectRef }: AuditedRequest) {
  const { resource, namespace = "", name = "", subresource } = objectRef ?? { resource: "" };
  if (resource === "lynqnodes" && subresource === "status") return { namespace, name };
  const owner = /^(.*-many)-[0-9]$/.exec(name)?.[1];
  return resource === "configmaps" && owner !== undefined ? { namespace, name: owner } : undefined;
}

async function everyWriteWasTheHolders(lab: OperatorLab): Promise<void> {
  const audit = run.audit ?? new OperatorAudit(lab.plane);
  assert.deepEqual(strayWrites(await audit.requests(), { count: COUNT, nodeOf }), []);
}

/** Waits until so many replicas have the shards, and each as many as the others. */
async function shared(lab: OperatorLab, replicas: number): Promise<void> {
  await until(`${replicas} replicas to share the shards`, async () => {
    const holders = [...(await shardHolders(lab.objects, LEASES)).values()];
    const each = [...new Set(holders)].map((holder) => holders.filter((one) => one === holder).length);
    return holders.length === COUNT && each.length === replicas &&
      each.every((count) => count === COUNT / replicas);
  });
}

async function shardsOf(lab: OperatorLab, pod: string): Promise<number[]> {
  const audit = run.audit ?? new OperatorAudit(lab.plane);
  return [...shardPods(await audit.requests(), COUNT)].flatMap(([shard, holder]) =>
    holder === pod ? [shard] : []
  );
}

async function fleet(lab: OperatorLab): Promise<void> {
  run.second = await startReplica(lab, "operator-2", { flags: [...metrics.flags, ...pages.flags, ...FLAGS] });
  await shared(lab, 2);
  await lab.objects.apply(form(lab, "many", resources("")));
  await lab.objects.apply(hub(lab, { name: "tenants" }));
  await readyNodes(lab, ROWS);
  await everyWriteWasTheHolders(lab);
  const requests = await run.audit?.requests() ?? [];
  assert.deepEqual(madeTwice(requests), []);
  for (const pod of ["operator", "operator-2"]) {
    const shards = await shardsOf(lab, pod);
    assert.deepEqual(wideReads(requests, { pod, plural: "configmaps", count: COUNT, shards }), []);
    const made = requests.filter((one) => podOf(one) === pod && nodeOf(one) !== undefined);
    assert(made.length > ROWS, `${pod} made ${made.length} of the writes`);
  }
  const own = { pod: "operator-2", plural: "lynqnodes", count: COUNT };
  const shards = await shardsOf(lab, "operator-2");
  assert.deepEqual(wideReads(requests, { ...own, shards }), [], "who doesn't lead sees its own nodes only");
  assert.equal(await metrics.value("leader_election_master_status", { name: "f2130106.lynq.sh" }), 0);
  for (let shard = 0; shard < COUNT; shard++) {
    const name = `lynq-shard-${shard}-of-${COUNT}`;
    const held = await metrics.value("leader_election_master_status", { name });
    assert.equal(held, shards.includes(shard) ? 1 : 0, name);
  }
  assert.equal(await pages.readyz(), "200 ok");
  const which = shards.toSorted((a, b) => a - b).join(", ");
  const told = `This replica works on shard ${which} of ${COUNT} and shows the nodes of these only.`;
  const overview = await pages.overview();
  assert.ok(overview.includes(told), overview);
  assert.ok(overview.includes("tenants") && overview.includes("many"), "hubs and forms are known to all");
}

/** Converged, the only requests are those of Leases, and watches that are renewed. */
async function silence(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await until("a while without any request but for Leases", async () => {
    await audit.restart();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const asked = (await audit.requests()).filter(({ verb, objectRef }) =>
      objectRef?.resource !== "leases" && verb !== "watch"
    );
    return asked.length === 0;
  });
}

/** A node that somebody wrote by hand has no bucket: the leader gives it its own, and its shard works on it. */
async function byHand(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: operator.lynq.sh/v1
kind: LynqNode
metadata: {name: hand-many, namespace: ${namespace}}
spec:
  uid: hand
  templateRef: many
  configMaps:
  - {id: c0, nameTemplate: "{{ .uid }}-many-0", spec: {apiVersion: v1, kind: ConfigMap, data: {by: hand}}}
`);
  await readyNodes(lab, ROWS + 1);
  const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace, name: "hand-many" };
  const label = "lynq.sh/bucket";
  const bucket = (await objects.get(which))?.metadata.labels?.[label];
  assert.match(bucket ?? "", /^[0-9]+$/);
  await objects.merge(which, { metadata: { labels: { [label]: String((Number(bucket) + 1) % 64) } } });
  await until(
    "the bucket to be its own again",
    async () => (await objects.get(which))?.metadata.labels?.[label] === bucket,
  );
  await objects.remove(which);
  await readyNodes(lab, ROWS);
}

/** The second replica is killed in the midst of a change of all: the first one takes its shards and finishes. */
async function killed(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await lab.db.exec("UPDATE tenants SET plan = 'gold'");
  await until("some of the work to be done", async () => (await madeWrites(audit)).length > 50);
  await run.second?.kill();
  await until("the change to be everywhere", () => planIs(lab, "gold"));
  await shared(lab, 1);
  await everyWriteWasTheHolders(lab);
  const leases = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: LEASES };
  await until(
    "the Lease of the dead replica to be cleared away",
    async () =>
      (await lab.objects.list(leases)).filter(({ metadata }) => metadata.name?.startsWith("lynq-replica-"))
        .length === 1,
  );
}

async function planIs(lab: OperatorLab, plan: string): Promise<boolean> {
  const configs = await lab.objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace });
  const many = configs.filter(({ metadata }) => /-many-[0-9]$/.test(metadata.name ?? ""));
  return many.length === ROWS * 10 && many.every((one) => (one["data"] as { plan: string }).plan === plan);
}

/** A new replica gets its part while all is changed: who lets go ends what it does first. */
async function joined(lab: OperatorLab): Promise<void> {
  const starting = startReplica(lab, "operator-3", { flags: FLAGS });
  await lab.db.exec("UPDATE tenants SET plan = 'silver'");
  run.third = await starting;
  await shared(lab, 2);
  await until("the change to be everywhere", () => planIs(lab, "silver"));
  await everyWriteWasTheHolders(lab);
}

/** The leader stands still past its Lease: the other leads and has its shards, and nothing of what it had in hand is written. */
async function frozen(lab: OperatorLab): Promise<void> {
  const first = lab.operator;
  first.freeze();
  await shared(lab, 1);
  await lab.db.exec("UPDATE tenants SET plan = 'bronze'");
  await until("the change to be everywhere", () => planIs(lab, "bronze"));
  first.thaw();
  assert.equal(await first.ended, 1);
  await everyWriteWasTheHolders(lab);
  lab.operator = run.third ?? first;
  run.third = await startReplica(lab, "operator-2", { flags: FLAGS });
  await shared(lab, 2);
}

/** The leader ends: the other has its shards at once and plans from now on. */
async function left(lab: OperatorLab): Promise<void> {
  await silence(lab);
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  assert.equal(await lab.operator.stop(), 0);
  const third = run.third ?? lab.operator;
  lab.operator = third;
  await shared(lab, 1);
  await lab.db.exec("INSERT INTO tenants VALUES ('late', 'bronze', 1)");
  await readyNodes(lab, ROWS + 1);
  await everyWriteWasTheHolders(lab);
  const others = (await madeWrites(audit)).map(({ objectRef }) => objectRef?.name ?? "")
    .filter((name) => !name.startsWith("late-") && !["tenants", "many"].includes(name));
  assert.deepEqual(others, [], "what was there is not written again");
}

operatorTest(answer, "replicas share the nodes by shards, and no other than its holder writes for a shard", {
  pod: "operator",
  flags: FLAGS,
  prepare: async (lab) => {
    const { db, plane } = lab;
    await db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
    const rows = Array.from({ length: ROWS }, (_, i) => `('t${i}', 'pro', 1)`);
    await db.exec(`INSERT INTO tenants VALUES ${rows.join(", ")}`);
    await lab.operator.stop();
    run.audit = new OperatorAudit(plane);
    await run.audit.restart();
    lab.operator = await lab.start();
  },
  steps: [
    { title: "two replicas make a fleet, each its own part, and watch no more", run: fleet },
    { title: "converged, they ask for nothing", run: silence },
    { title: "a node without a bucket, or with a wrong one, gets its own", run: byHand },
    { title: "a replica is killed: the other takes its shards and finishes", run: killed },
    { title: "a new replica gets its part in the midst of work", run: joined },
    { title: "a leader that stood still writes nothing more, and ends", run: frozen },
    { title: "a replica that ends hands over, and nothing is written again", run: left },
  ],
});
