import type { OrphanReason } from "../api/labels.ts";
import type { StoredNode } from "../api/stored.ts";
import { nodeEvent } from "./node_event.ts";
import type { Orphan } from "./orphans.ts";
import type { NodeWorld } from "./world.ts";

/** What became of an object that was let go of. */
export type LetGo =
  | { readonly kind: "deleted" }
  | { readonly kind: "retained" }
  /** A Namespace that was to be deleted, with what is in it that must stay. */
  | { readonly kind: "held"; readonly holders: readonly string[] }
  /** Other nodes go on having it. */
  | { readonly kind: "shared"; readonly nodes: readonly string[] }
  /** It went with its CustomResourceDefinition. */
  | { readonly kind: "kindGone" };

interface Letting {
  readonly node: StoredNode;
  readonly reason: OrphanReason;
}

/** One event for an object that a node has let go of. */
export function reportLetGo(
  world: Pick<NodeWorld, "events">,
  { node, reason }: Letting,
  of: { readonly orphan: Orphan; readonly letGo: LetGo },
): void {
  const told = wording(of.orphan, reason, of.letGo);
  if (told === undefined) return;
  nodeEvent(world, node, { type: "Normal", reason: told[0], message: told[1] });
}

/** Reason and message; the wording of the four oldest is parsed by scripts (compat.md 7.1). */
function wording(
  { key, id }: Orphan,
  reason: OrphanReason,
  letGo: LetGo,
): readonly [string, string] | undefined {
  const what = `${key.kind}/${key.name}`;
  const deleting = reason === "LynqNodeDeleted";
  switch (letGo.kind) {
    case "deleted":
      return deleting ? undefined : [
        "OrphanedResourceDeleted",
        `Deleted orphaned resource ${what} (ID: ${id}) - removed from template`,
      ];
    case "retained":
      return deleting
        ? ["ResourceRetained", `Resource ${what} retained with orphan labels (ownerReferences removed)`]
        : [
          "OrphanedResourceRetained",
          `Retained orphaned resource ${what} (ID: ${id}) - removed from template, marked with orphan labels`,
        ];
    case "held":
      return ["NamespaceRetained", `Namespace ${key.name} is kept, since it holds ${someOf(letGo.holders)}`];
    case "shared":
      return ["SharedResourceReleased", `${what} (ID: ${id}) stays with LynqNode ${someOf(letGo.nodes)}`];
    case "kindGone":
      return [
        "ResourceKindGone",
        `${what} (ID: ${id}) is gone with its kind: the API server serves no ${key.kind} of ${key.apiVersion} any more`,
      ];
  }
}

const SHOWN = 5;

function someOf(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
