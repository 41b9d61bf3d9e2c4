import { type Claimant, claimsOf, sharedManager, tracker } from "../api/claimant.ts";
import { ANNOTATION, FIELD_MANAGER, nameAsLabel } from "../api/labels.ts";
import type { ChildTarget } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { failed, type Leftover, leftover, type PruneInput, terminating } from "./leftover.ts";
import { goneNodes, isStillOurs } from "./living_nodes.ts";
import { holdersOf } from "./namespace_holders.ts";
import type { Orphan } from "./orphans.ts";
import { reportLetGo } from "./prune_report.ts";
import type { NodeWorld } from "./world.ts";

/** Others write the object while we look: so often it is looked at again before the pass gives up. */
const ATTEMPTS = 5;

interface Releasing {
  readonly orphan: Orphan;
  readonly type: ResourceType;
}

/**
 * Gives up this node's part in a shared object; the last one to do so deletes the object or leaves it behind. Of two
 * that let go at once, each sees in the answer to its own release whether the other was before it. The last write is
 * bound to the version that showed no other claim, so that a newcomer's claim prevents it.
 */
export async function releaseShared(
  world: NodeWorld,
  input: PruneInput,
  of: Releasing,
): Promise<Leftover | undefined> {
  const { orphan, type } = of;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const object = await world.applier.look(type, orphan.key, input.signal);
    const recorded = orphan.record?.uid ?? orphan.child?.uid;
    if (object === undefined) return undefined;
    if (!await isStillOurs(world, input, { object, uid: recorded })) return undefined;
    const { uid = "", deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) return terminating(orphan);
    const settled = await releaseOrEnd(world, input, {
      ...of,
      object,
      target: { type, key: orphan.key, uid },
    });
    if (settled.kind === "settled") return settled.leftover;
  }
  return failed(orphan, "other nodes and controllers keep changing the object");
}

interface Seen extends Releasing {
  readonly object: KubeObject;
  readonly target: ChildTarget;
}

type Settled =
  | { readonly kind: "settled"; readonly leftover: Leftover | undefined }
  | { readonly kind: "again" };

async function releaseOrEnd(world: NodeWorld, input: PruneInput, seen: Seen): Promise<Settled> {
  const { orphan, object } = seen;
  const others = await othersOf(world, input, object);
  if (others.length === 0) return await end(world, input, seen);
  if (orphan.policy === "Retain" && object.metadata.annotations?.[ANNOTATION.deletionPolicy] !== "Retain") {
    const kept = await world.writes.run(() =>
      world.applier.perform({ kind: "keep", target: seen.target }, input.signal)
    );
    if (kept.kind !== "released") return settledAs(leftover(orphan, kept));
  }
  const released = await release(world, input, seen);
  if (released.kind !== "released") return released;
  const rest = await othersOf(world, input, released.object);
  if (rest.length === 0) return await end(world, input, { ...seen, object: released.object });
  const nodes = rest.map(({ namespace, name }) => `${namespace}/${name}`);
  reportLetGo(world, input, { orphan, letGo: { kind: "shared", nodes } });
  return settledAs(undefined);
}

/** The claims of nodes that there are, besides this one's. A node that is gone for sure claims nothing. */
async function othersOf(
  world: NodeWorld,
  { node, signal }: PruneInput,
  { metadata }: KubeObject,
): Promise<readonly Claimant[]> {
  const others = claimsOf(metadata.annotations).filter(({ uid }) => uid !== node.uid);
  if (others.length === 0) return others;
  const isGone = await goneNodes(world, others, signal);
  return others.filter((claimant) => !isGone(claimant));
}

/** Gives up what this node owns, as one that shares and as one that had the object for itself before. */
async function release(
  world: NodeWorld,
  { node, signal }: PruneInput,
  { orphan, type, object, target }: Seen,
): Promise<Settled | { readonly kind: "released"; readonly object: KubeObject }> {
  const track = tracker(object.metadata.labels);
  const tracked = track?.label === nameAsLabel(node.name) && track.namespace === node.namespace;
  const alone = tracked && object.metadata.managedFields?.some(({ manager }) => manager === FIELD_MANAGER);
  let rest = object;
  for (const manager of [...(alone === true ? [FIELD_MANAGER] : []), sharedManager(node.uid)]) {
    const outcome = await world.writes.run(() =>
      world.applier.perform({ kind: "release", target, manager }, signal)
    );
    if (outcome.kind !== "released") return settledAs(leftover(orphan, outcome));
    rest = outcome.object;
  }
  world.children.observe(type, rest, node);
  return { kind: "released", object: rest };
}

/** No other node has a claim at this version. */
async function end(world: NodeWorld, input: PruneInput, seen: Seen): Promise<Settled> {
  const { orphan, object, target } = seen;
  const retain = orphan.policy === "Retain" ||
    object.metadata.annotations?.[ANNOTATION.deletionPolicy] === "Retain";
  const holders = retain ? [] : await holdersOf(world, input, orphan);
  const last = { ...target, resourceVersion: object.metadata.resourceVersion };
  const stays = retain || holders.length > 0;
  const outcome = await world.writes.run(() =>
    world.applier.perform(
      stays ? { kind: "orphan", target: last, reason: input.reason } : { kind: "delete", target: last },
      input.signal,
    )
  );
  if (outcome.kind === "rejected" && outcome.code === "Changed") return { kind: "again" };
  if (outcome.kind === "orphaned") {
    const letGo = retain ? { kind: "retained" as const } : { kind: "held" as const, holders };
    reportLetGo(world, input, { orphan, letGo });
  }
  if (outcome.kind === "gone") reportLetGo(world, input, { orphan, letGo: { kind: "deleted" } });
  return settledAs(leftover(orphan, outcome));
}

function settledAs(leftover: Leftover | undefined): Settled {
  return { kind: "settled", leftover };
}
