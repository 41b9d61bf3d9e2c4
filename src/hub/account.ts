import type { StoredHub } from "../api/stored.ts";
import { confirmCurrent } from "../kube/confirm.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import { nodeAccountPatch } from "./node_object.ts";
import type { HubWorld } from "./world.ts";

/**
 * Brings the hub's account to all of its nodes, to those that are being deleted too, whatever becomes of their rows: it
 * says with whose rights their resources are written and deleted. Asks for nothing where they have it. Throws where the
 * API server did not take it.
 */
export async function giveAccount(
  world: Pick<HubWorld, "client" | "hubs" | "nodes" | "writes">,
  hub: StoredHub,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, generation, spec } = hub;
  const others = world.nodes.ofHub(namespace, name)
    .filter((node) => node.spec.serviceAccountName !== spec.serviceAccountName);
  if (others.length === 0) return;
  // The watch of nodes may be ahead of the hub's.
  await confirmCurrent(
    world.client,
    { ref: { type: world.hubs.type, namespace, name }, uid, generation },
    signal,
  );
  await world.writes.apart().all(others, async (node) => {
    signal.throwIfAborted();
    const ref = { type: world.nodes.type, namespace, name: node.name };
    const body = nodeAccountPatch(hub, node);
    try {
      world.nodes.observe(
        await world.client.patch(ref, { type: "merge", body }, { fieldManager: "lynq" }, signal),
      );
    } catch (error) {
      // It is gone, or another one has its name by now.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  });
}
