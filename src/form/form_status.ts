import { type ConditionInput, isTrue, mergeConditions } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import { type PauseCause, pausedConditions } from "../api/pause.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import type { FormProblem } from "./check.ts";
import { type HeldRevision, heldRevisionConditions } from "./revision_guard.ts";
import { instant, type RolloutTold, tellRollout } from "./rollout_status.ts";

export interface FormStatusInput {
  readonly problems: readonly FormProblem[];
  /** Where a valid form shows sensitive values to whoever may read an object. */
  readonly open?: readonly FormProblem[];
  /** The revision that the nodes are to follow; undefined where there never was a valid generation. */
  readonly target: string | undefined;
  /** The present generation says something else than `target` and is only tried. */
  readonly tried?: boolean;
  /** The present generation waits for approval. */
  readonly held?: HeldRevision | undefined;
  /** The nodes of this form. */
  readonly nodes: readonly StoredNode[];
  /** Nodes that rows ask for; undefined where that is not known. */
  readonly desired?: number | undefined;
  readonly paused?: readonly PauseCause[];
  readonly now: Date;
}

export interface FormTold {
  readonly status: FormStatus;
  /** Milliseconds until the status changes by itself; undefined where it doesn't. */
  readonly againMs: number | undefined;
}

/** The status of a form. An invalid generation keeps the last good revision, which the nodes go on following. */
export function formStatus(form: StoredForm, input: FormStatusInput): FormTold {
  const { problems, target, held, nodes, desired, now, paused = [] } = input;
  const rollout = target === undefined
    ? undefined
    : tellRollout(form, { target, nodes, desired, now, paused: paused.length > 0 });
  const conditions = [
    validCondition(problems, input.open ?? []),
    appliedCondition(form, input, rollout),
    ...(rollout === undefined ? [] : [rollout.condition]),
    ...heldRevisionConditions(held, form.status.conditions),
    ...pausedConditions(paused, { before: form.status.conditions, effect: PAUSE_EFFECT }),
  ];
  const status: FormStatus = {
    observedGeneration: form.generation,
    ...(target === undefined ? {} : { currentRevision: target }),
    ...(rollout === undefined ? {} : { progress: rollout.progress }),
    totalNodes: nodes.length,
    readyNodes: nodes.filter((node) => isTrue(node.status.conditions, "Ready")).length,
    ...(rollout?.rollout === undefined ? {} : { rollout: rollout.rollout }),
    ...(held === undefined ? {} : { deletions: { hash: held.hash, marks: held.marks } }),
    ...(form.spec.mode === "DryRun" && form.status.dryRun !== undefined
      ? { dryRun: form.status.dryRun }
      : {}),
    conditions: mergeConditions(form.status.conditions ?? [], conditions, {
      now: instant(now),
      generation: form.generation,
    }),
  };
  return { status, againMs: rollout?.deadlineMs };
}

const PAUSE_EFFECT = "its LynqNodes stay as they are and none is made; deleting goes on";

/** What condition Valid says of a form that nothing is to be said against. */
export const PASSED = "Template validation passed";

const TOLD = 10;

function validCondition(problems: readonly FormProblem[], open: readonly FormProblem[]): ConditionInput {
  const warnings = open.slice(0, TOLD).map(({ message }) => `; ${message}`).join("");
  const more = open.length > TOLD ? `; and ${open.length - TOLD} more` : "";
  return problems.length === 0
    ? { type: "Valid", status: "True", reason: "ValidationPassed", message: `${PASSED}${warnings}${more}` }
    : { type: "Valid", status: "False", reason: "ValidationFailed", message: validationMessage(problems) };
}

/** `Validation errors: [<err1> <err2>]`, the wording that scripts know. */
export function validationMessage(problems: readonly FormProblem[]): string {
  return `Validation errors: [${problems.map((p) => p.message).join("; ")}]`;
}

/** Whether what this generation says is what the nodes are: Ready on an older revision is not it. */
function appliedCondition(
  form: StoredForm,
  { problems, target, tried, held, nodes }: FormStatusInput,
  rollout: RolloutTold | undefined,
): ConditionInput {
  const not = (reason: string, message: string): ConditionInput => ({
    type: "Applied",
    status: "False",
    reason,
    message,
  });
  const stay = target === undefined ? "no node follows it" : `nodes stay on revision ${target}`;
  if (problems.length > 0) {
    return not("ValidationFailed", `Generation ${form.generation} is not valid: ${stay}`);
  }
  if (held !== undefined) {
    return not("DeletionHeld", `Generation ${form.generation} waits for approval: ${stay}`);
  }
  if (tried) return not("DryRun", `Generation ${form.generation} is only tried, as spec.mode says: ${stay}`);
  const { ready, total } = rollout ?? { ready: 0, total: nodes.length };
  if (total === 0) return not("NoNodes", "No nodes using this template");
  return ready >= total
    ? { type: "Applied", status: "True", reason: "AllNodesReady", message: `All ${total} nodes ready` }
    : not("NotAllNodesReady", `${ready}/${total} nodes ready`);
}
