import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { objectId } from "./child_caches.ts";
import type { WalkInput } from "./finding.ts";
import type { Item, Target } from "./gather.ts";
import { isJudged, type RuledObject } from "./ready_rules.ts";
import type { NodeWorld } from "./world.ts";

/** The objects that a node has a `readyWhen` for. */
export function ruledObjects(items: readonly Item[]): RuledObject[] {
  return items.flatMap((item) => {
    if (item.kind === "broken" || !item.policy.waitForReady) return [];
    const { readyWhen } = item.policy;
    return readyWhen === undefined ? [] : [{ object: objectId(item.type, item.key), readyWhen }];
  });
}

/**
 * Reads an object that its `readyWhen` was not asked about as it is now: the rule is new for it, or its kind is watched
 * as metadata only and it has changed. Where it can't be read it stays unjudged.
 */
export async function judge(world: NodeWorld, { node, signal }: WalkInput, item: Target): Promise<void> {
  const child = world.children.find(item.type, item.key);
  if (child === undefined || isJudged(child, item.policy)) return;
  try {
    const object = await world.applier.read(item.type, item.key, signal);
    if (object !== undefined) world.children.refresh(item.type, object, node);
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error;
  }
}
