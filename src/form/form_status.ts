import { type ConditionInput, isTrue, mergeConditions } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import type { FormProblem } from "./check.ts";

export interface FormStatusInput {
  readonly problems: readonly FormProblem[];
  /** The revision of the present generation, where it is valid. */
  readonly revision: string | undefined;
  /** The nodes of this form. */
  readonly nodes: readonly StoredNode[];
  readonly now: string;
}

/** The status of a form. An invalid generation keeps the last good revision, which the nodes go on following. */
export function formStatus(form: StoredForm, input: FormStatusInput): FormStatus {
  const { problems, nodes, now } = input;
  const ready = nodes.filter((node) => isTrue(node.status.conditions, "Ready")).length;
  const currentRevision = problems.length === 0 ? input.revision : form.status.currentRevision;
  const conditions = [validCondition(problems), appliedCondition(nodes.length, ready)];
  const rollout = rolloutStatus(form, { ...input, revision: currentRevision });
  return {
    observedGeneration: form.generation,
    ...(currentRevision === undefined ? {} : { currentRevision }),
    totalNodes: nodes.length,
    readyNodes: ready,
    ...(rollout === undefined ? {} : { rollout }),
    conditions: mergeConditions(form.status.conditions ?? [], conditions, {
      now,
      generation: form.generation,
    }),
  };
}

function validCondition(problems: readonly FormProblem[]): ConditionInput {
  return problems.length === 0
    ? { type: "Valid", status: "True", reason: "ValidationPassed", message: "Template validation passed" }
    : { type: "Valid", status: "False", reason: "ValidationFailed", message: validationMessage(problems) };
}

/** `Validation errors: [<err1> <err2>]`, the wording that scripts know. */
export function validationMessage(problems: readonly FormProblem[]): string {
  return `Validation errors: [${problems.map((p) => p.message).join("; ")}]`;
}

function appliedCondition(total: number, ready: number): ConditionInput {
  if (total === 0) {
    return { type: "Applied", status: "False", reason: "NoNodes", message: "No nodes using this template" };
  }
  if (ready === total) {
    return { type: "Applied", status: "True", reason: "AllNodesReady", message: `All ${total} nodes ready` };
  }
  return {
    type: "Applied",
    status: "False",
    reason: "NotAllNodesReady",
    message: `${ready}/${total} nodes ready`,
  };
}

/** Phase and counts (compat.md 4.4); absent where the form has no maxSkew. */
function rolloutStatus(form: StoredForm, input: FormStatusInput): FormStatus["rollout"] {
  if ((form.spec.rollout?.maxSkew ?? 0) === 0) return undefined;
  const { nodes, revision, now } = input;
  const updated = nodes.filter((node) => revision !== undefined && node.spec.revision === revision);
  const ready =
    updated.filter((node) =>
      isTrue(node.status.conditions, "Ready") && node.status.observedGeneration === node.generation
    ).length;
  const before = form.status.rollout?.targetGeneration === form.generation ? form.status.rollout : undefined;
  const counts = {
    targetGeneration: form.generation,
    totalNodes: nodes.length,
    updatedNodes: updated.length,
    updatingNodes: updated.length - ready,
    readyUpdatedNodes: ready,
  };
  if (nodes.length === 0) return { ...counts, phase: "Idle", message: "No nodes using this template" };
  const startTime = before?.startTime ?? now;
  if (ready === nodes.length) {
    const message = `All ${nodes.length} nodes updated and ready`;
    return {
      ...counts,
      phase: "Complete",
      message,
      startTime,
      completionTime: before?.completionTime ?? now,
    };
  }
  if (updated.length === 0) {
    return { ...counts, phase: "Idle", message: "Waiting for nodes to be updated", startTime };
  }
  const message = `Updating: ${updated.length}/${nodes.length} nodes updated ` +
    `(${updated.length - ready} updating, ${ready} ready)`;
  return { ...counts, phase: "InProgress", message, startTime };
}
