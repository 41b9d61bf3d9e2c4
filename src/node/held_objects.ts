import { namespacedName } from "../api/resource_key.ts";
import type { StoredNode } from "../api/stored.ts";
import { objectId } from "./child_caches.ts";
import type { Item } from "./gather.ts";
import type { NodeWorld } from "./world.ts";

/** Has the node looked at again when another one lets go of what these items are to be; replaces what it waited for. */
export function awaitHeld(
  world: Pick<NodeWorld, "heldObjects">,
  node: StoredNode,
  items: readonly Item[],
): void {
  const objects = items.flatMap((item) => item.kind === "broken" ? [] : [objectId(item.type, item.key)]);
  world.heldObjects.wait(namespacedName(node), objects);
}
