import { LABEL, trackingLabels } from "../api/labels.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { Orphan } from "./orphans.ts";
import type { NodeWorld } from "./world.ts";

/** What the caches know of children and of the nodes that they belong to. */
export interface Belongings {
  readonly children: Pick<NodeWorld["children"], "inNamespace">;
  readonly nodes: Pick<NodeWorld["nodes"], "labelled">;
}

/**
 * What a Namespace must not be deleted with, as the caches know it: retained objects, and children of nodes that stay. Nodes
 * of one row are deleted together, so what a node that goes too would delete holds nothing.
 */
export function namespaceHolders(
  world: Belongings,
  of: { node: StoredNode; namespace: string; orphans: readonly Orphan[] },
): string[] {
  const { node, namespace, orphans } = of;
  const own = trackingLabels(node);
  const retained = [...node.status.resources ?? [], ...orphans.flatMap(({ record }) => record ?? [])]
    .filter((r) => r.deletionPolicy === "Retain" && r.namespace === namespace && r.uid !== undefined);
  const others = world.children.inNamespace(namespace)
    .filter((child) => !child.deleting && child.entry !== undefined)
    .filter((child) =>
      child.deletionPolicy === "Retain" ||
      (child.node !== own[LABEL.node] || child.nodeNamespace !== node.namespace) && !goesToo(world, child)
    );
  return [...new Set([...retained, ...others].map((o) => `${o.kind} ${o.name}`))];
}

/** The node of that child is being deleted, or is gone and the child with it as soon as its watch tells. */
function goesToo(world: Belongings, child: Child): boolean {
  return world.nodes.labelled(child.nodeNamespace, child.node).every((node) => node.deleting);
}

/** What it takes to ask the API server for objects of any kind of any form. */
export interface Inquiry {
  readonly client: Pick<NodeWorld["client"], "list">;
  readonly discovery: Pick<NodeWorld["discovery"], "resolve">;
  readonly forms: Pick<NodeWorld["forms"], "kinds">;
}

/**
 * Whether the Namespace holds objects that a node has let go of. They carry no node's label any more, so no cache
 * has them: each kind of any form is asked for, once for a Namespace that would be deleted. Throws where no answer came.
 */
export async function holdsRetained(
  world: Inquiry,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const kinds = new Map([...world.forms.kinds()].map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]));
  const held = await Promise.all([...kinds.values()].map(async ({ apiVersion, kind }) => {
    const found = await world.discovery.resolve(apiVersion, kind);
    if (found.kind === "absent" || !found.type.namespaced) return false;
    const asked = {
      type: found.type,
      namespace,
      labelSelector: LABEL.orphaned,
      metadataOnly: true,
      limit: 1,
    };
    for await (const { items } of world.client.list(asked, signal)) return items.length > 0;
    return false;
  }));
  return held.includes(true);
}
