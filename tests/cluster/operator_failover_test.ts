import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { OperatorAudit, podOf } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import type { OperatorProcess } from "../support/operator_process.ts";
import {
  madeTwice,
  madeWrites,
  readyNodes,
  type Replica,
  replicaPages,
  SHORT_LEASES,
  startReplica,
  writers,
} from "../support/replica_lab.ts";
import { CONFIG, form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

const LEADER = LEADER_LEASE.name;

const run: { second?: OperatorProcess; third?: OperatorProcess } = {};

const pages = replicaPages();

function standby(
  lab: OperatorLab,
  pod: Replica,
  more: readonly string[] = [],
): Promise<OperatorProcess> {
  return startReplica(lab, pod, {
    flags: [...SHORT_LEASES, ...more],
    startedBy: "attempting to acquire leader lease",
  });
}

async function rows(lab: OperatorLab, from: number, count: number): Promise<void> {
  const values = Array.from({ length: count }, (_, i) => `('t${from + i}', 'pro', 1)`);
  await lab.db.exec(`INSERT INTO tenants VALUES ${values.join(", ")}`);
}

async function leader(lab: OperatorLab): Promise<string> {
  const spec = (await lab.objects.get(LEADER_LEASE))?.spec as { holderIdentity?: string } | undefined;
  return spec?.holderIdentity ?? "";
}

async function oneWorks(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  run.second = await standby(lab, "operator-2", pages.flags);
  const waiting = /This replica waits for the lease f2130106\.lynq\.sh .*All is on the page of lynq_/;
  await until(
    "its page to tell that it waits, and for whom",
    async () => waiting.test(await pages.overview()),
  );
  assert.equal(await pages.readyz(), "200 ok");
  await lab.objects.apply(form(lab, "web", CONFIG));
  await lab.objects.apply(hub(lab, { name: "tenants" }));
  await readyNodes(lab, 2);
  assert.deepEqual(writers(await madeWrites(audit)), ["operator"]);
  const asked = (await audit.requests()).filter((request) => podOf(request) === "operator-2");
  assert.deepEqual([...new Set(asked.map(({ objectRef }) => objectRef?.name))], [LEADER]);
}

async function killedInMidWork(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await rows(lab, 0, 40);
  await until("some of the work to be done", async () => (await madeWrites(audit)).length > 20);
  await lab.operator.kill();
  // However far it came, something is left to the other.
  await rows(lab, 40, 1);
  await readyNodes(lab, 43);
  assert.ok(!(await pages.overview()).includes("This replica"), "it knows all by now");
  assert.equal(await pages.readyz(), "200 ok");
  const writes = await madeWrites(audit);
  assert.deepEqual(writers(writes), ["operator", "operator-2"]);
  assert.deepEqual(madeTwice(writes), []);
  await audit.restart();
  await lab.db.exec("INSERT INTO tenants VALUES ('after', 'pro', 1)");
  await readyNodes(lab, 44);
  const names = (await madeWrites(audit)).map(({ objectRef }) => objectRef?.name ?? "")
    .filter((name) => !["tenants", "web"].includes(name));
  assert.deepEqual(names.filter((name) => !name.startsWith("after-")), []);
}

/** The UIDs of all nodes, by name. */
async function nodeUids(lab: OperatorLab): Promise<Record<string, string | undefined>> {
  const { objects, namespace } = lab;
  const nodes = await objects.list({ apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace });
  return Object.fromEntries(nodes.map(({ metadata: { name = "", uid } }) => [name, uid]).toSorted());
}

/** Few enough to go without anybody's approval. */
const GOING = ["t1", "t2", "t3", "t4", "t5", "t6"];

/**
 * It stands still in the midst of changes and deletions; another takes over, and the rows come back. What it has in hand
 * when it goes on must neither be written nor deleted.
 */
async function frozen(lab: OperatorLab): Promise<void> {
  const second = lab.operator = run.second ?? lab.operator;
  run.third = await standby(lab, "operator-3");
  const audit = new OperatorAudit(lab.plane);
  const before = await leader(lab);
  await audit.restart();
  const names = GOING.map((id) => `'${id}'`).join(", ");
  await lab.db.exec(`UPDATE tenants SET plan = 'early'; DELETE FROM tenants WHERE id IN (${names})`);
  await until(
    "some of the deletions",
    async () => (await madeWrites(audit)).filter(({ verb }) => verb === "delete").length > 1,
  );
  second.freeze();
  await until("another to take over", async () => {
    const now = await leader(lab);
    return now !== before && now !== "";
  });
  // What had left it before was done by now.
  await audit.restart();
  const back = GOING.map((id) => `('${id}', 'late', 1)`).join(", ");
  await lab.db.exec(`UPDATE tenants SET plan = 'late'; INSERT INTO tenants VALUES ${back}`);
  await readyNodes(lab, 44);
  await until("the change to be in the cluster", async () => {
    const configs = await lab.objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace });
    const tenants = configs.filter(({ metadata }) => metadata.name?.endsWith("-config"));
    return tenants.length === 44 &&
      tenants.every((config) => (config["data"] as { plan: string }).plan === "late");
  });
  const uids = await nodeUids(lab);
  second.thaw();
  assert.equal(await second.ended, 1);
  assert(
    second.lines.some((line) => line.includes(`the lease ${LEADER} was lost`)),
    second.lines.at(-1) ?? "",
  );
  assert.deepEqual(writers(await madeWrites(audit)), ["operator-3"]);
  assert.deepEqual(await nodeUids(lab), uids);
  lab.operator = run.third;
}

/** Reconciles end, then the lease is free; the next one need not wait for its time. */
async function stoppedInMidWork(lab: OperatorLab): Promise<void> {
  const third = lab.operator;
  const next = await standby(lab, "operator");
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await rows(lab, 100, 30);
  await until("some of the work to be done", async () => (await madeWrites(audit)).length > 10);
  assert.equal(await third.stop(), 0);
  await rows(lab, 130, 1);
  lab.operator = next;
  assert(third.lines.some((line) => line.includes('"gave up leader lease"')));
  await readyNodes(lab, 75);
  const requests = await audit.requests();
  const release = requests.findLast((request) =>
    request.verb === "update" && request.objectRef?.name === LEADER && podOf(request) === "operator-3"
  );
  const writes = await madeWrites(audit);
  const late = writes.filter((request) =>
    podOf(request) === "operator-3" &&
    request.requestReceivedTimestamp > (release?.requestReceivedTimestamp ?? "")
  );
  assert.deepEqual(late, []);
  assert.deepEqual(writers(writes), ["operator", "operator-3"]);
  assert.deepEqual(madeTwice(writes), []);
}

operatorTest(answer, "of several replicas one works, and whatever befalls it another goes on", {
  pod: "operator",
  flags: SHORT_LEASES,
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 'pro', 1), ('bolt', 'pro', 1)");
  },
  steps: [
    { title: "a replica that does not lead asks for the lease and for nothing else", run: oneWorks },
    {
      title: "the leader is killed in the midst of its work: the other finishes it and makes nothing twice",
      run: killedInMidWork,
    },
    { title: "a leader that stood still past its lease goes on and writes nothing, but ends", run: frozen },
    { title: "on SIGTERM work under way ends, then the lease is given up", run: stoppedInMidWork },
  ],
});
