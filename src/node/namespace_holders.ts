import { LABEL } from "../api/labels.ts";
import { objectKeyText } from "../api/resource_key.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import { isTracked, ownClaim } from "./child.ts";
import { ensureKinds } from "./ensure_kinds.ts";
import { type Emptying, goesToo, type Inquiry, type KnownNodes, nameOf } from "./emptying.ts";
import { belongings } from "./elsewhere.ts";
import type { PruneInput } from "./leftover.ts";
import { isNamespace, type Orphan } from "./orphans.ts";
import { ownKindHolders } from "./own_kind_holders.ts";
import { volumeHolders } from "./volume_holders.ts";
import type { NodeWorld } from "./world.ts";

/** What the caches know of children and of the nodes that they belong to. */
export interface Belongings {
  readonly children: Pick<NodeWorld["children"], "inNamespace">;
  readonly nodes: KnownNodes;
}

/**
 * What a Namespace must not be deleted with, as the caches know it: retained objects, children of nodes that stay, and
 * this node's own that it goes on having. Nodes of one row are deleted together, so what a node that goes too would
 * delete holds nothing.
 */
export function namespaceHolders(world: Belongings, of: Emptying): string[] {
  const { node, namespace, orphans } = of;
  const leaving = new Set(orphans.map(({ key }) => objectKeyText(key)));
  const retained = [...node.status.resources ?? [], ...orphans.flatMap(({ record }) => record ?? [])]
    .filter((r) => r.deletionPolicy === "Retain" && r.namespace === namespace && r.uid !== undefined);
  const staying = world.children.inNamespace(namespace)
    .filter((child) => !child.deleting && (child.entry !== undefined || child.claims !== undefined))
    .filter((child) =>
      child.deletionPolicy === "Retain" || isOfOthers(world, node, child) ||
      isKept(node, child, leaving)
    );
  return [...new Set([...retained, ...staying].map((o) => `${o.kind} ${o.name}`))];
}

/** Whether a node other than this one has the child, and stays. */
function isOfOthers(world: Belongings, node: StoredNode, child: Child): boolean {
  const byLabel = !isTracked(child, node) && child.node !== "" &&
    !goesToo(world, { namespace: child.nodeNamespace, label: child.node });
  return byLabel || (child.claims ?? []).some(({ uid, namespace, name }) => {
    if (uid === node.uid || name === "") return false;
    return world.nodes.get(`${namespace}/${name}`)?.deleting === false;
  });
}

function isKept(node: StoredNode, child: Child, leaving: ReadonlySet<string>): boolean {
  const own = isTracked(child, node) || ownClaim(child, node) !== undefined;
  return own && !node.deleting && !leaving.has(objectKeyText(child));
}

/** Names of one kind that are asked for; what is kept is told with the first few. */
const ASKED = 6;

/**
 * What in the Namespace no cache has: objects that a node has let go of, which carry no node's label any more, volume
 * claims that nobody of us made, such as those of a StatefulSet, and hubs, forms and nodes. Asked once for a Namespace that would be deleted.
 * Throws where no answer came.
 */
export async function holdersUnseen(world: Inquiry, of: Emptying, signal: AbortSignal): Promise<string[]> {
  const kinds = new Map(
    [...world.forms.kinds(), ...of.node.status.resources ?? []]
      .map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  const retained = [...kinds.values()].map(async ({ apiVersion, kind }) => {
    const found = await world.discovery.resolve(apiVersion, kind);
    if (found.kind === "absent" || !found.type.namespaced) return [];
    const asked = { type: found.type, namespace: of.namespace, labelSelector: LABEL.orphaned };
    for await (const { items } of world.client.list({ ...asked, metadataOnly: true, limit: ASKED }, signal)) {
      return items.map((item) => nameOf(kind, item));
    }
    return [];
  });
  const others = [volumeHolders(world, of, signal), ownKindHolders(world, of, signal)];
  const held = await Promise.all([...retained, ...others]);
  return [...new Set(held.flat())];
}

/** What keeps a Namespace from being deleted; nothing keeps any other kind. */
export async function holdersOf(
  world: NodeWorld,
  { node, orphans, signal }: PruneInput,
  orphan: Orphan,
): Promise<readonly string[]> {
  if (!isNamespace(orphan)) return [];
  const unknown = await ensureKinds(world, node);
  if (unknown !== undefined) throw unknown;
  const of = { node, namespace: orphan.key.name, orphans };
  const all = await belongings(world, of, signal);
  const known = namespaceHolders(all, of);
  return known.length > 0 ? known : await holdersUnseen({ ...world, nodes: all.nodes }, of, signal);
}
