import type { StoredNode } from "../api/stored.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { NodeWorld } from "./world.ts";

/** Every kind that a child of any node could have, and why one could not be resolved, where that is so. */
interface ChildKinds {
  readonly types: readonly ResourceType[];
  readonly unresolved: Error | undefined;
}

export async function childKinds(
  world: Pick<NodeWorld, "discovery" | "forms">,
  node: StoredNode,
): Promise<ChildKinds> {
  const kinds = new Map(
    [...node.status.resources ?? [], ...world.forms.kinds()].map((k) => [`${k.apiVersion}/${k.kind}`, k]),
  );
  const found = await Promise.all(
    [...kinds.values()].map(({ apiVersion, kind }) =>
      world.discovery.resolve(apiVersion, kind).catch((error: unknown) => {
        if (error instanceof KubeError || error instanceof KubeUnreachable) return error;
        throw error;
      })
    ),
  );
  return {
    types: found.flatMap((f) => f instanceof Error || f.kind === "absent" ? [] : [f.type]),
    unresolved: found.find((f) => f instanceof Error),
  };
}

/**
 * Waits for the watches of every kind that a child of any node could have. Answers why a kind could not be resolved,
 * where that is so: its objects may be there unseen. Of a kind that may not be listed, what is recorded is looked at by
 * name.
 */
export async function ensureKinds(world: NodeWorld, node: StoredNode): Promise<Error | undefined> {
  const { types, unresolved } = await childKinds(world, node);
  await world.children.ensure(types);
  return unresolved;
}
