import { sharedManager, sharerOf } from "../api/claimant.ts";
import { FIELD_MANAGER } from "../api/labels.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { ApplyMode, DesiredObject, FieldConflict, Outcome } from "../api/stages.ts";
import { fieldHash, unpackFields } from "../kube/field_hashes.ts";
import { isShared } from "./ignored_fields.ts";
import { type OverLive, overLive } from "./over_live.ts";
import { tracked, type Tracking } from "./sharing.ts";
import type { NodeWorld } from "./world.ts";

export interface Writing {
  /** The UID of the node that writes. */
  readonly node: string;
  readonly wanted: DesiredObject;
  readonly mode: ApplyMode;
  readonly tracking: Tracking;
  readonly record: ResourceRecord | undefined;
  /** The Go implementation wrote the object. */
  readonly former: boolean;
}

/** What was sent, and what came of it. */
export type Written =
  | {
    readonly kind: "sent";
    readonly over: Extract<OverLive, { kind: "ready" }>;
    readonly outcome: Outcome;
    /** Fields of ours that others had taken, and that are ours again. */
    readonly overridden: readonly FieldConflict[];
  }
  | { readonly kind: "unsent"; readonly failed: Extract<OverLive, { kind: "failed" }> };

/**
 * Writes one object. An update leaves what others manage, unless all of it was ours after our last write: force is all
 * or nothing, so that a single field that never was ours makes it a conflict.
 */
export async function write(world: NodeWorld, writing: Writing, signal: AbortSignal): Promise<Written> {
  const { node, wanted, mode, tracking, record, former } = writing;
  const over = await overLive(world, { desired: tracked(wanted, tracking), mode }, signal);
  if (over.kind === "failed") return { kind: "unsent", failed: over };
  const { desired } = over;
  const perform = (as: ApplyMode) => world.applier.perform({ kind: "apply", desired, mode: as }, signal);
  if (former && mode !== "relabel") {
    const outcome = await world.applier.perform({ kind: "inherit", desired }, signal);
    if (outcome.kind !== "applied") return { kind: "sent", over, outcome, overridden: [] };
  }
  const conflicts = isUnguarded(desired, mode) ? await othersFields(world, desired, signal) : [];
  const outcome: Outcome = conflicts.length === 0
    ? await perform(mode)
    : { kind: "conflict", conflicts, message: "" };
  if (outcome.kind !== "conflict" || mode !== "update") {
    return { kind: "sent", over, outcome, overridden: [] };
  }
  // What is shared no more has this node's own part under the manager of then; what is shared by now, under the common one.
  const others = outcome.conflicts.filter(({ manager }) => manager !== sharedManager(node));
  if (!wereOurs(others, record)) return { kind: "sent", over, outcome, overridden: [] };
  const overridden = others.filter(({ manager }) => !(wanted.shared && manager === FIELD_MANAGER));
  return { kind: "sent", over, outcome: await perform("repair"), overridden };
}

/** A merge patch and a PUT write over anybody: the server refuses them nothing. */
function isUnguarded({ policy }: DesiredObject, mode: ApplyMode): boolean {
  return mode === "update" && policy.conflictPolicy === "Stuck" && policy.patchStrategy !== "apply";
}

async function othersFields(
  world: NodeWorld,
  desired: DesiredObject,
  signal: AbortSignal,
): Promise<FieldConflict[]> {
  const conflicts = await world.applier.conflicts(desired, signal);
  const { ignoreFields = [] } = desired.policy;
  return conflicts.filter(({ manager, field }) =>
    manager !== desired.manager && !isShared(field, ignoreFields)
  );
}

function wereOurs(conflicts: readonly FieldConflict[], record: ResourceRecord | undefined): boolean {
  const ours = unpackFields(record?.fields);
  return conflicts.every(({ manager, field }) =>
    ours.has(fieldHash(field)) && sharerOf(manager) === undefined
  );
}
