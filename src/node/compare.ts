import type { DesiredObject, FieldConflict } from "../api/stages.ts";
import { fieldHash, packFields } from "../kube/field_hashes.ts";
import { fieldPaths } from "../kube/fields.ts";
import type { KubeObject } from "../kube/object.ts";
import { childOfNode, isTracked, toChild } from "./child.ts";
import { driftMark, type Situation } from "./decide.ts";
import { type Drift, driftOf } from "./drift.ts";
import { ownFields } from "./own_fields.ts";
import { describeDrift } from "./drift_report.ts";
import { type Attempt, finding, type WalkInput } from "./finding.ts";
import { type Looked, stop } from "./looked.ts";
import { overLive } from "./over_live.ts";
import { type Finding, type Settled, settleReadiness } from "./settle.ts";
import { trackingSeen } from "./sharing.ts";
import type { NodeWorld } from "./world.ts";

interface Compared extends Attempt {
  readonly object: KubeObject;
  readonly wanted: DesiredObject;
  readonly drift: Drift;
}

/** What to do about an object of ours of which nothing new is wanted: put back, report, or take in what others may own. */
export async function compare(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, object }: Attempt & { object: KubeObject },
): Promise<Looked> {
  const wanted = await item.wanted();
  if ("state" in wanted) return stop(finding(item, situation, wanted));
  const { record, live } = situation;
  const drift = driftOf(object, {
    record,
    manager: wanted.manager,
    wanted: wanted.object,
    ignoreFields: item.policy.ignoreFields ?? [],
  });
  const entry = childOfNode(toChild(object, item.key), input.node).entry;
  const repair: Looked = { kind: "apply", mode: "repair", tracking: trackingSeen(object, input.node) };
  if (live.kind === "present" && drift.released) {
    const rebased = { entry, fields: packFields(fieldPaths(ownFields(object, wanted.manager))) };
    return stop({ ...present(situation, finding(item, situation, presentState(situation))), rebased });
  }
  if (object.metadata.uid === record?.uid && entry === record?.entry) {
    return live.kind === "present"
      ? stop(present(situation, finding(item, situation, presentState(situation))))
      : repair;
  }
  if (item.policy.driftPolicy === "Report" && object.metadata.uid === record?.uid) {
    return await reported(world, input, { item, situation, object, wanted, drift });
  }
  // What is rendered otherwise by now, as after an upgrade, is a change and no repair.
  if (wanted.hash !== record?.hash) return { ...repair, mode: "update" };
  // Whether more than the ignored part of it differs is told by the write.
  if (drift.shared.length > 0 && drift.taken.length + drift.removed.size === 0) {
    return { ...repair, mode: "update" };
  }
  return { ...repair, seen: { kind: "changed", taken: drift.taken, removed: drift.removed } };
}

/** Tells what differs and leaves it; only what makes the object findable is put back. */
async function reported(world: NodeWorld, input: WalkInput, compared: Compared): Promise<Looked> {
  const { item, situation, object, wanted, drift } = compared;
  const { node, signal } = input;
  const tracking = trackingSeen(object, node);
  if (tracking.kind === "ours" && !isTracked(toChild(object, item.key), node)) {
    return { kind: "apply", mode: "relabel", tracking };
  }
  const suspects = [...drift.taken, ...drift.shared];
  const conflicts = suspects.length === 0 ? [] : await conflictsOver(world, wanted, signal);
  const taken = suspects.filter(({ field }) => conflicts.some((conflict) => conflict.field === field));
  // Everything is as it was left by now, and only to be shared again.
  if (taken.length === 0 && drift.removed.size === 0) return { kind: "apply", mode: "update", tracking };
  const removed = drift.removed.size === 0 ? [] : await removedPaths(world, compared, signal);
  const mark = driftMark(childOfNode(toChild(object, item.key), node).entry);
  const what = describeDrift(taken, removed);
  const told = present(situation, finding(item, situation, drifted(presentState(situation), what)));
  const news = situation.record?.drifted !== mark;
  return stop({ ...told, drifted: mark, ...(news ? { drift: { action: "Reported", what } } : {}) });
}

/** As a write would meet them, which leaves ignored fields as they are. */
async function conflictsOver(
  world: NodeWorld,
  wanted: DesiredObject,
  signal: AbortSignal,
): Promise<readonly FieldConflict[]> {
  const over = await overLive(world, { desired: wanted, mode: "update" }, signal);
  return await world.applier.conflicts(over.kind === "ready" ? over.desired : wanted, signal);
}

function drifted(settled: Settled, what: string): Settled {
  if (settled.state !== "Ready") return settled;
  return {
    state: "Ready",
    reason: "Drifted",
    message: `${what}; left as it is, since driftPolicy is Report`,
  };
}

/** The names of what nobody owns any more, from what an apply would give. */
async function removedPaths(
  world: NodeWorld,
  { wanted, drift }: Compared,
  signal: AbortSignal,
): Promise<string[]> {
  const preview = await world.applier.preview(wanted, signal);
  if (preview === undefined) return [];
  return fieldPaths(ownFields(preview, wanted.manager)).filter((path) => drift.removed.has(fieldHash(path)));
}

function presentState({ live, policy }: Situation): Settled {
  return live.kind === "present"
    ? settleReadiness(live.child.readiness, policy)
    : { state: "Ready", reason: "Ready", message: "" };
}

/** The record goes on with the object that is there. */
function present({ live }: Situation, finding: Finding): Finding {
  return live.kind === "present" ? { ...finding, child: live.child } : finding;
}
