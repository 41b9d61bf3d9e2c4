import { isFormer } from "../api/former.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { ApplyMode } from "../api/stages.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { isShared } from "../api/claimant.ts";
import { isNews, type Situation } from "./decide.ts";
import { compare } from "./compare.ts";
import { type Looked, stop } from "./looked.ts";
import type { Target } from "./gather.ts";
import { goneState } from "./situate.ts";
import type { KubeObject } from "../kube/object.ts";
import { childOfNode, ownClaim, toChild } from "./child.ts";
import { type Claim, claim } from "./claim.ts";
import { type Attempt, finding, type WalkInput } from "./finding.ts";
import type { Finding } from "./settle.ts";
import { goneNodes } from "./living_nodes.ts";
import { trackingSeen } from "./sharing.ts";
import { askedOver } from "./over_live.ts";
import type { NodeWorld } from "./world.ts";

/** Reads the object by name, since record and cache don't agree, and decides by whose it turns out to be. */
export async function look(
  world: NodeWorld,
  input: WalkInput,
  { item, situation }: Attempt,
): Promise<Looked> {
  const object = await world.applier.look(item.type, item.key, input.signal);
  if (object === undefined) return absent(item, situation);
  if (object.metadata.deletionTimestamp !== undefined) return beingDeleted(item, situation);
  const owner = await ownerOf(world, input, { item, situation, object });
  const former = isFormer(object);
  const apply = (mode: ApplyMode): Looked => {
    return { kind: "apply", mode, tracking: trackingSeen(object, input.node), former };
  };
  // What was created once keeps its content, through its time as an orphan and without a record too.
  const written = object.metadata.annotations?.[ANNOTATION.createdOnce] === "true";
  const once = written && item.policy.creationPolicy === "Once";
  switch (owner.kind) {
    case "ours":
      if (once) return apply("relabel");
      if (isUntracked(object, input, { item, situation })) return apply("join");
      if (isNews(situation) || former) return apply("update");
      return await compare(world, input, { item, situation, object });
    case "orphan":
      return apply(once ? "relabel" : "adopt");
    case "take":
      return apply("take");
    case "join":
      return apply("join");
    case "foreign":
      return stop(await foreign(world, input, { item, situation, owner }));
  }
}

function absent(item: Target, situation: Situation): Looked {
  const { record } = situation;
  if (record?.once === true && item.policy.creationPolicy === "Once") {
    return stop(finding(item, situation, goneState(record)));
  }
  const made: Looked = { kind: "apply", mode: "create", tracking: { kind: "ours" } };
  const ours = record?.uid === undefined || record.reason === "Recreating";
  return ours ? made : { ...made, seen: { kind: "deleted" } };
}

function beingDeleted(item: Target, situation: Situation): Looked {
  const { record } = situation;
  const wait = (reason: string, message: string) =>
    stop(finding(item, situation, { state: "Waiting", reason, message }));
  if (record?.reason === "Recreating") return wait(record.reason, record.message ?? "");
  const message =
    `Waiting for the object of ${item.id}, which is being deleted, to be gone; it is then made anew`;
  return wait("BeingDeleted", message);
}

/** Whose the object is. Before it is left to other nodes, they are asked for: a node may be gone without letting go. */
async function ownerOf(
  world: NodeWorld,
  { node, signal }: WalkInput,
  { item, situation, object }: Attempt & { object: KubeObject },
): Promise<Claim> {
  const of = {
    policy: item.policy,
    shared: isShared(item.policy, item.key),
    recordedUid: situation.record?.uid,
  };
  const owner = claim(object, node, of);
  if (owner.kind !== "foreign" || owner.nodes.length === 0) return owner;
  return claim(object, node, { ...of, isGone: await goneNodes(world, owner.nodes, signal) });
}

/** The node that had the labels of a shared object let go of it, and nothing else changed. */
function isUntracked(object: KubeObject, { node }: WalkInput, { item, situation }: Attempt): boolean {
  const child = toChild(object, item.key);
  return child.node === "" && ownClaim(child, node) !== undefined &&
    childOfNode(child, node).entry === situation.record?.entry;
}

async function foreign(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, owner: { owner, nodes } }: Attempt & { owner: Extract<Claim, { kind: "foreign" }> },
): Promise<Finding> {
  if (nodes.length > 0) {
    const message =
      `the object belongs to ${owner}; give one of them another name, or set sharing: Shared on all`;
    return finding(item, situation, { state: "Conflicted", reason: "ResourceConflict", message });
  }
  const wanted = await item.wanted();
  const conflicts = "state" in wanted
    ? []
    : await world.applier.conflicts(await askedOver(world, wanted, input.signal), input.signal);
  const fields = conflicts.length === 0 ? "" : `: ${describeConflicts(conflicts)}`;
  const message = `the object exists and belongs to ${owner}${fields}; it is left untouched. ` +
    `Set conflictPolicy: Force to take it over, annotate the object with ${ANNOTATION.adopt}=${input.node.name}, ` +
    "or give the resource another name";
  return finding(item, situation, { state: "Conflicted", reason: "ResourceConflict", message });
}
