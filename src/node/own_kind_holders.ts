import { GROUP, VERSION } from "../api/labels.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { type Emptying, type Inquiry, nameOf } from "./emptying.ts";

const typeOf = (kind: string, plural: string): ResourceType => {
  return { group: GROUP, version: VERSION, kind, plural, namespaced: true };
};

const OWN_KINDS: readonly ResourceType[] = [
  typeOf("LynqHub", "lynqhubs"),
  typeOf("LynqForm", "lynqforms"),
  typeOf("LynqNode", "lynqnodes"),
];

/** Objects of one page: what is kept is told with the first few. */
const PAGE = 50;

/**
 * The first hubs, forms or other nodes in the Namespace that stay: with it all of their rows' objects would go. Throws
 * where no answer came.
 */
export async function ownKindHolders(
  world: Pick<Inquiry, "client">,
  { node, namespace }: Pick<Emptying, "node" | "namespace">,
  signal: AbortSignal,
): Promise<string[]> {
  for (const type of OWN_KINDS) {
    for await (
      const { items } of world.client.list({ type, namespace, metadataOnly: true, limit: PAGE }, signal)
    ) {
      const staying = items.filter(({ metadata }) =>
        metadata.deletionTimestamp === undefined && metadata.uid !== node.uid
      );
      if (staying.length > 0) return staying.map((item) => nameOf(type.kind, item));
    }
  }
  return [];
}
