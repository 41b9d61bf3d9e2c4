import type { Places } from "../controller/places.ts";
import type { KubeConnection, WatchingClient } from "../kube/client.ts";
import type { LeaseHold } from "../kube/lease.ts";
import type { LeaseTiming } from "../kube/lease_record.ts";
import { ChildCaches } from "../node/child_caches.ts";
import { BucketLabels } from "./bucket_labels.ts";
import { type NodeCache, nodesSynced, startNodeCache } from "./caches.ts";
import { nodePlaces, observerOf } from "./controllers.ts";
import {
  type Ground,
  KindsMissing,
  layGround,
  leaveGround,
  type ManagerOptions,
  settleGround,
  wakeForObject,
} from "./ground.ts";
import { type Leadership, leadsElsewhere, LeaseLost } from "./leadership.ts";
import type { Manager, Shown } from "./manager.ts";
import { nodeWorld } from "./node_world.ts";
import { createPlanner, type Planner } from "./planner.ts";
import { recordedChildren } from "./recorded_children.ts";
import { type Queue, routeToPlanner } from "./route_events.ts";
import { type Shard, startShard, wake } from "./shard.ts";
import { LOOSE_CHILDREN } from "./shard_children.ts";
import { ShardKeeper } from "./shard_keeper.ts";
import { shardLeaseName } from "./shard_leases.ts";
import { shardOf } from "./shard_plan.ts";
import { SummedObserver } from "./summed_observer.ts";

export interface ShardedOptions extends Omit<ManagerOptions, "client"> {
  readonly client: KubeConnection;
  /** For Leases; as `writer`. */
  readonly leaseWriter: WatchingClient;
  /** Writes only while this replica lives. */
  readonly writer: WatchingClient;
  /** How many shards all replicas share. */
  readonly count: number;
  readonly namespace: string;
  readonly identity: string;
  readonly timing: LeaseTiming;
  /** This replica's own Lease, which its shards live by. */
  readonly member: LeaseHold;
  /** Becomes a candidate for the lead; once, when this replica's own Lease is held. */
  readonly stand: () => Leadership;
  readonly fail: (error: unknown) => void;
}

const IDLE: Queue = { enqueue() {}, enqueueAfter() {} };

/** One of several replicas: it works on its shards, and plans hubs and forms while it leads. */
export function startShardedManager(options: ShardedOptions): Manager {
  return new ShardedManager(options);
}

/** What a replica has while it leads. */
interface Leading {
  readonly nodes: NodeCache;
  readonly labels: BucketLabels;
  readonly planner: Planner;
}

class ShardedManager implements Manager {
  readonly started: Promise<void>;
  readonly #options: ShardedOptions;
  readonly #ground: Ground;
  readonly #loose: ChildCaches;
  readonly #keeper: ShardKeeper;
  readonly #observer: SummedObserver;
  readonly #places: Places;
  #leader: Leadership | undefined;
  #leading: Leading | undefined;
  #state: "starting" | "running" | "stopped" = "starting";

  constructor(options: ShardedOptions) {
    const { client, leaseWriter, writer, member, log } = options;
    this.#options = options;
    this.#ground = layGround(
      { ...options, client: writer },
      {
        queues: () => ({
          hub: this.#leading?.planner.queues.hub ?? IDLE,
          form: this.#leading?.planner.queues.form ?? IDLE,
          node: this.#queue,
        }),
        nodes: () => ({ keysBy: (index, value) => this.#keysBy(index, value) }),
      },
    );
    this.#loose = new ChildCaches({
      client,
      namespaces: options.namespaces,
      labelSelector: LOOSE_CHILDREN,
      onChange: (node) => this.#shards().forEach((shard) => wake(shard, node)),
      onFreed: (object) => wakeForObject(this.#ground, object),
      onError: (error, key) => log.error("Cache of children", { key, error }),
    });
    this.#observer = new SummedObserver(observerOf(this.#ground, "node"));
    this.#places = nodePlaces(this.#ground);
    this.#keeper = new ShardKeeper({
      ...options,
      client: leaseWriter,
      isAlive: () => member.isHeld(),
      leads: () => this.#leader?.lease.isHeld() === true,
      open: (shard, mayWrite) => this.#open(shard, mayWrite),
    });
    this.started = this.#start();
  }

  get caches(): Shown {
    return { ...this.#ground.caches, nodes: this.#leading?.nodes ?? this.#ownNodes() };
  }

  scope(): string | undefined {
    if (this.#leading !== undefined) return undefined;
    const numbers = [...this.#keeper.shards().keys()].toSorted((a, b) => a - b);
    const which = numbers.length === 0 ? "no shard" : `shard ${numbers.join(", ")}`;
    return `This replica works on ${which} of ${this.#options.count} and shows the nodes of these only. ` +
      leadsElsewhere(this.#leader);
  }

  notReady(): readonly string[] {
    if (this.#state !== "running") return ["the caches are not filled yet"];
    const waiting = [...this.#keeper.shards()].filter(([, shard]) => !shard.isReady())
      .map(([number]) => `the nodes of ${shardLeaseName(number, this.#options.count)} are not listed yet`);
    return [...this.#ground.guard.problems(), ...waiting];
  }

  async stop(graceMs: number): Promise<boolean> {
    this.#state = "stopped";
    const leading = this.#leading;
    const ended = await Promise.all([
      this.#keeper.stop(graceMs),
      leading?.planner.stop(graceMs) ?? true,
      leading?.labels.stop(graceMs) ?? true,
    ]);
    await Promise.all([leaveGround(this.#ground), this.#loose.stop(), leading?.nodes.stop()]);
    return ended.every((byItself) => byItself);
  }

  async #start(): Promise<void> {
    const { member, stand, log, timers, fail } = this.#options;
    await settleGround(this.#ground);
    if (await member.acquired === "stopped" || this.#state === "stopped") return;
    this.#keeper.start();
    this.#state = "running";
    log.info("starting manager", { at: new Date(timers.now()).toISOString() });
    const leader = this.#leader = stand();
    leader.lease.acquired.then((outcome) => outcome === "acquired" ? this.#lead(leader) : undefined).catch(
      fail,
    );
  }

  async #lead({ writer }: Leadership): Promise<void> {
    const { timers, log, namespaces } = this.#options;
    if (this.#isStopped()) return;
    const { handlers, routing, caches } = this.#ground;
    const nodes: NodeCache = startNodeCache({ client: writer, namespaces }, {
      onEvent: (event) => {
        this.#ground.orphaning.note(event);
        labels.note(event);
        routeToPlanner(routing, event);
      },
    }, handlers);
    const labels = new BucketLabels({ client: writer, nodes, timers, log });
    const node = nodeWorld(this.#ground, { nodes, children: recordedChildren(), client: writer });
    const planner = createPlanner(this.#ground, { nodes, node, client: writer });
    this.#leading = { nodes, labels, planner };
    const missing = await nodesSynced(nodes);
    if (this.#isStopped()) return;
    if (missing.length > 0) throw new KindsMissing(missing);
    for (const { key } of caches.hubs.values()) planner.queues.hub.enqueue(key);
    for (const { key } of caches.forms.values()) planner.queues.form.enqueue(key);
    planner.start();
    labels.start();
  }

  #open(shard: number, mayWrite: () => boolean): Shard {
    const { client, count, fail } = this.#options;
    const name = shardLeaseName(shard, count);
    return startShard(this.#ground, {
      shard,
      count,
      client: client.fenced(() => {
        if (!mayWrite()) throw new LeaseLost(name);
      }),
      loose: this.#loose,
      observer: this.#observer.part(),
      places: this.#places,
      fail,
    });
  }

  #isStopped(): boolean {
    return this.#state === "stopped";
  }

  #shards(): Shard[] {
    return [...this.#keeper.shards().values()];
  }

  /** Puts a node's key where its shard is worked on, if that is here. */
  get #queue(): Queue {
    const of = (key: string) => {
      const [namespace = "", name = ""] = key.split("/");
      return this.#keeper.shards().get(shardOf({ namespace, name }, this.#options.count))?.queue ?? IDLE;
    };
    return {
      enqueue: (key, urgency) => of(key).enqueue(key, urgency),
      enqueueAfter: (key, ms) => of(key).enqueueAfter(key, ms),
    };
  }

  #keysBy(index: Parameters<NodeCache["keysBy"]>[0], value: string): ReadonlySet<string> {
    return new Set(this.#shards().flatMap(({ nodes }) => [...nodes.keysBy(index, value)]));
  }

  #ownNodes(): Shown["nodes"] {
    const shards = this.#shards();
    return {
      get: (key) => shards.map(({ nodes }) => nodes.get(key)).find((entry) => entry !== undefined),
      values: function* () {
        for (const { nodes } of shards) yield* nodes.values();
      },
    };
  }
}
