import { ANNOTATION } from "../api/labels.ts";
import type { ApplyMode } from "../api/stages.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { claim } from "./claim.ts";
import { type Attempt, finding, type WalkInput } from "./finding.ts";
import type { Finding } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** What to do about an object that was read by name. */
export type Looked =
  | { readonly kind: "apply"; readonly mode: ApplyMode }
  | { readonly kind: "finding"; readonly finding: Finding };

/** Reads the object by name, since record and cache don't agree, and decides by whose it turns out to be. */
export async function look(
  world: NodeWorld,
  input: WalkInput,
  { item, situation }: Attempt,
): Promise<Looked> {
  const object = await world.applier.look(item.type, item.key, input.signal);
  if (object === undefined) return apply("create");
  if (object.metadata.deletionTimestamp !== undefined) {
    const message =
      `Waiting for the object of ${item.id}, which is being deleted, to be gone; it is then made anew`;
    return stop(finding(item, situation, { state: "Waiting", reason: "BeingDeleted", message }));
  }
  const owner = claim(object, input.node, { policy: item.policy, recordedUid: situation.record?.uid });
  // What was created once keeps its content, through its time as an orphan and without a record too.
  const written = object.metadata.annotations?.[ANNOTATION.createdOnce] === "true";
  const once = written && item.policy.creationPolicy === "Once";
  switch (owner.kind) {
    case "ours":
      return apply(once ? "relabel" : "repair");
    case "orphan":
      return apply(once ? "relabel" : "adopt");
    case "take":
      return apply("take");
    case "foreign":
      return stop(await foreign(world, input, { item, situation, owner: owner.owner }));
  }
}

function apply(mode: ApplyMode): Looked {
  return { kind: "apply", mode };
}

function stop(finding: Finding): Looked {
  return { kind: "finding", finding };
}

async function foreign(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, owner }: Attempt & { owner: string },
): Promise<Finding> {
  const wanted = item.wanted();
  const conflicts = "state" in wanted ? [] : await world.applier.conflicts(wanted, input.signal);
  const fields = conflicts.length === 0 ? "" : `: ${describeConflicts(conflicts)}`;
  const message = `the object exists and belongs to ${owner}${fields}; it is left untouched. ` +
    "Set conflictPolicy: Force to take it over, or give the resource another name";
  return finding(item, situation, { state: "Conflicted", reason: "ResourceConflict", message });
}
