import { Controller, type ControllerObserver, type ControllerOptions } from "../controller/controller.ts";
import { reconcileNode } from "../node/reconcile.ts";
import type { NodeWorld } from "../node/world.ts";
import type { Ground } from "./ground.ts";
import { observeController } from "./observe.ts";

const CONTROLLERS = {
  hub: { controller: "lynqhub", kind: "LynqHub" },
  form: { controller: "lynqform", kind: "LynqForm" },
  node: { controller: "lynqnode", kind: "LynqNode" },
} as const;

/** Tells logs and metrics of one kind of controller. */
export function observerOf({ options }: Ground, kind: keyof typeof CONTROLLERS): ControllerObserver {
  const concurrency = options.concurrency[kind];
  return observeController({ ...CONTROLLERS[kind], concurrency }, options);
}

export function createController(
  ground: Ground,
  kind: keyof typeof CONTROLLERS,
  reconcile: ControllerOptions["reconcile"],
): Controller {
  return controllerOf(ground, { kind, observer: observerOf(ground, kind) }, reconcile);
}

/** A controller of nodes, which tells `observer`. */
export function createNodeController(
  ground: Ground,
  world: NodeWorld,
  { observer, within }: NodeControl,
): Controller {
  return controllerOf(
    ground,
    { kind: "node", observer },
    (key, signal) => within(() => reconcileNode(forOneNode(world), key, signal)),
  );
}

export interface NodeControl {
  readonly observer: ControllerObserver;
  /** Bounds the reconciles under way, over all controllers of nodes. */
  readonly within: <T>(task: () => Promise<T>) => Promise<T>;
}

function controllerOf(
  { options, guard }: Ground,
  of: { kind: keyof typeof CONTROLLERS; observer: ControllerObserver },
  reconcile: ControllerOptions["reconcile"],
): Controller {
  return new Controller({
    concurrency: options.concurrency[of.kind],
    reconcile: guard.guard(reconcile),
    timers: options.timers,
    observer: of.observer,
    backoff: { baseMs: 50, maxMs: 60_000 },
  });
}

/** A node has a part of the writes to itself, so that one whose objects hang in a webhook leaves room for the others. */
function forOneNode(world: NodeWorld): NodeWorld {
  return { ...world, writes: world.writes.part(4) };
}
