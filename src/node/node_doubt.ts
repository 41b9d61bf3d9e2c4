import type { StoredNode } from "../api/stored.ts";
import { confirmCurrent } from "../kube/confirm.ts";
import { KubeError } from "../kube/error.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Why it is not sure that a node still is as its watch told it, if it is not: by its newer spec what would be deleted
 * may be wanted, and what would be made again may not.
 */
export async function nodeDoubt(
  world: Pick<NodeWorld, "client" | "nodes">,
  { namespace, name, uid, generation }: StoredNode,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ref = { type: world.nodes.type, namespace, name };
  try {
    await confirmCurrent(world.client, { ref, uid, generation }, signal);
    return undefined;
  } catch (error) {
    if (error instanceof KubeError) return error.message;
    throw error;
  }
}
