import { isDeepStrictEqual } from "node:util";
import type { StoredForm, StoredHub, StoredMeta, StoredNode } from "../api/stored.ts";
import { findCondition } from "../api/conditions.ts";
import { isProven, PROGRESSING } from "../api/rollout.ts";
import type { HubMemory } from "../hub/world.ts";
import type { Discovery } from "../kube/discovery.ts";
import type { CacheEvent } from "../kube/informer.ts";
import type { Urgency } from "../kube/waiting_line.ts";
import type { Log } from "../telemetry/log.ts";
import type { CacheHandlers, Caches, NodeCache } from "./caches.ts";
import { pauseMoved } from "./pause_moved.ts";
import type { Urgencies } from "./urgencies.ts";
import type { Waiters } from "./waiters.ts";

/** Where keys are put that something is to be done about. */
export interface Queue {
  enqueue(key: string, urgency?: Urgency): void;
  enqueueAfter(key: string, ms: number): void;
}

export interface Routing {
  readonly caches: () => Pick<Caches, "hubs" | "forms"> & { readonly nodes: Pick<NodeCache, "keysBy"> };
  readonly queues: () => { readonly hub: Queue; readonly form: Queue; readonly node: Queue };
  readonly waiting: { readonly namespaces: Waiters; readonly kinds: Waiters };
  readonly memory: Map<string, HubMemory>;
  readonly discovery: Discovery;
  readonly orphaning: { note(event: CacheEvent<StoredMeta>): void };
  readonly urgencies: Pick<Urgencies, "ofNode">;
  readonly log: Log;
}

/** Counting goes on at most once in this time, however many nodes change. */
const COUNT_DELAY_MS = 1000;

/** Nodes that become ready at nearly the same time make room for one step of a rollout, not for one each. */
const STEP_DELAY_MS = 20;

/** Counting and stepping look at every node: from so many on they come the less often the more there are. */
const COUNTED_NODES = 5000;
const STEPPED_NODES = 1000;

/** A watch that fails this often in a row is no passing disturbance. */
const PERSISTENT = 3;

/** Which change of which cache asks for which reconcile. Status writes ask for none of their own object. */
export function routeEvents(routing: Routing): CacheHandlers {
  const { queues, caches, waiting } = routing;
  return {
    hub: (event) => {
      routing.orphaning.note(event);
      if (changed(event)) queues().hub.enqueue(keyOf(event));
      // A form is valid only with its hub, and with the variables that the hub maps.
      if (event.kind !== "modified" || event.was.value.generation !== event.now.value.generation) {
        for (const key of caches().forms.keysBy("hub", keyOf(event))) queues().form.enqueue(key);
      }
      // A rollout is complete with the nodes that rows ask for.
      if (event.kind === "modified" && countedElse(event.was.value, event.now.value)) {
        for (const key of caches().forms.keysBy("hub", keyOf(event))) {
          queues().form.enqueueAfter(key, COUNT_DELAY_MS);
        }
      }
      if (!pauseMoved(event)) return;
      for (const key of caches().forms.keysBy("hub", keyOf(event))) queues().form.enqueue(key);
      for (const key of caches().nodes.keysBy("hub", keyOf(event))) queues().node.enqueue(key);
    },
    form: (event) => {
      routing.orphaning.note(event);
      routeForm(routing, event);
    },
    node: (event) => {
      routing.orphaning.note(event);
      routeToWorker(queues().node, event, routing.urgencies);
      routeToPlanner(routing, event);
    },
    revision: (event) => {
      if (event.kind === "deleted" || event.by === "write") return;
      for (const key of caches().nodes.keysBy("revision", event.now.key)) queues().node.enqueue(key);
    },
    namespace: (event) => {
      for (const node of waiting.namespaces.of(keyOf(event))) queues().node.enqueue(node);
    },
    crd: (event) => {
      routing.discovery.invalidate();
      if (event.kind === "deleted") return;
      // Served a moment after it is stored; the watch tells that too, as a modification.
      for (const node of waiting.kinds.all()) queues().node.enqueueAfter(node, COUNT_DELAY_MS);
    },
    failed: (error, key) => routing.log.error("Cache", { key, error }),
    retrying: (resource, { error, attempt }) => {
      if (attempt >= PERSISTENT) routing.log.error("Failed to watch", { resource, attempt, error });
    },
  };
}

function countedElse({ status: was }: StoredHub, { status: now }: StoredHub): boolean {
  return was.desired !== now.desired || was.referencingTemplates !== now.referencingTemplates;
}

function keyOf(event: CacheEvent<unknown>): string {
  return event.kind === "deleted" ? event.was.key : event.now.key;
}

/** Spec, deletion or an annotation changed: something to reconcile. */
function changed(event: CacheEvent<StoredMeta>): boolean {
  if (event.kind !== "modified") return true;
  const [was, now] = [event.was.value, event.now.value];
  return was.generation !== now.generation || was.deleting !== now.deleting || was.uid !== now.uid ||
    !isDeepStrictEqual(was.annotations, now.annotations);
}

function routeForm({ queues, caches }: Routing, event: CacheEvent<StoredForm>): void {
  const form = event.kind === "deleted" ? event.was.value : event.now.value;
  if (changed(event)) queues().form.enqueue(keyOf(event));
  const revised = event.kind !== "modified" ||
    event.was.value.deleting !== event.now.value.deleting ||
    event.was.value.status.currentRevision !== event.now.value.status.currentRevision ||
    stalled(event.was.value) !== stalled(event.now.value) ||
    !isDeepStrictEqual(event.was.value.spec.rollout, event.now.value.spec.rollout);
  const paused = pauseMoved(event);
  if (revised || paused) queues().hub.enqueue(hubKey(form));
  if (paused) { for (const key of caches().nodes.keysBy("form", keyOf(event))) queues().node.enqueue(key); }
}

function stalled({ status }: StoredForm): boolean {
  return findCondition(status.conditions, PROGRESSING)?.status === "False";
}

function hubKey(form: StoredForm): string {
  return `${form.namespace}/${form.spec.hubId}`;
}

/** What a change of a node asks of whoever has its children to do. */
export function routeToWorker(
  queue: Queue,
  event: CacheEvent<StoredNode>,
  urgencies: Routing["urgencies"],
): void {
  if (changed(event) || rehomed(event)) queue.enqueue(keyOf(event), urgencies.ofNode(event));
}

/** Another hub has the node, or none any more: what pauses it is another. */
function rehomed(event: CacheEvent<StoredNode>): boolean {
  return event.kind === "modified" && event.was.value.hub !== event.now.value.hub;
}

/** What a change of a node asks of the controllers of its form and its hub. */
export function routeToPlanner(routing: Routing, event: CacheEvent<StoredNode>): void {
  const { queues, memory } = routing;
  const node = event.kind === "deleted" ? event.was.value : event.now.value;
  const still = event.kind === "modified" && !readinessMoved(event.was.value, event.now.value);
  if (still && !pauseMoved(event)) return;
  const form = `${node.namespace}/${node.spec.templateRef}`;
  if (routing.caches().forms.get(form)?.value.deleting === true) queues().form.enqueue(form);
  else queues().form.enqueueAfter(form, countDelayMs(routing, "form", form));
  if (node.hub === undefined) return;
  const hub = `${node.namespace}/${node.hub}`;
  const known = memory.get(hub);
  const hubStored: StoredHub | undefined = routing.caches().hubs.get(hub)?.value;
  // A node went that the rows may still ask for.
  if (known !== undefined && event.kind === "deleted") memory.set(hub, { ...known, overtaken: "nodeGone" });
  // Room came free for what waits.
  const freed = known?.throttled === true && (event.kind === "deleted" || isProven(node));
  if (hubStored?.deleting === true) queues().hub.enqueue(hub);
  else queues().hub.enqueueAfter(hub, freed ? stepDelayMs(routing, hub) : countDelayMs(routing, "hub", hub));
}

function stepDelayMs({ caches }: Routing, hub: string): number {
  return STEP_DELAY_MS * Math.max(1, caches().nodes.keysBy("hub", hub).size / STEPPED_NODES);
}

function countDelayMs({ caches }: Routing, of: "hub" | "form", key: string): number {
  return COUNT_DELAY_MS * Math.max(1, caches().nodes.keysBy(of, key).size / COUNTED_NODES);
}

function readinessMoved(was: StoredNode, now: StoredNode): boolean {
  const [a, b] = [was, now].map((node) => findCondition(node.status.conditions, "Ready"));
  return a?.status !== b?.status || a?.reason !== b?.reason || was.generation !== now.generation ||
    was.status.observedGeneration !== now.status.observedGeneration;
}
