import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

export const COMPONENT = "lynqnode-controller";

/** A node as events name it. */
export function regarding(node: StoredNode) {
  return {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    namespace: node.namespace,
    name: node.name,
    uid: node.uid,
  };
}

/** Records an event on a node. */
export function nodeEvent(
  world: Pick<NodeWorld, "events">,
  node: StoredNode,
  event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string },
): void {
  const form = node.spec.templateRef;
  world.events.record({ regarding: regarding(node), form, component: COMPONENT, ...event });
}
