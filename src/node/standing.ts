import { type ConditionInput, findCondition } from "../api/conditions.ts";
import { ANNOTATION } from "../api/labels.ts";
import { type PauseCause, pausedConditions } from "../api/pause.ts";
import { FROZEN_REASONS, type FrozenReason } from "../api/row.ts";
import type { StoredNode } from "../api/stored.ts";

const PAUSE_EFFECT =
  "no resource of this node is written, drift included; its status goes on, and so does deleting it";

const FROZEN: Readonly<Record<FrozenReason, string>> = {
  InvalidUid: "the row's uid can't name a Kubernetes object",
  UnknownActivate: "the row's activate column holds neither a yes nor a no",
  UnknownPause: "the row's pause column holds neither a yes nor a no",
  InvalidValue: "a cell of the row holds no text, or too much",
  DuplicateUid: "several rows have this uid and differ",
};

/** Conditions that tell of what holds a node as a whole. One that never was held has none of them. */
export function standingConditions(
  node: Pick<StoredNode, "status" | "annotations">,
  pauses: readonly PauseCause[],
): ConditionInput[] {
  const before = node.status.conditions;
  return [...pausedConditions(pauses, { before, effect: PAUSE_EFFECT }), ...rowConditions(node)];
}

function rowConditions(
  { status, annotations }: Pick<StoredNode, "status" | "annotations">,
): ConditionInput[] {
  const text = annotations[ANNOTATION.frozen];
  if (text === undefined) {
    if (findCondition(status.conditions, "RowAccepted") === undefined) return [];
    return [{ type: "RowAccepted", status: "True", reason: "Accepted", message: "The row can be followed" }];
  }
  const reason = FROZEN_REASONS.find((each) => each === text);
  const why = reason === undefined ? `annotation ${ANNOTATION.frozen} says so` : FROZEN[reason];
  return [{
    type: "RowAccepted",
    status: "False",
    reason: reason ?? "Frozen",
    message:
      `The node stays with the last values that could be followed: ${why}. Mend the row; the hub lists it`,
  }];
}
