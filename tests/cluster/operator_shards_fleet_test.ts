import assert from "node:assert/strict";
import { type Fleet, formOf, hubOf, RESOURCES, tableOf } from "../bench/fleet.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { type AuditedRequest, OperatorAudit, podOf } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { madeTwice, readyNodes, SHORT_LEASES, startReplica } from "../support/replica_lab.ts";
import { shardHolders, shardPods, strayWrites, wideReads } from "../support/shard_audit.ts";

const answer = await requireControlPlane();
const COUNT = 2;
const ROWS = 300;
const PODS = ["operator", "operator-2"] as const;
const FLAGS = [...SHORT_LEASES, `--shards=${COUNT}`];

const run: { audit?: OperatorAudit } = {};
const fleetOf = ({ namespace }: OperatorLab): Fleet => ({ namespace, rows: ROWS });

/** Children are called by their row; nodes themselves are the leader's to make. */
function nodeOf({ objectRef }: AuditedRequest) {
  const { namespace = "", name = "", resource, subresource } = objectRef ?? { resource: "" };
  const [uid] = /^n[0-9]{5}(?=-)/.exec(name) ?? [];
  if (uid === undefined || (resource === "lynqnodes" && subresource !== "status")) return undefined;
  return { namespace, name: `${uid}-bench` };
}

async function finished(lab: OperatorLab): Promise<void> {
  const { db, objects } = lab;
  await startReplica(lab, "operator-2", { flags: FLAGS });
  await until(
    "each replica to have a shard",
    async () => new Set((await shardHolders(objects, LEADER_LEASE.namespace)).values()).size === COUNT,
  );
  const { host, port, username, database } = db;
  const mysql = {
    host,
    port,
    username,
    database,
    table: "bench",
    passwordRef: { name: "db", key: "password" },
  };
  await objects.apply(formOf(fleetOf(lab)));
  await objects.apply(hubOf(fleetOf(lab), { type: "mysql", syncInterval: "1s", mysql }));
  await readyNodes(lab, ROWS);
  const requests = await run.audit?.requests() ?? [];
  const own = requests.filter((one) => one.objectRef?.namespace === lab.namespace);
  assert.deepEqual(madeTwice(own), []);
  assert.deepEqual(strayWrites(requests, { count: COUNT, nodeOf }), []);
  const created = own.filter((one) => one.responseStatus?.code === 201 && nodeOf(one) !== undefined);
  assert.equal(created.length, ROWS * RESOURCES);
  for (const pod of PODS) {
    const part = created.filter((one) => podOf(one) === pod).length;
    // A shard has 32 of 64 buckets, and each bucket some nodes.
    assert(part > ROWS, `${pod} made ${part} of ${created.length}`);
    const shards = [...shardPods(requests, COUNT)].flatMap(([shard, by]) => by === pod ? [shard] : []);
    for (const plural of ["configmaps", "secrets", "serviceaccounts", "services"]) {
      const wide = wideReads(requests, { pod, plural, count: COUNT, shards });
      assert.deepEqual(
        wide.filter((uri) => !uri.includes("fieldSelector=metadata.name")),
        [],
        `${pod} ${plural}`,
      );
    }
  }
}

async function removed(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const of = { apiVersion: "operator.lynq.sh/v1", namespace };
  await objects.remove({ ...of, kind: "LynqHub", name: "bench" });
  await until(
    "the hub and its nodes to be gone",
    async () =>
      (await objects.list({ ...of, kind: "LynqNode" })).length +
          (await objects.list({ ...of, kind: "LynqHub" })).length === 0,
    240,
  );
  assert.deepEqual(strayWrites(await run.audit?.requests() ?? [], { count: COUNT, nodeOf }), []);
}

operatorTest(answer, `two replicas make ${ROWS} nodes of ${RESOURCES} resources, each those of its shard`, {
  pod: "operator",
  flags: FLAGS,
  prepare: async (lab) => {
    for (const sql of tableOf(fleetOf(lab))) await lab.db.exec(sql, lab.db.database);
    await lab.operator.stop();
    run.audit = new OperatorAudit(lab.plane);
    await run.audit.restart();
    lab.operator = await lab.start();
  },
  steps: [
    { title: "all of it once, by the holder of the shard, with its own buckets in sight", run: finished },
    { title: "and take it away likewise", run: removed },
  ],
});
