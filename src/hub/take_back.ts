import { API_VERSION, LABEL, nameAsLabel } from "../api/labels.ts";
import { RESOURCE_ARRAYS } from "../api/resource.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import { isConflict, isNotFound } from "../kube/error.ts";
import { ownerOf } from "./node_object.ts";
import { hubEvent } from "./report.ts";
import type { HubWorld } from "./world.ts";

/**
 * Takes back the nodes that a hub of this name left behind, where rows and forms still ask for them: else each row would
 * get a second node, and both would want the same objects.
 */
export async function takeBack(
  world: HubWorld,
  { hub, forms, rows }: {
    hub: StoredHub;
    forms: readonly StoredForm[];
    rows: readonly RowVerdict[];
  },
  signal: AbortSignal,
): Promise<void> {
  const active = new Set(rows.flatMap((row) => row.kind === "active" ? [row.row.uid] : []));
  const left = forms.flatMap(({ name }) => world.nodes.ofForm(hub.namespace, name))
    .filter((node) => isLeftBy(hub, node) && active.has(node.spec.uid));
  await world.writes.apart().all(left, (node) => takeBackOne(world, { hub, node }, signal));
}

/** No hub has the node, and it is as a hub made it. */
function isLeftBy(hub: StoredHub, { hub: owner, deleting, spec }: StoredNode): boolean {
  return owner === undefined && !deleting && spec.hubId === hub.name && spec.revision !== undefined &&
    RESOURCE_ARRAYS.every((name) => spec[name] === undefined);
}

async function takeBackOne(
  world: HubWorld,
  { hub, node }: { hub: StoredHub; node: StoredNode },
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid } = node;
  const metadata = {
    namespace,
    name,
    uid,
    labels: { [LABEL.hub]: nameAsLabel(hub.name) },
    ownerReferences: [ownerOf(hub)],
  };
  const ref = { type: world.nodes.type, namespace, name };
  const wanted = { apiVersion: API_VERSION, kind: "LynqNode", metadata };
  try {
    const { object } = await world.client.apply(ref, wanted, { fieldManager: "lynq", force: true }, signal);
    world.nodes.observe(object);
    const message = `LynqNode '${name}', which no hub had, follows its row again`;
    hubEvent(world, hub, { type: "Normal", reason: "NodeTakenBack", message });
  } catch (error) {
    // It is gone or another by now; the next read sees it.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}
