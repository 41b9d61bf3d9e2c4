import type { Condition } from "./primitives.ts";

/** A condition without the times that merging it fills in. */
export interface ConditionInput {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

const MESSAGE_LIMIT = 32768;

/**
 * Sets conditions by type, keeping the order of what is there. `lastTransitionTime` moves only when the status flips
 * (metav1.Condition's rule).
 */
export function mergeConditions(
  present: readonly Condition[],
  next: readonly ConditionInput[],
  at: { now: string; generation?: number | undefined },
): Condition[] {
  const merged = [...present];
  for (const input of next) {
    const index = merged.findIndex((c) => c.type === input.type);
    const old = index < 0 ? undefined : merged[index];
    const condition: Condition = {
      ...input,
      message: input.message.slice(0, MESSAGE_LIMIT).toWellFormed(),
      lastTransitionTime: old?.status === input.status ? old.lastTransitionTime : at.now,
      ...(at.generation === undefined ? {} : { observedGeneration: at.generation }),
    };
    if (index < 0) merged.push(condition);
    else merged[index] = condition;
  }
  return merged;
}

/** Whether a condition came, went, or has another status or reason; what else its message says is no turn. */
export function hasTurned(
  before: readonly Condition[] | undefined,
  after: readonly Condition[] | undefined,
): boolean {
  const told = (conditions: readonly Condition[] = []) =>
    conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort().join();
  return told(before) !== told(after);
}

export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((c) => c.type === type);
}

export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === "True";
}
