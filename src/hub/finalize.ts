import { HUB_FINALIZER } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { StoredHub } from "../api/stored.ts";
import { AWAIT, requeueAfter, type Verdict } from "../controller/verdict.ts";
import { isNotFound } from "../kube/error.ts";
import { carryOut } from "./carry_out.ts";
import { hubEvent } from "./report.ts";
import type { HubWorld } from "./world.ts";

/** Deletes the nodes of a hub that is being deleted; its finalizer goes when the last of them is gone. */
export async function finalizeHub(world: HubWorld, hub: StoredHub, signal: AbortSignal): Promise<Verdict> {
  if (!hub.finalizers.includes(HUB_FINALIZER)) return AWAIT;
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  if (nodes.length > 0) {
    const changes = nodes.filter((node) => !node.deleting).map((node) => ({
      kind: "delete" as const,
      node,
      cause: "HubDeleted" as const,
    }));
    const { refused, broken } = await carryOut(world, { hub, changes }, signal);
    if (broken !== undefined) throw broken.error;
    // Each node that goes wakes its hub; one that could not be deleted never will.
    return refused === 0 ? AWAIT : requeueAfter(world.backoff.next(namespacedName(hub)));
  }
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
  hubEvent(world, hub, {
    type: "Normal",
    reason: "HubDeleted",
    message: `LynqHub ${hub.name} and its nodes are gone.`,
  });
  return AWAIT;
}
