import { Controller, type ControllerObserver, type ControllerOptions } from "../controller/controller.ts";
import { Places } from "../controller/places.ts";
import type { WatchingClient } from "../kube/client.ts";
import { reconcileNode } from "../node/reconcile.ts";
import type { NodeWorld } from "../node/world.ts";
import type { Ground } from "./ground.ts";
import { handsOf } from "./node_world.ts";
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
  const { concurrency, timers } = ground.options;
  const places = new Places({ size: concurrency[kind], timers });
  return controllerOf(ground, { observer: observerOf(ground, kind), places }, reconcile);
}

/** More places than are asked for, so that a small change never waits for one of a bulk to end. */
const URGENT_PLACES = 2;

/** The places that all controllers of nodes in this process share. */
export function nodePlaces({ options: { concurrency, timers } }: Ground): Places {
  return new Places({ size: concurrency.node, urgent: URGENT_PLACES, timers });
}

interface Control {
  readonly observer: ControllerObserver;
  readonly places: Places;
}

export interface NodeControl extends Control {
  /** What it writes with. */
  readonly client: WatchingClient;
}

/** A controller of nodes: what came in masses gives way to small changes, in its queue and in what it sends. */
export function createNodeController(ground: Ground, world: NodeWorld, control: NodeControl): Controller {
  const client = control.client.bulk();
  const worlds = { urgent: world, bulk: { ...world, ...handsOf(ground, client) } };
  return controllerOf(
    ground,
    control,
    (key, signal, urgency) => reconcileNode(forOneNode(worlds[urgency]), key, signal),
  );
}

function controllerOf(
  { options, guard }: Ground,
  { observer, places }: Control,
  reconcile: ControllerOptions["reconcile"],
): Controller {
  return new Controller({
    places,
    reconcile: guard.guard(reconcile),
    timers: options.timers,
    observer,
    backoff: { baseMs: 50, maxMs: 60_000 },
  });
}

/** A node has a part of the writes to itself, so that one whose objects hang in a webhook leaves room for the others. */
function forOneNode(world: NodeWorld): NodeWorld {
  return { ...world, writes: world.writes.part(4) };
}
