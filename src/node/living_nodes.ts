import { tracker } from "../api/claimant.ts";
import type { NodeIdentity } from "../api/stages.ts";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Holder, isOurs } from "./claim.ts";
import type { NodeWorld } from "./world.ts";

const LABEL_LIMIT = 63;

/** What it takes to ask whether a LynqNode exists. */
export interface Registry {
  readonly client: Pick<NodeWorld["client"], "list">;
  readonly nodes: Pick<NodeWorld["nodes"], "get" | "labelled" | "type">;
  readonly elsewhere?: NodeWorld["elsewhere"];
}

/**
 * Tells which of these nodes are gone for sure: neither cached nor known to the API server. A name that was cut to fit
 * a label can't be asked for, so that node counts as living. Throws where no answer came.
 */
export async function goneNodes(
  world: Registry,
  holders: readonly Holder[],
  signal: AbortSignal,
): Promise<(holder: Holder) => boolean> {
  const gone = await Promise.all(
    holders.map(async (holder) => await isLiving(world, holder, signal) ? [] : [textOf(holder)]),
  );
  const texts = new Set(gone.flat());
  return (holder) => texts.has(textOf(holder));
}

function textOf({ namespace, name, uid = "" }: Holder): string {
  return `${namespace}/${name} ${uid}`;
}

async function isLiving(world: Registry, holder: Holder, signal: AbortSignal): Promise<boolean> {
  const { namespace, name, uid } = holder;
  if (namespace === "" || name === "") return uid === undefined;
  const cached = uid === undefined
    ? world.nodes.labelled(namespace, name).length > 0
    : world.nodes.get(`${namespace}/${name}`)?.uid === uid;
  if (cached) return true;
  if (uid === undefined && name.length >= LABEL_LIMIT) return true;
  const asked = {
    type: world.nodes.type,
    namespace,
    fieldSelector: `metadata.name=${name}`,
    metadataOnly: true,
  };
  try {
    for await (const { items } of world.client.list(asked, signal)) {
      if (items.some(({ metadata }) => uid === undefined || metadata.uid === uid)) return true;
    }
    return false;
  } catch (error) {
    // What may not be asked for is taken for one that lives, in a namespace that is another operator's.
    if (error instanceof KubeError && error.status === 403) return true;
    throw error;
  }
}

/**
 * Whether an object that was recorded with that UID still is this node's, and not another one's by its labels; without a
 * record the object must say it itself.
 */
export async function isStillOurs(
  world: Registry,
  { node, signal }: { node: NodeIdentity; signal: AbortSignal },
  { object, uid }: { object: KubeObject; uid: string | undefined },
): Promise<boolean> {
  if (isOurs(object, node)) return uid === undefined || object.metadata.uid === uid;
  if (uid === undefined || object.metadata.uid !== uid) return false;
  const track = tracker(object.metadata.labels);
  if (track === undefined) return true;
  const { namespace, label } = track;
  if (world.nodes.labelled(namespace, label).length > 0) return false;
  if (world.elsewhere?.has(namespace, label) !== true) return true;
  return !await isLiving(world, { namespace, name: label }, signal);
}
