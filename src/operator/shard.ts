import { namespacedName, parseNamespacedName } from "../api/resource_key.ts";
import { nameAsLabel } from "../api/labels.ts";
import type { ControllerObserver } from "../controller/controller.ts";
import type { Places } from "../controller/places.ts";
import type { WatchingClient } from "../kube/client.ts";
import { ChildCaches } from "../node/child_caches.ts";
import type { NodeWorld } from "../node/world.ts";
import { KindsMissing, wakeForObject } from "./ground.ts";
import { type NodeCache, nodesSynced, startNodeCache } from "./caches.ts";
import { createNodeController } from "./controllers.ts";
import type { Ground } from "./ground.ts";
import { nodeWorld } from "./node_world.ts";
import { type Queue, routeToWorker } from "./route_events.ts";
import { inBuckets, ownChildren, ShardChildren } from "./shard_children.ts";
import { bucketsOf, shardOf } from "./shard_plan.ts";
import { urgencyOfChild } from "./urgencies.ts";

export interface ShardParts {
  readonly shard: number;
  readonly count: number;
  /** What it writes with, as long as it may. */
  readonly client: WatchingClient;
  /** The children in no bucket. */
  readonly loose: ChildCaches;
  readonly observer: ControllerObserver;
  /** Where the reconciles of nodes run, those of all shards. */
  readonly places: Places;
  readonly fail: (error: unknown) => void;
}

/** The nodes of one shard, with watches, caches, queue and workers of their own. */
export interface Shard {
  readonly nodes: NodeCache;
  readonly queue: Queue;
  /** Whether its nodes are listed. */
  isReady(): boolean;
  /** Ends it; running reconciles get `graceMs`. Whether all of them ended by themselves. */
  stop(graceMs: number): Promise<boolean>;
}

export function startShard(ground: Ground, parts: ShardParts): Shard {
  const { shard, count, client, loose } = parts;
  const { log, namespaces } = ground.options;
  const buckets = bucketsOf(shard, count);
  const state = { ready: false, stopped: false };
  const nodes = startNodeCache({ client, namespaces }, {
    labelSelector: inBuckets(buckets),
    onEvent: (event) => {
      ground.orphaning.note(event);
      routeToWorker(queue, event, ground.routing.urgencies);
    },
  }, ground.handlers);
  const own = new ChildCaches({
    client,
    namespaces,
    labelSelector: ownChildren(buckets),
    rules: loose.rules,
    onChange: (node) => wake({ nodes, queue }, node),
    onFreed: (object) => wakeForObject(ground, object),
    onError: (error, key) => log.error("Cache of children", { key, error }),
  });
  const world: NodeWorld = nodeWorld(ground, {
    nodes,
    children: new ShardChildren({ buckets, own, loose }),
    client,
    elsewhere: {
      buckets,
      has: (namespace, label) => isElsewhere(nodes, { shard, count }, { namespace, label }),
    },
  });
  const controller = createNodeController(ground, world, parts);
  // The name decides whose a node is; its label, which anybody may write, only who hears of it.
  const isOwn = (key: string) => shardOf(parseNamespacedName(key), count) === shard;
  const queue: Queue = {
    enqueue: (key, urgency) => isOwn(key) && controller.enqueue(key, urgency),
    enqueueAfter: (key, ms) => isOwn(key) && controller.enqueueAfter(key, ms),
  };
  start().catch(parts.fail);
  return {
    nodes,
    queue,
    isReady: () => state.ready,
    stop: async (graceMs) => {
      state.stopped = true;
      const ended = await controller.stop(graceMs);
      await Promise.all([nodes.stop(), own.stop()]);
      forgetNodes(ground, world, nodes);
      return ended;
    },
  };

  async function start(): Promise<void> {
    const missing = await nodesSynced(nodes);
    if (state.stopped) return;
    if (missing.length > 0) throw new KindsMissing(missing);
    state.ready = true;
    controller.start();
  }
}

/** A child of a node with these label values changed. */
export function wake(
  { nodes, queue }: Pick<Shard, "nodes" | "queue">,
  { namespace, label }: { namespace: string; label: string },
): void {
  for (const key of nodes.keysBy("label", `${namespace}/${label}`)) {
    queue.enqueue(key, urgencyOfChild(nodes.get(key)?.value));
  }
}

/** Names of this length may be cut ones, of which the bucket can't be told. */
const LABEL_LIMIT = 63;

function isElsewhere(
  nodes: NodeCache,
  { shard, count }: Pick<ShardParts, "shard" | "count">,
  { namespace, label }: { namespace: string; label: string },
): boolean {
  if (label.length >= LABEL_LIMIT && label === nameAsLabel(label)) {
    return nodes.keysBy("label", `${namespace}/${label}`).size === 0;
  }
  return shardOf({ namespace, name: label }, count) !== shard;
}

/** Whoever has the shard next tells of its nodes. */
function forgetNodes({ options, waiting }: Ground, world: NodeWorld, nodes: NodeCache): void {
  for (const { value } of nodes.values()) {
    const key = namespacedName(value);
    options.metrics.forgetNode({ namespace: value.namespace, name: value.name });
    waiting.namespaces.wait(key, []);
    waiting.kinds.wait(key, []);
    waiting.objects.wait(key, []);
    world.children.rules.claim(key, []);
  }
}
