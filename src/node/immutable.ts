import type { ApplyMode, DesiredObject, Outcome } from "../api/stages.ts";
import { type Attempt, finding } from "./finding.ts";
import { type Finding, IMMUTABLE_REASON } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

type Rejected = Extract<Outcome, { kind: "rejected" }>;

export interface RefusedChange extends Attempt {
  readonly desired: DesiredObject;
  readonly mode: ApplyMode;
  readonly outcome: Rejected;
  /** Why it is not sure that the node is as it was told, if it is not. */
  readonly doubt: () => Promise<string | undefined>;
}

/**
 * What to do where the server refuses a change of an object that exists, but would take the same content as a new
 * object: something in it can't be changed. `undefined` where it is the content itself that is refused; "gone" where
 * the object was deleted, for the form says so, and may be made anew at once.
 */
export async function immutableChange(
  world: Pick<NodeWorld, "applier">,
  { item, situation, desired, mode, outcome, doubt }: RefusedChange,
  signal: AbortSignal,
): Promise<Finding | "gone" | undefined> {
  if (outcome.code !== "Invalid" || mode === "create" || mode === "relabel") return undefined;
  if (outcome.fields?.some((field) => field.replace(/^\./, "") === OWNERS) === true) {
    return await controlledByOther(world, { item, situation, desired }, signal);
  }
  const fields = outcome.fields ?? [];
  // What names no field is an admission policy's word on the change, which is not to be got round.
  if (fields.length === 0 || !await world.applier.accepts(desired, signal)) return undefined;
  const change = fields.join(", ");
  const refusal = (reason: string, remedy: string): Finding => {
    const message =
      `Failed to apply resource ${item.id}: an existing ${item.key.kind} does not take another value ` +
      `of ${change}. ${remedy}`;
    return finding(item, situation, { state: "Failed", reason, message });
  };
  const failed = (remedy: string) => ({ ...refusal(IMMUTABLE_REASON, remedy), refused: desired.hash });
  const uid = situation.live.kind === "present" ? situation.live.child.uid : situation.record?.uid;
  const remedy = keptBecause({ item, desired, ours: uid !== undefined && mode !== "take" });
  if (remedy !== undefined || uid === undefined) return failed(remedy ?? "");
  const notDeleted = (why: string) =>
    refusal("ApplyFailed", `It is to be deleted and made anew, and could not be deleted: ${why}`);
  const doubtful = await doubt();
  if (doubtful !== undefined) return notDeleted(doubtful);
  const target = { type: item.type, key: item.key, uid };
  const gone = await world.applier.perform({ kind: "delete", target, propagation: "Foreground" }, signal);
  if (gone.kind === "gone") return "gone";
  if (gone.kind !== "deleting") {
    return notDeleted("message" in gone ? gone.message : gone.kind);
  }
  return finding(item, situation, {
    state: "Waiting",
    reason: "Recreating",
    message:
      `Waiting for the object of ${item.id} to be gone; it is made anew, since it does not take another value ` +
      `of ${change} (recreateOnImmutable)`,
  });
}

const OWNERS = "metadata.ownerReferences";

/** An object has one controller: where somebody else has become it, the object is theirs as long as that is so. */
async function controlledByOther(
  world: Pick<NodeWorld, "applier">,
  { item, situation, desired }: Pick<RefusedChange, "item" | "situation" | "desired">,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const own = new Set(desired.object.metadata.ownerReferences?.map(({ uid }) => uid));
  const object = await world.applier.look(item.type, item.key, signal);
  const other = object?.metadata.ownerReferences?.find(({ controller, uid }) =>
    controller === true && !own.has(uid)
  );
  if (other === undefined) return undefined;
  const message = `the object is controlled by ${other.kind} ${other.name}; it is left untouched. ` +
    "Take that owner reference off, or give the resource another name";
  return finding(item, situation, { state: "Conflicted", reason: "ResourceConflict", message });
}

/** Why the object is not deleted, and what can be done instead; undefined where it is to be made anew. */
function keptBecause(
  { item: { policy }, desired, ours }: Pick<RefusedChange, "item" | "desired"> & { ours: boolean },
): string | undefined {
  if (!policy.recreateOnImmutable) {
    return "Revert the change, give the resource another name, or set recreateOnImmutable: true to delete the " +
      "object and make it anew.";
  }
  if (desired.shared) {
    return "recreateOnImmutable does not delete it, since other nodes may share it: revert the change, or give the " +
      "resource another name.";
  }
  if (policy.deletionPolicy === "Retain") {
    return "recreateOnImmutable does not delete it, since its deletionPolicy is Retain: revert the change, give the " +
      "resource another name, or delete the object yourself.";
  }
  return ours
    ? undefined
    : "recreateOnImmutable does not delete it, since it was not made for this resource: revert the change, or " +
      "delete the object yourself.";
}
