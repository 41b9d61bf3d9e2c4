import { isDeepStrictEqual } from "node:util";
import { hasTurned, mergeConditions } from "../api/conditions.ts";
import { HUB_FINALIZER } from "../api/labels.ts";
import { detachPatch, hubOwner } from "../api/node_owner.ts";
import { isMarked, leavesDependents, markPatch } from "../api/orphaning.ts";
import { remaining } from "../api/remaining.ts";
import { namespacedName } from "../api/resource_key.ts";
import { type StoredHub, toStoredNode } from "../api/stored.ts";
import { AWAIT, requeueAfter, sooner, type Verdict } from "../controller/verdict.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { carryOut } from "./carry_out.ts";
import { hubEvent } from "./report.ts";
import { settleWaiting } from "./waiting_secrets.ts";
import type { HubWorld } from "./world.ts";

/**
 * Deletes the nodes of a hub that is being deleted, or lets them go on by themselves where its deletion says so; its
 * finalizer goes when the API server says that none is left.
 */
export async function finalizeHub(world: HubWorld, hub: StoredHub, signal: AbortSignal): Promise<Verdict> {
  if (!hub.finalizers.includes(HUB_FINALIZER)) return AWAIT;

  // 1. Each node that goes wakes its hub: nothing to do while all are on their way.
  const leave = await leavesNodes(world, hub, signal);
  const cached = world.nodes.ofHub(hub.namespace, hub.name);
  if (!leave && cached.length > 0 && cached.every((node) => node.deleting)) {
    return await publishProgress(world, { hub, left: cached.length }, signal);
  }

  // 2. The nodes as the API server has them: no cache is the reason that a finalizer goes.
  const nodes = await nodesOf(world, hub, signal);
  // A node that lost its owner was left behind by the garbage collector.
  const owned = leave ? [] : nodes.filter((node) => hubOwner(node)?.uid === hub.uid);
  const given = nodes.length === owned.length ||
    await settleWaiting(world, { hub, changes: [] }, signal);
  const refusedToLeave = await detach(world, nodes.filter((node) => !owned.includes(node)), signal);
  if (owned.length > 0) return await removeNodes(world, { hub, nodes: owned }, signal);
  if (refusedToLeave || !given) return requeueAfter(world.backoff.next(namespacedName(hub)));

  // 3. Nothing is left.
  return await finish(world, { hub, left: nodes.length }, signal);
}

/** Whether the deletion leaves the nodes behind; remembered in an annotation before anything is done about it. */
async function leavesNodes(world: HubWorld, hub: StoredHub, signal: AbortSignal): Promise<boolean> {
  if (isMarked(hub)) return true;
  if (!leavesDependents(hub, world.orphaning)) return false;
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const marked = await world.client.patch(
    ref,
    { type: "merge", body: markPatch(hub) },
    { fieldManager: "lynq" },
    signal,
  );
  world.hubs.observe(marked);
  return true;
}

async function nodesOf(world: HubWorld, hub: StoredHub, signal: AbortSignal): Promise<KubeObject[]> {
  const nodes: KubeObject[] = [];
  const asked = { type: world.nodes.type, namespace: hub.namespace, metadataOnly: true };
  for await (const { items } of world.client.list(asked, signal)) {
    nodes.push(...items.filter((item) => {
      const owner = hubOwner(item);
      return owner === undefined ? toStoredNode(item).hub === hub.name : owner.uid === hub.uid;
    }));
  }
  return nodes;
}

interface Removing {
  readonly hub: StoredHub;
  readonly nodes: readonly KubeObject[];
}

async function removeNodes(
  world: HubWorld,
  { hub, nodes }: Removing,
  signal: AbortSignal,
): Promise<Verdict> {
  const known = new Map(
    world.nodes.ofHub(hub.namespace, hub.name).map((node) => [node.uid, node]),
  );
  const changes = nodes.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map((node) => ({
    kind: "delete" as const,
    node: known.get(node.metadata.uid ?? "") ?? toStoredNode(node),
    cause: "HubDeleted" as const,
  }));
  const { refused, broken } = await carryOut(world, { hub, changes }, signal);
  if (broken !== undefined) throw broken.error;
  const told = await publishProgress(world, { hub, left: nodes.length }, signal);
  // One that could not be deleted never wakes its hub, and one that the cache lacks doesn't either.
  const unseen = nodes.some(({ metadata }) => !known.has(metadata.uid ?? ""));
  return refused === 0 && !unseen
    ? told
    : sooner(told, requeueAfter(world.backoff.next(namespacedName(hub))));
}

/** Takes hub and label off these nodes, which then follow their revision by themselves. Tells whether one changed meanwhile. */
async function detach(world: HubWorld, nodes: readonly KubeObject[], signal: AbortSignal): Promise<boolean> {
  const outcomes = await world.writes.apart().all(nodes, async (node) => {
    const { namespace, name = "" } = node.metadata;
    const ref = { type: world.nodes.type, namespace, name };
    const patch = { type: "merge" as const, body: detachPatch(node) };
    try {
      world.nodes.observe(await world.client.patch(ref, patch, { fieldManager: "lynq" }, signal));
      return "left";
    } catch (error) {
      if (isNotFound(error)) return "left";
      if (isConflict(error)) return "changed";
      throw error;
    }
  });
  return outcomes.includes("changed");
}

interface Progress {
  readonly hub: StoredHub;
  readonly left: number;
}

/** Tells how many are left, at most once a second after the first time. Says when to come again to tell it. */
async function publishProgress(
  world: HubWorld,
  { hub, left }: Progress,
  signal: AbortSignal,
): Promise<Verdict> {
  const before = hub.status.conditions ?? [];
  const time = world.now();
  const now = time.toISOString().replace(/\.\d+Z$/, "Z");
  const message = `The hub is being deleted, ${remaining(left)} of its LynqNodes are left`;
  const conditions = mergeConditions(before, [
    { type: "Ready", status: "False", reason: "Deleting", message },
  ], { now, generation: hub.generation });
  if (isDeepStrictEqual(conditions, before)) return AWAIT;
  const waitMs = hasTurned(before, conditions) ? 0 : world.tells.waitMs(namespacedName(hub), time.getTime());
  if (waitMs > 0) return requeueAfter(waitMs);
  world.tells.passed(namespacedName(hub), time.getTime());
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const patch = { type: "merge" as const, body: { metadata: { uid: hub.uid }, status: { conditions } } };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  try {
    world.hubs.observe(await world.client.patch(ref, patch, options, signal));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return AWAIT;
}

async function finish(world: HubWorld, { hub, left }: Progress, signal: AbortSignal): Promise<Verdict> {
  const finalizers = hub.finalizers.filter((finalizer) => finalizer !== HUB_FINALIZER);
  const body = { metadata: { uid: hub.uid, resourceVersion: hub.resourceVersion, finalizers } };
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  try {
    await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  world.metrics.forgetHub({ namespace: hub.namespace, name: hub.name });
  world.memory.delete(namespacedName(hub));
  world.sensitiveMemory.delete(namespacedName(hub));
  world.tells.forget(namespacedName(hub));
  world.backoff.reset(namespacedName(hub));
  const message = left === 0
    ? `LynqHub ${hub.name} and its nodes are gone.`
    : `LynqHub ${hub.name} is gone; ${left} of its nodes go on by themselves.`;
  hubEvent(world, hub, { type: "Normal", reason: "HubDeleted", message });
  return AWAIT;
}
