import { leavesDependents } from "../api/orphaning.ts";
import type { StoredNode } from "../api/stored.ts";
import { Backoff } from "../controller/backoff.ts";
import type { Controller } from "../controller/controller.ts";
import { Limit } from "../controller/limit.ts";
import { Pace } from "../controller/pace.ts";
import { reconcileForm } from "../form/reconcile.ts";
import { reconcileHub } from "../hub/reconcile.ts";
import { SickReads } from "../hub/sick_reads.ts";
import type { HubWorld } from "../hub/world.ts";
import type { WatchingClient } from "../kube/client.ts";
import { compareText } from "../kube/compare_text.ts";
import type { NodeWorld } from "../node/world.ts";
import { type Caches, type NodeCache, valuesBy } from "./caches.ts";
import { confirmedForms } from "./confirmed_forms.ts";
import { createController } from "./controllers.ts";
import { formWorld, TELL_MS } from "./form_world.ts";
import { type Ground, outside } from "./ground.ts";
import { hubSecrets } from "./hub_secrets.ts";
import { FORM, HUB, NODE } from "./kinds.ts";

export interface PlannerParts {
  /** Every node there is. */
  readonly nodes: NodeCache;
  /** What nodes are rendered and tried with. */
  readonly node: NodeWorld;
  /** What hubs and forms write with. */
  readonly client: WatchingClient;
}

/** The controllers of hubs and forms: of one of several replicas. */
export interface Planner {
  readonly queues: { readonly hub: Controller; readonly form: Controller };
  start(): void;
  /** As that of a controller, for both. */
  stop(graceMs: number): Promise<boolean>;
}

/** Writes of LynqNodes that one hub pass has under way. */
const HUB_WRITES = 16;

export function createPlanner(ground: Ground, { nodes, node, client }: PlannerParts): Planner {
  const { memory, orphaning } = ground;
  const caches: Caches = { ...ground.caches, nodes };
  const secrets = hubSecrets(client, (hub) => {
    const known = memory.get(hub);
    if (known !== undefined) memory.set(hub, { ...known, overtaken: "secretChanged" });
    queues.hub.enqueue(hub);
  });
  const hubs = hubWorld(ground, { caches, secrets, client });
  const forms = formWorld(outside({ ...ground.options, client }), {
    caches,
    orphaning,
    node,
    writes: HUB_WRITES,
  });
  const queues = {
    hub: createController(ground, "hub", (key, signal) => reconcileHub(hubs, key, signal)),
    form: createController(ground, "form", (key, signal) => reconcileForm(forms, key, signal)),
  };
  const both = [queues.hub, queues.form];
  return {
    queues,
    start: () => {
      for (const controller of both) controller.start();
    },
    stop: async (graceMs) => {
      const ended = await Promise.all(both.map((controller) => controller.stop(graceMs)));
      await secrets.stop();
      return ended.every((byItself) => byItself);
    },
  };
}

interface HubParts {
  readonly caches: Caches;
  readonly secrets: HubWorld["secrets"];
  readonly client: WatchingClient;
}

function hubWorld({ options, memory, orphaning }: Ground, { caches, secrets, client }: HubParts): HubWorld {
  const moves = countMoves(caches.nodes);
  // The nodes of a form that leaves them behind are about to leave their hub.
  const withoutLeft = (nodes: StoredNode[]) => {
    const leaving = [...caches.forms.values()].filter(({ value }) =>
      value.deleting && leavesDependents(value, orphaning)
    );
    if (leaving.length === 0) return nodes;
    const forms = new Set(leaving.map(({ key }) => key));
    return nodes.filter(({ namespace, spec }) => !forms.has(`${namespace}/${spec.templateRef}`));
  };
  return {
    ...outside({ ...options, client }),
    orphaning,
    hubs: { get: (key) => caches.hubs.get(key)?.value, observe: (o) => caches.hubs.observe(o), type: HUB },
    forms: {
      ofHub: (ns, hub) =>
        valuesBy(caches.forms, "hub", `${ns}/${hub}`).filter((f) => !f.deleting).sort(byName),
      type: FORM,
    },
    nodes: {
      ofHub: (ns, hub) => withoutLeft(valuesBy(caches.nodes, "hub", `${ns}/${hub}`)),
      ofForm: (ns, form) => valuesBy(caches.nodes, "form", `${ns}/${form}`),
      moves: (ns) => moves.get(ns) ?? 0,
      has: (ns, name) => caches.nodes.get(`${ns}/${name}`) !== undefined,
      observe: (o) => caches.nodes.observe(o),
      type: NODE,
    },
    secrets,
    sensitiveMemory: new Map(),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    open: options.openSource,
    memory,
    confirmedForms: confirmedForms(caches.forms),
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    sickReads: new SickReads(options.concurrency.hub),
    writes: new Limit(HUB_WRITES),
    tells: new Pace(TELL_MS),
  };
}

/** How often nodes of each namespace changed. */
function countMoves(nodes: NodeCache): ReadonlyMap<string, number> {
  const moves = new Map<string, number>();
  nodes.subscribe((event) => {
    const { namespace } = (event.kind === "deleted" ? event.was : event.now).value;
    moves.set(namespace, (moves.get(namespace) ?? 0) + 1);
  });
  return moves;
}

function byName(a: { name: string }, b: { name: string }): number {
  return compareText(a.name, b.name);
}
