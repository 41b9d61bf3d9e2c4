import { type ConditionInput, findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import {
  exceedsBudget,
  groupName,
  hasFailed,
  PROGRESSING,
  type RolloutStop,
  type RolloutView,
  viewRollout,
} from "../api/rollout.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";

export interface RolloutInput {
  /** The revision that the nodes are to follow. */
  readonly target: string;
  readonly nodes: readonly StoredNode[];
  /** Nodes that rows ask for; undefined where that is not known. */
  readonly desired: number | undefined;
  /** Whether the form or its hub is paused. */
  readonly paused: boolean;
  readonly now: Date;
}

/** How the rollout of a form's revision goes, as its status tells it. */
export interface RolloutTold {
  readonly progress: NonNullable<FormStatus["progress"]>;
  /** Absent where the form has no maxSkew (compat.md 4.3). */
  readonly rollout: FormStatus["rollout"];
  readonly condition: ConditionInput;
  /** Nodes that are ready on the revision, of those that there are or ought to be. */
  readonly ready: number;
  readonly total: number;
  /** Milliseconds until the progress deadline passes; undefined where none runs. */
  readonly deadlineMs: number | undefined;
}

type Progress = RolloutTold["progress"];

/** Judges the nodes of a form against the revision that they are to follow. Pure. */
export function tellRollout(form: StoredForm, input: RolloutInput): RolloutTold {
  const { target, nodes, now, paused } = input;
  const before = sameRollout(form, target);
  const baseline = before?.baselineTime ?? baselineOf(form, now);
  const view = viewRollout({ form, target, baseline, now }, nodes);
  const total = Math.max(view.nodes.length, input.desired ?? 0);
  const progress = progressOf({ before, baseline, view, total, restart: !paused && wasPaused(form), now });
  const deadlineMs = deadlineOf(form, { view, progress, now, paused });
  const stop: RolloutStop | undefined = exceedsBudget(view, progress)
    ? "FailureBudgetExceeded"
    : deadlineMs !== undefined && deadlineMs <= 0
    ? "ProgressDeadlineExceeded"
    : undefined;
  const told: Told = { form, view, progress, total, stop, paused, now };
  return {
    progress,
    rollout: rolloutOf(told),
    condition: conditionOf(told),
    ready: view.proven,
    total,
    deadlineMs: stop === undefined ? deadlineMs : undefined,
  };
}

function sameRollout(form: StoredForm, target: string): FormStatus["progress"] {
  return form.status.currentRevision === target ? form.status.progress : undefined;
}

/**
 * A revision that follows one that every node had reached starts with a clean slate: what isn't ready now is not its
 * doing. One that replaces an unfinished one inherits its slate, so that what that one broke counts until it is mended.
 */
function baselineOf({ status: { progress } }: StoredForm, now: Date): string {
  const clean = progress === undefined || progress.completionTime !== undefined;
  return clean ? instant(now) : progress.baselineTime ?? instant(now);
}

/** While it was paused it had no time to make progress: the clock begins anew with its end. */
function wasPaused(form: StoredForm): boolean {
  return findCondition(form.status.conditions, PROGRESSING)?.reason === PAUSED;
}

const PAUSED = "RolloutPaused";

function progressOf(
  of: {
    before: FormStatus["progress"];
    baseline: string;
    view: RolloutView;
    total: number;
    restart: boolean;
    now: Date;
  },
): Progress {
  const { before, baseline, view, total } = of;
  const at = instant(of.now);
  const moved = of.restart || before === undefined || view.proven > (before.readyNodes ?? 0);
  const done = view.nodes.length > 0 && view.nodes.length >= total && view.old.length === 0 &&
    view.pending === 0 && view.failed <= view.budget;
  const completionTime = before?.completionTime ?? (done ? at : undefined);
  return {
    startTime: before?.startTime ?? at,
    progressTime: (moved ? undefined : before.progressTime) ?? at,
    readyNodes: view.proven,
    ...(completionTime === undefined ? {} : { completionTime }),
    baselineTime: baseline,
  };
}

/** The clock runs while nodes are on their way, and only where the form has a rollout that says how long. */
function deadlineOf(
  form: StoredForm,
  of: { view: RolloutView; progress: Progress; now: Date; paused: boolean },
): number | undefined {
  const { view, progress, now } = of;
  const seconds = form.spec.rollout?.progressDeadlineSeconds;
  if (seconds === undefined || progress.completionTime !== undefined) return undefined;
  if (view.waiting.length === 0 || of.paused) return undefined;
  return clockStart(view, progress, now) + seconds * 1000 - now.getTime();
}

/** Since when nothing moved: the last progress, or later where nothing was on its way then. */
function clockStart({ waiting }: RolloutView, progress: Progress, now: Date): number {
  const since = waiting.map((node) => {
    const ready = findCondition(node.status.conditions, "Ready");
    const at = ready === undefined
      ? node.createdAt
      : ready.status === "True"
      ? undefined
      : ready.lastTransitionTime;
    return at === undefined ? now.getTime() : Date.parse(at);
  });
  return Math.max(Date.parse(progress.progressTime ?? ""), Math.min(...since));
}

interface Told {
  readonly form: StoredForm;
  readonly view: RolloutView;
  readonly progress: Progress;
  readonly total: number;
  readonly stop: RolloutStop | undefined;
  readonly paused: boolean;
  readonly now: Date;
}

function conditionOf(told: Told): ConditionInput {
  const { view, stop, total, progress } = told;
  const as = (status: ConditionInput["status"], reason: string, message: string) => ({
    type: PROGRESSING,
    status,
    reason,
    message,
  });
  if (stop !== undefined) return as("False", stop, stopMessage(told, stop));
  if (total === 0) return as("True", "NoNodes", NO_NODES);
  const moved = view.old.length === 0 && view.nodes.length >= total;
  if (moved && progress.completionTime !== undefined) {
    const rest = view.updated.length - view.proven;
    const but = rest === 0 ? "" : `; ${rest} of them not ready`;
    return as("True", "RolloutComplete", `All ${total} nodes are on revision ${view.target}${but}`);
  }
  if (told.paused) return as("Unknown", PAUSED, `Paused: ${updating(told)}`);
  return as("True", "RollingOut", updating(told));
}

const NO_NODES = "No nodes using this template";
const SAMPLE = 5;

function stopMessage({ form, view, progress, now }: Told, stop: RolloutStop): string {
  const stays = view.old.length === 0
    ? ""
    : `; ${view.old.length} nodes stay on the revision that they have until the form changes, ` +
      "spec.rollout.revision names an earlier revision, or these nodes recover";
  if (stop === "FailureBudgetExceeded") {
    const failed = view.updated.filter(hasFailed).map(({ name }) => name);
    return `${view.failed} nodes failed on revision ${view.target}, more than the ${view.budget} that ` +
      `rollout.failureBudget allows: ${sample(failed)}${stays}`;
  }
  const waiting = view.waiting.map(({ name }) => name);
  const seconds = form.spec.rollout?.progressDeadlineSeconds;
  const since = instant(new Date(clockStart(view, progress, now)));
  return `no node became ready on revision ${view.target} within the ${seconds}s of ` +
    `rollout.progressDeadlineSeconds since ${since}; not ready: ${sample(waiting)}${stays}`;
}

function sample(names: readonly string[]): string {
  const more = names.length > SAMPLE ? ` and ${names.length - SAMPLE} more` : "";
  return names.slice(0, SAMPLE).join(", ") + more;
}

function updating({ form, view, total }: Told): string {
  const { proven, updated, group } = view;
  const { order } = form.spec.rollout ?? {};
  const at = order === undefined || group === undefined || view.old.length === 0
    ? ""
    : `; now ${groupName(order, group)}`;
  return `Updating: ${updated.length}/${total} nodes updated ` +
    `(${updated.length - proven} updating, ${proven} ready)${at}`;
}

/** Phase and counts in the order of compat.md 4.4, over the nodes that there ought to be. */
function rolloutOf(told: Told): FormStatus["rollout"] {
  const { form, view, progress, total, stop, now } = told;
  if ((form.spec.rollout?.maxSkew ?? 0) === 0) return undefined;
  const { startTime, progressTime } = progress;
  const counts = {
    targetGeneration: form.generation,
    revision: view.target,
    totalNodes: total,
    updatedNodes: view.updated.length,
    updatingNodes: view.updated.length - view.proven,
    readyUpdatedNodes: view.proven,
    failedNodes: view.failed,
  };
  if (total === 0) return { ...counts, phase: "Idle", message: NO_NODES };
  const times = { startTime, progressTime };
  if (view.proven >= total) {
    const message = `All ${total} nodes updated and ready`;
    const before = form.status.rollout?.revision === view.target ? form.status.rollout : undefined;
    const completionTime = before?.completionTime ?? instant(now);
    return { ...counts, phase: "Complete", message, ...times, completionTime };
  }
  if (stop !== undefined) return { ...counts, phase: "Failed", message: stopMessage(told, stop), ...times };
  if (view.updated.length === 0) {
    return { ...counts, phase: "Idle", message: "Waiting for nodes to be updated", ...times };
  }
  return { ...counts, phase: "InProgress", message: updating(told), ...times };
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export function instant(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, "Z");
}
