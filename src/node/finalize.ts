import { ANNOTATION, NODE_FINALIZER } from "../api/labels.ts";
import { isMarked, leavesDependents, markPatch } from "../api/orphaning.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { StoredNode } from "../api/stored.ts";
import { AWAIT, requeueAfter, type Verdict } from "../controller/verdict.ts";
import { isNotFound, KubeError } from "../kube/error.ts";
import { actingFor } from "./acting.ts";
import { ensureKinds } from "./ensure_kinds.ts";
import { leavingNamespaces, type Leftover, leftoverRecord } from "./leftover.ts";
import { nodeEvent } from "./node_event.ts";
import { nodeStatus } from "./node_status.ts";
import { findOrphans, type Orphan } from "./orphans.ts";
import { prune, UNWATCHED_MS } from "./prune.ts";
import { publishStatus, reportTransitions } from "./publish.ts";
import { seekUnrecorded } from "./unrecorded.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Deals with every child of a node that is being deleted, from its record and the labels, never from a rendering; the
 * finalizer goes when nothing is left to do.
 */
export async function finalizeNode(
  own: NodeWorld,
  node: StoredNode,
  signal: AbortSignal,
): Promise<Verdict> {
  if (!node.finalizers.includes(NODE_FINALIZER)) return AWAIT;
  const world = actingFor(own, node);

  // 1. Every kind that a child of this node could have.
  const unresolved = await ensureKinds(world, node);
  await seekUnrecorded(own, node, signal);

  // 2. What is there, and what can go now.
  const orphans = findOrphans({
    records: node.status.resources ?? [],
    children: world.children.ownedBy(node),
    keep: new Set(),
    keepIds: new Set(),
  });
  world.namespaces.wait(namespacedName(node), leavingNamespaces(orphans));
  const left = await leavesChildren(world, { node, orphans }, signal);
  const tornDown = !left && await isTornDown(world, { node, orphans });
  const going = left || tornDown
    ? orphans.map((orphan) => ({ ...orphan, policy: "Retain" as const }))
    : orphans;
  // The node's account, or its rights, may be gone with what is torn down: what stays is marked all the same.
  const hands = tornDown ? own : world;
  const leftovers = await prune(hands, { node, orphans: going, reason: "LynqNodeDeleted", signal });

  // 3. Progress, where something is left.
  if (leftovers.length > 0) return await publishProgress(world, { node, leftovers }, signal);
  if (unresolved !== undefined) throw unresolved;

  // 4. Nothing is left.
  return await finish(world, node, signal);
}

async function publishProgress(
  world: NodeWorld,
  { node, leftovers }: { node: StoredNode; leftovers: readonly Leftover[] },
  signal: AbortSignal,
): Promise<Verdict> {
  const now = world.now();
  const records = leftovers.map((leftover) => leftoverRecord(leftover, now));
  reportTransitions(world, node, records);
  const { status: before, generation, namespace } = node;
  const status = nodeStatus(records, { before, generation, namespace, now, deleting: true });
  await publishStatus(world, { node, status }, signal);
  // A shared object lost its labels before it was deleted: no watch tells its end.
  const again = leftovers.some(({ failed, orphan }) => failed || orphan.shared);
  return requeueAfter(again ? world.backoff.again(namespacedName(node), now.getTime()) : UNWATCHED_MS);
}

async function finish(world: NodeWorld, node: StoredNode, signal: AbortSignal): Promise<Verdict> {
  await removeFinalizer(world, node, signal);
  world.metrics.forgetNode({ namespace: node.namespace, name: node.name });
  world.backoff.reset(namespacedName(node));
  world.namespaces.wait(namespacedName(node), []);
  const message = `LynqNode ${node.name} deleted successfully.`;
  nodeEvent(world, node, { type: "Normal", reason: "LynqNodeDeleted", message });
  return AWAIT;
}

interface Leaving {
  readonly node: StoredNode;
  readonly orphans: readonly Orphan[];
}

/** Whether the children stay behind: the deletion said so, whether or not this process saw it. */
async function leavesChildren(world: NodeWorld, of: Leaving, signal: AbortSignal): Promise<boolean> {
  const { node } = of;
  if (isMarked(node)) return true;
  if (!leavesDependents(node, world.orphaning) && !await lostOwner(world, of, signal)) return false;
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  const body = markPatch(node);
  try {
    world.nodes.observe(
      await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal),
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return true;
}

/**
 * Whether the node goes because the ground under it does: an uninstall in the wrong order, or a namespace with it, takes
 * no resource along. What was begun before is ended as it was begun.
 */
async function isTornDown(world: NodeWorld, { node, orphans }: Leaving): Promise<boolean> {
  const begun = (node.status.resources ?? []).some(({ state }) => state === "Deleting");
  if (begun || !orphans.some(({ policy }) => policy === "Delete")) return false;
  const going = await world.teardown.around(node);
  if (going === undefined) return false;
  const message = `The node's resources stay, since ${going} is being deleted; the annotation ` +
    `${ANNOTATION.confirmTeardown}=true on it beforehand lets them go along`;
  nodeEvent(world, node, { type: "Warning", reason: "TeardownRetained", message });
  world.log.info("Resources stay, as what their node lives in is being deleted", {
    node: namespacedName(node),
    going,
  });
  return true;
}

/** A few of the children whose fields changed are looked at: the garbage collector takes the owner off all. */
const LOOKED_AT = 3;

/**
 * Whether a child that this node owned has lost its owner, as the garbage collector leaves it: the sign of such a
 * deletion that outlives its finalizer.
 */
async function lostOwner(
  world: NodeWorld,
  { node, orphans }: Leaving,
  signal: AbortSignal,
): Promise<boolean> {
  const changed = orphans.filter(({ key, policy, shared, record, child }) =>
    key.namespace === node.namespace && policy === "Delete" && !shared && record?.uid !== undefined &&
    record.uid === child?.uid && !child.deleting && record.entry !== undefined &&
    child.entry !== record.entry
  );
  for (const { key } of changed.slice(0, LOOKED_AT)) {
    const found = await world.discovery.resolve(key.apiVersion, key.kind, signal);
    if (found.kind === "absent") continue;
    // What the account may not see can't tell.
    const object = await world.applier.look(found.type, key, signal).catch((error: unknown) => {
      if (error instanceof KubeError && error.status === 403) return undefined;
      throw error;
    });
    const owners = object?.metadata.ownerReferences ?? [];
    if (object !== undefined && !owners.some(({ uid }) => uid === node.uid)) return true;
  }
  return false;
}

async function removeFinalizer(world: NodeWorld, node: StoredNode, signal: AbortSignal): Promise<void> {
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  const finalizers = node.finalizers.filter((finalizer) => finalizer !== NODE_FINALIZER);
  const body = { metadata: { uid: node.uid, resourceVersion: node.resourceVersion, finalizers } };
  try {
    await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
