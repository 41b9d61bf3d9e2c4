import type { StoredNode } from "../api/stored.ts";
import type { KubeObject } from "../kube/object.ts";
import type { Orphan } from "./orphans.ts";
import type { NodeWorld } from "./world.ts";

/** A Namespace that a node would delete, and what else it lets go of. */
export interface Emptying {
  readonly node: StoredNode;
  readonly namespace: string;
  readonly orphans: readonly Orphan[];
}

/** What it takes to ask the API server for objects of any kind of any form. */
export interface Inquiry {
  readonly client: Pick<NodeWorld["client"], "list">;
  readonly discovery: Pick<NodeWorld["discovery"], "resolve">;
  readonly forms: Pick<NodeWorld["forms"], "kinds">;
  readonly nodes: Pick<KnownNodes, "labelled">;
}

/** What is to be known of nodes before a Namespace is deleted. */
export interface KnownNodes {
  labelled(namespace: string, label: string): readonly Pick<StoredNode, "deleting">[];
  get(key: string): Pick<StoredNode, "deleting"> | undefined;
}

/** That node is being deleted, or is gone and its children with it as soon as their watch tells. */
export function goesToo(
  world: { readonly nodes: Pick<KnownNodes, "labelled"> },
  { namespace, label }: { namespace: string; label: string },
): boolean {
  return world.nodes.labelled(namespace, label).every((node) => node.deleting);
}

/** An object as what is kept is told with. */
export function nameOf(kind: string, { metadata }: KubeObject): string {
  return `${kind} ${metadata.name ?? ""}`;
}
