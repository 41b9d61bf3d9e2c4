import { ChildCaches } from "../node/child_caches.ts";
import type { Controller } from "../controller/controller.ts";
import { type Caches, nodesSynced, startNodeCache } from "./caches.ts";
import { createNodeController, nodePlaces, observerOf } from "./controllers.ts";
import {
  type Ground,
  KindsMissing,
  layGround,
  leaveGround,
  type ManagerOptions,
  settleGround,
  wakeForObject,
} from "./ground.ts";
import { nodeWorld } from "./node_world.ts";
import { createPlanner, type Planner } from "./planner.ts";
import { urgencyOfChild } from "./urgencies.ts";

/** What the status page shows. */
export interface Shown {
  readonly hubs: Pick<Caches["hubs"], "values">;
  readonly forms: Pick<Caches["forms"], "values">;
  readonly nodes: Pick<Caches["nodes"], "values" | "get">;
}

/** The controllers over their caches. */
export interface Manager {
  readonly caches: Shown;
  /** Settles when every cache is in and the workers run; rejects when a kind is not installed. */
  readonly started: Promise<void>;
  /** What of the cluster it knows, as a sentence; undefined where it knows all. */
  scope(): string | undefined;
  /** Why it is not ready; empty when it is. */
  notReady(): readonly string[];
  /** Ends watches and workers; running reconciles get `graceMs` to end. Whether all of them ended by themselves. */
  stop(graceMs: number): Promise<boolean>;
}

/** Wires caches, worlds and controllers, and starts them: one replica that does all. */
export function startManager(options: ManagerOptions): Manager {
  const { timers, log } = options;
  const parts = wire(options);
  const { ground, planner, worker } = parts;
  const state = { running: false, stopped: false };
  const started = start();
  return {
    caches: parts.caches,
    started,
    scope: () => undefined,
    notReady: () => state.running ? ground.guard.problems() : ["the caches are not filled yet"],
    stop: async (graceMs) => {
      state.stopped = true;
      state.running = false;
      await ground.guard.stop();
      const ended = await Promise.all([planner.stop(graceMs), worker.stop(graceMs)]);
      await Promise.all([leaveGround(ground), parts.caches.nodes.stop(), parts.children.stop()]);
      return ended.every((byItself) => byItself);
    },
  };

  async function start(): Promise<void> {
    const [missing] = await Promise.all([nodesSynced(parts.caches.nodes), settleGround(ground)]);
    if (state.stopped) return;
    if (missing.length > 0) throw new KindsMissing(missing);
    planner.start();
    worker.start();
    state.running = true;
    log.info("starting manager", { at: new Date(timers.now()).toISOString() });
  }
}

interface Parts {
  readonly ground: Ground;
  readonly caches: Caches;
  readonly children: ChildCaches;
  readonly planner: Planner;
  readonly worker: Controller;
}

function wire(options: ManagerOptions): Parts {
  const { client, log } = options;
  const ground: Ground = layGround(options, {
    queues: () => ({ ...planner.queues, node: worker }),
    nodes: () => nodes,
  });
  const { handlers } = ground;
  const nodes = startNodeCache(options, { onEvent: handlers.node }, handlers);
  const children = new ChildCaches({
    client,
    namespaces: options.namespaces,
    onChange: ({ namespace, label }) => {
      for (const key of nodes.keysBy("label", `${namespace}/${label}`)) {
        worker.enqueue(key, urgencyOfChild(nodes.get(key)?.value));
      }
    },
    onFreed: (object) => wakeForObject(ground, object),
    onError: (error, key) => log.error("Cache of children", { key, error }),
  });
  const world = nodeWorld(ground, { nodes, children, client });
  const planner = createPlanner(ground, { nodes, node: world, client });
  const worker: Controller = createNodeController(ground, world, {
    observer: observerOf(ground, "node"),
    places: nodePlaces(ground),
    client,
  });
  return { ground, caches: { ...ground.caches, nodes }, children, planner, worker };
}
