import type { KubeClient } from "../kube/client.ts";
import { sleep, startDeadline } from "../kube/deadline.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import { LEASE } from "../kube/lease.ts";
import { leaseObject, type LeaseTiming } from "../kube/lease_record.ts";
import type { KubeObject } from "../kube/object.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Shard } from "./shard.ts";
import { shardLeaseName, type Sight, Sightings } from "./shard_leases.ts";
import { decideShards } from "./shard_plan.ts";

export interface ShardKeeperOptions {
  readonly client: Pick<KubeClient, "list" | "create" | "update" | "delete">;
  readonly namespace: string;
  readonly count: number;
  readonly identity: string;
  readonly timing: LeaseTiming;
  /** Whether this replica's own Lease is held still. */
  readonly isAlive: () => boolean;
  /** Whether this replica leads: it clears away what dead replicas left. */
  readonly leads: () => boolean;
  /** Starts the work on a shard, which may write as long as `mayWrite` says so. */
  readonly open: (shard: number, mayWrite: () => boolean) => Shard;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "leader">;
}

interface Held {
  readonly shard: Shard;
  /** As it was written last. */
  readonly lease: KubeObject;
  /** Set when its end was begun. */
  ending: Promise<void> | undefined;
  mayWrite: boolean;
}

/** Until the reconciles of a shard that is handed over have ended, in milliseconds: each request has a deadline. */
const HAND_OVER_MS = 120_000;

/** Looks at the Leases, takes the shards that are this replica's part, and lets go of the others. */
export class ShardKeeper {
  readonly #options: ShardKeeperOptions;
  readonly #sightings: Sightings;
  readonly #held = new Map<number, Held>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: ShardKeeperOptions) {
    const { count, identity: me, timing: { durationSeconds } } = options;
    this.#options = options;
    this.#sightings = new Sightings({ count, me, durationSeconds });
    for (let shard = 0; shard < count; shard++) options.metrics.leader(shardLeaseName(shard, count), false);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The shards that are worked on here, by number. */
  shards(): ReadonlyMap<number, Shard> {
    return new Map([...this.#held].map(([number, { shard }]) => [number, shard]));
  }

  /**
   * Ends the work and gives the shards up. One of which a reconcile had to be aborted keeps its Lease until that expires,
   * since a write may be on its way: false then.
   */
  async stop(graceMs: number): Promise<boolean> {
    this.#stopping.abort();
    await this.#running;
    const numbers = [...this.#held.keys()];
    await Promise.all(numbers.map((number) => this.#letGo(number, graceMs)));
    return this.#held.size === 0;
  }

  async #run(): Promise<void> {
    const { timing, log } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        if (!this.#stopping.signal.aborted) log.error("shards", { error });
      }
      await sleep(timing.retrySeconds * 1000, this.#stopping.signal).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { identity: me, isAlive, log } = this.#options;
    const sight = this.#sightings.see(await this.#leases(), performance.now(), isAlive());
    for (const [number, held] of this.#held) {
      if (held.ending === undefined && sight.holders[number] !== me) this.#taken(number, held);
    }
    if (sight.foreign !== undefined) {
      if (this.#held.size > 0) log.error("shards are let go of: another works", { holder: sight.foreign });
      for (const number of this.#held.keys()) this.#end(number, 0);
      return;
    }
    const { replicas, holders, leases } = sight;
    const { letGo } = decideShards({ me, replicas, holders });
    const { take } = decideShards({ me, replicas, holders: this.#claimable(sight) });
    for (const number of letGo) {
      if (this.#held.has(number)) this.#end(number, HAND_OVER_MS);
      // Its end was begun, and could not be written.
      else await this.#write(number, leases.get(number), "");
    }
    if (!sight.led) return;
    await Promise.all(take.map((number) => this.#take(number, sight)));
    await this.#clear(sight);
  }

  /** A shard whose Lease names this replica, and that it doesn't work on, is to be taken anew like a free one. */
  #claimable(sight: Sight): Sight["holders"] {
    const { identity } = this.#options;
    return sight.holders.map((holder, number) =>
      holder === identity && !this.#held.has(number) ? undefined : holder
    );
  }

  async #leases(): Promise<KubeObject[]> {
    const { client, namespace, timing } = this.#options;
    const deadline = startDeadline(timing.renewDeadlineSeconds * 1000, [this.#stopping.signal]);
    try {
      const leases: KubeObject[] = [];
      for await (const { items } of client.list({ type: LEASE, namespace }, deadline.signal)) {
        leases.push(...items);
      }
      return leases;
    } finally {
      deadline.end();
    }
  }

  async #take(number: number, { leases }: Sight): Promise<void> {
    const { open, log, metrics, isAlive, count } = this.#options;
    if (this.#held.has(number) || this.#stopping.signal.aborted || !isAlive()) return;
    const lease = await this.#write(number, leases.get(number), this.#options.identity);
    if (lease === undefined) return;
    const name = shardLeaseName(number, count);
    log.info("took shard", { shard: name });
    metrics.leader(name, true);
    const mayWrite = () => held.mayWrite && isAlive();
    const held: Held = { shard: open(number, mayWrite), lease, ending: undefined, mayWrite: true };
    this.#held.set(number, held);
  }

  /** As the Lease was written; undefined where another was faster. */
  async #write(
    number: number,
    over: KubeObject | undefined,
    holder: string,
  ): Promise<KubeObject | undefined> {
    const { client, namespace, count, timing } = this.#options;
    const name = shardLeaseName(number, count);
    const { leaseTransitions = 0 } = (over?.spec ?? {}) as { leaseTransitions?: number };
    const now = new Date().toISOString().replace("Z", "000Z");
    const record = {
      holderIdentity: holder,
      leaseDurationSeconds: Math.ceil(timing.durationSeconds),
      leaseTransitions: leaseTransitions + (holder === "" ? 0 : 1),
      acquireTime: now,
      renewTime: now,
    };
    const lease = leaseObject({ namespace, name }, record, over?.metadata.resourceVersion);
    try {
      if (over === undefined) return await client.create(LEASE, lease);
      return await client.update({ type: LEASE, namespace, name }, lease);
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Somebody wrote another holder over this one. */
  #taken(number: number, held: Held): void {
    const shard = shardLeaseName(number, this.#options.count);
    this.#options.log.error("lost shard", { shard });
    held.mayWrite = false;
    this.#end(number, 0);
  }

  #end(number: number, graceMs: number): void {
    this.#letGo(number, graceMs).catch((error) => this.#options.log.error("shards", { error }));
  }

  async #letGo(number: number, graceMs: number): Promise<void> {
    const held = this.#held.get(number);
    if (held === undefined) return;
    held.ending ??= this.#handOver(number, held, graceMs);
    await held.ending;
  }

  async #handOver(number: number, held: Held, graceMs: number): Promise<void> {
    const { log, metrics, count } = this.#options;
    const name = shardLeaseName(number, count);
    const ended = await held.shard.stop(graceMs);
    const own = held.mayWrite;
    held.mayWrite = false;
    metrics.leader(name, false);
    try {
      if (ended && own && await this.#write(number, held.lease, "") !== undefined) {
        log.info("let go of shard", { shard: name });
      }
    } finally {
      if (ended || !this.#stopping.signal.aborted) this.#held.delete(number);
    }
  }

  /** Deletes the Leases of the dead, once nobody has a shard of theirs any more. */
  async #clear({ remains }: Sight): Promise<void> {
    const { client, namespace, leads } = this.#options;
    if (!leads()) return;
    for (const { metadata: { name = "", uid, resourceVersion } } of remains) {
      try {
        await client.delete({ type: LEASE, namespace, name }, { uid, resourceVersion });
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }
}
