import type { ResourceRecord } from "../api/node.ts";
import { LABEL, nameAsLabel } from "../api/labels.ts";
import type { StoredNode } from "../api/stored.ts";
import { KubeError } from "../kube/error.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { childKinds } from "./ensure_kinds.ts";
import { keyOf } from "./orphans.ts";
import type { NodeWorld } from "./world.ts";

/**
 * Takes in the children of a node that goes which neither its record nor a watch has told: of a write whose answer was
 * lost nothing is recorded, and a watch may lag behind it. Costs nothing where the record is of the node's last spec and
 * names an object that is seen for each resource.
 */
export async function seekUnrecorded(world: NodeWorld, node: StoredNode, signal: AbortSignal): Promise<void> {
  const { types } = await childKinds(world, node);
  if (isRecorded(world, node, types)) return;
  const places = world.keptTo ?? [undefined];
  await Promise.all(
    types.flatMap((type) => places.map((namespace) => seek(world, { node, type, namespace }, signal))),
  );
}

/** A deletion counts as a generation of its own. */
function isRecorded(world: NodeWorld, node: StoredNode, types: readonly ResourceType[]): boolean {
  const { resources, observedGeneration = 0 } = node.status;
  if (resources === undefined || observedGeneration < node.generation - 1) return false;
  return resources.every((record) => record.state === "Deleting" || isSeen(world, record, types));
}

function isSeen(world: NodeWorld, record: ResourceRecord, types: readonly ResourceType[]): boolean {
  if (record.uid === undefined) return false;
  const key = keyOf(record);
  const found = types.filter(({ kind }) => kind === key.kind).map((type) => world.children.find(type, key));
  return found.some((child) => child?.uid === record.uid) || record.reason === "CreatedOnce";
}

interface Seeking {
  readonly node: StoredNode;
  readonly type: ResourceType;
  readonly namespace: string | undefined;
}

/** What may not be listed is let go of by its record alone. */
async function seek(
  world: NodeWorld,
  { node, type, namespace }: Seeking,
  signal: AbortSignal,
): Promise<void> {
  if (namespace !== undefined && !type.namespaced) return;
  const labelSelector = `${LABEL.node}=${nameAsLabel(node.name)}`;
  try {
    for await (
      const { items } of world.client.list({ type, namespace, labelSelector, metadataOnly: true }, signal)
    ) {
      for (const object of items) {
        const { namespace: place = "", name = "", uid } = object.metadata;
        const key = { apiVersion: "", kind: type.kind, namespace: place, name };
        if (world.children.find(type, key)?.uid !== uid) world.children.observe(type, object, node);
      }
    }
  } catch (error) {
    if (!(error instanceof KubeError) || ![403, 404, 405].includes(error.status)) throw error;
  }
}
