import { NODE_FINALIZER } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import { AWAIT, requeueAfter, type Verdict } from "../controller/verdict.ts";
import { isNotFound } from "../kube/error.ts";
import { nodeStatus } from "./node_status.ts";
import { findOrphans } from "./orphans.ts";
import { COMPONENT, leftoverRecord, prune, regarding, UNWATCHED_MS } from "./prune.ts";
import { publishStatus, reportTransitions } from "./publish.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Deals with every child of a node that is being deleted, from its record and the labels, never from a rendering; the
 * finalizer goes when nothing is left to do.
 */
export async function finalizeNode(
  world: NodeWorld,
  node: StoredNode,
  signal: AbortSignal,
): Promise<Verdict> {
  const key = namespacedName(node);
  if (!node.finalizers.includes(NODE_FINALIZER)) return AWAIT;

  // 1. Every kind that a child of this node could have.
  await ensureKinds(world, node);

  // 2. What is there, and what can go now.
  const orphans = findOrphans({
    records: node.status.resources ?? [],
    children: world.children.ownedBy(node),
    keep: new Set(),
    keepIds: new Set(),
  });
  const leftovers = await prune(world, { node, orphans, reason: "LynqNodeDeleted", signal });

  // 3. Progress, where something is left.
  if (leftovers.length > 0) {
    const now = world.now();
    const records = leftovers.map((leftover) => leftoverRecord(leftover, now));
    reportTransitions(world, node, records);
    const { status: before, generation, namespace } = node;
    const status = nodeStatus(records, { before, generation, namespace, now, deleting: true });
    await publishStatus(world, { node, status }, signal);
    const failed = leftovers.some((leftover) => leftover.failed);
    return requeueAfter(failed ? world.backoff.next(key) : UNWATCHED_MS);
  }

  // 4. Nothing is left.
  await removeFinalizer(world, node, signal);
  world.metrics.forgetNode({ namespace: node.namespace, name: node.name });
  world.backoff.reset(key);
  const message = `LynqNode ${node.name} deleted successfully.`;
  world.events.record({
    regarding: regarding(node),
    type: "Normal",
    reason: "LynqNodeDeleted",
    message,
    component: COMPONENT,
  });
  return AWAIT;
}

async function ensureKinds(world: NodeWorld, node: StoredNode): Promise<void> {
  const kinds = [...node.status.resources ?? [], ...world.forms.kinds()];
  const found = await Promise.all(
    kinds.map(({ apiVersion, kind }) => world.discovery.resolve(apiVersion, kind)),
  );
  // Of a kind that may not be listed, what is recorded is looked at by name.
  await world.children.ensure(found.flatMap((f) => f.kind === "found" ? [f.type] : []));
}

async function removeFinalizer(world: NodeWorld, node: StoredNode, signal: AbortSignal): Promise<void> {
  const finalizers = node.finalizers.filter((finalizer) => finalizer !== NODE_FINALIZER);
  const body = { metadata: { uid: node.uid, resourceVersion: node.resourceVersion, finalizers } };
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  try {
    await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
