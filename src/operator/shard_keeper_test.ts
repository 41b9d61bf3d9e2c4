import assert from "node:assert/strict";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { RecordingLog } from "../telemetry/recording_log.ts";
import { LEASE_NAME } from "./leadership.ts";
import type { Shard } from "./shard.ts";
import { ShardKeeper, type ShardKeeperOptions } from "./shard_keeper.ts";
import { replicaLeaseName, shardLeaseName } from "./shard_leases.ts";

const COUNT = 8;
const timing = { durationSeconds: 1, renewDeadlineSeconds: 0.5, retrySeconds: 0.005 };

/** Leases in memory, and replicas whose own Lease is renewed with every look as long as they live. */
class Cluster {
  readonly leases = new Map<string, KubeObject>();
  readonly alive = new Set<string>();
  /** Who works on which shard, to show that no two do. */
  readonly working = new Map<number, string>();
  readonly log = new RecordingLog();
  readonly #keepers: ShardKeeper[] = [];
  #version = 0;

  put(name: string, holderIdentity: string, leaseDurationSeconds = 1): KubeObject {
    const metadata = { name, resourceVersion: String(++this.#version), uid: name };
    const lease = { metadata, spec: { holderIdentity, leaseDurationSeconds } };
    this.leases.set(name, lease);
    return lease;
  }

  holder(name: string): string | undefined {
    return (this.leases.get(name)?.spec as { holderIdentity: string } | undefined)?.holderIdentity;
  }

  readonly client: ShardKeeperOptions["client"] = {
    list: async function* (this: Cluster) {
      await Promise.resolve();
      for (const name of this.alive) this.put(replicaLeaseName(COUNT, name), name);
      yield { items: [...this.leases.values()], resourceVersion: String(this.#version) };
    }.bind(this),
    create: (_, lease) => this.#write(lease),
    update: (_, lease) => this.#write(lease),
    delete: ({ name }) => {
      this.leases.delete(name);
      return Promise.resolve(undefined);
    },
  };

  async #write({ metadata, spec }: KubeObject): Promise<KubeObject> {
    await Promise.resolve();
    const { name = "", resourceVersion } = metadata;
    if (this.leases.get(name)?.metadata.resourceVersion !== resourceVersion) {
      throw new KubeError("conflict", { status: 409, reason: "Conflict" });
    }
    return this.put(name, (spec as { holderIdentity: string }).holderIdentity);
  }

  replica(identity: string, open: ShardKeeperOptions["open"] = this.#work(identity)): ShardKeeper {
    this.alive.add(identity);
    const keeper = new ShardKeeper({
      client: this.client,
      namespace: "n",
      count: COUNT,
      identity,
      timing,
      isAlive: () => this.alive.has(identity),
      leads: () => this.holder(LEASE_NAME) === identity,
      open,
      log: this.log,
      metrics: { leader: () => {} },
    });
    this.#keepers.push(keeper);
    keeper.start();
    return keeper;
  }

  #work(identity: string): ShardKeeperOptions["open"] {
    return (shard) => {
      assert.equal(this.working.get(shard), undefined, `shard ${shard} is worked on twice`);
      this.working.set(shard, identity);
      return shardOf(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        this.working.delete(shard);
        return true;
      });
    };
  }

  counts(): number[] {
    const holders = [...this.working.values()];
    return [...new Set(holders)].map((holder) => holders.filter((one) => one === holder).length).sort();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.stop(0)));
  }
}

function shardOf(stop: (graceMs: number) => Promise<boolean>): Shard {
  const queue = { enqueue() {}, enqueueAfter() {} };
  return { nodes: {} as Shard["nodes"], queue, isReady: () => true, stop };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited for: ${what}`);
}

Deno.test("replicas that come, die and end share the shards, and no shard is ever worked on twice", async () => {
  const cluster = new Cluster();
  cluster.put(LEASE_NAME, "a");
  cluster.replica("a");
  await until("one to have all", () => cluster.counts().join() === "8");
  cluster.replica("b");
  const third = cluster.replica("c");
  await until("three to share", () => cluster.counts().join() === "2,3,3");
  assert.equal(await third.stop(1000), true);
  cluster.alive.delete("c");
  await until("two to share", () => cluster.counts().join() === "4,4");
  cluster.alive.delete("b");
  for (const [shard, who] of cluster.working) if (who === "b") cluster.working.delete(shard);
  await until("one to have all again", () => cluster.counts().join() === "8");
  await until("the dead one's Lease to go", () => !cluster.leases.has(replicaLeaseName(COUNT, "b")));
  await cluster.stop();
  assert.deepEqual([...cluster.leases.keys()].filter((name) => cluster.holder(name) === "a"), [
    LEASE_NAME,
    replicaLeaseName(COUNT, "a"),
  ]);
});

Deno.test("without a leader of the group nobody takes a shard, and one from elsewhere ends all work at once", async () => {
  const cluster = new Cluster();
  const graces: number[] = [];
  const mayWrite: (() => boolean)[] = [];
  cluster.put(LEASE_NAME, "");
  const keeper = cluster.replica("a", (_, may) => {
    mayWrite.push(may);
    return shardOf((graceMs) => {
      graces.push(graceMs);
      return Promise.resolve(true);
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(keeper.shards().size, 0);
  cluster.put(LEASE_NAME, "a");
  await until("all to be taken", () => keeper.shards().size === COUNT);
  assert.ok(mayWrite.every((may) => may()));
  cluster.put(LEASE_NAME, "go-operator", 1000);
  await until("all to be let go of", () => keeper.shards().size === 0);
  assert.deepEqual([...new Set(graces)], [0]);
  assert.ok(mayWrite.every((may) => !may()));
  await cluster.stop();
});

Deno.test("a shard whose Lease somebody gave to another is left at once, and not given up", async () => {
  const cluster = new Cluster();
  cluster.put(LEASE_NAME, "a");
  const may = new Map<number, () => boolean>();
  const keeper = cluster.replica("a", (shard, mayWrite) => {
    may.set(shard, mayWrite);
    return shardOf(() => Promise.resolve(true));
  });
  await until("all to be taken", () => keeper.shards().size === COUNT);
  cluster.alive.add("b");
  cluster.put(shardLeaseName(0, COUNT), "b");
  await until("it to be left", () => !keeper.shards().has(0));
  assert.equal(may.get(0)?.(), false);
  assert.equal(cluster.holder(shardLeaseName(0, COUNT)), "b");
  await cluster.stop();
});

Deno.test("a shard of which a reconcile had to be aborted keeps its Lease until that expires", async () => {
  const cluster = new Cluster();
  cluster.put(LEASE_NAME, "a");
  const keeper = cluster.replica("a", (shard) => shardOf(() => Promise.resolve(shard !== 3)));
  await until("all to be taken", () => keeper.shards().size === COUNT);
  assert.equal(await keeper.stop(0), false);
  const holders = Array.from({ length: COUNT }, (_, shard) => cluster.holder(shardLeaseName(shard, COUNT)));
  assert.deepEqual(holders.map((holder) => holder === "a"), holders.map((_, shard) => shard === 3));
});
