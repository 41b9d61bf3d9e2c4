import { findCondition, isTrue } from "./conditions.ts";
import type { FormSpec, FormStatus } from "./form.ts";
import type { NodeStatus } from "./node.ts";
import { ANNOTATION } from "./labels.ts";
import { pauseOf } from "./pause.ts";
import { RESOURCE_ARRAYS } from "./resource.ts";
import type { StoredForm, StoredNode } from "./stored.ts";

/** Ready, and said of the spec as it is now: Ready=True of the spec before is no proof. */
export function isProven(node: Pick<StoredNode, "generation"> & { readonly status: NodeStatus }): boolean {
  return isTrue(node.status.conditions, "Ready") && node.status.observedGeneration === node.generation;
}

/** Reasons of Ready=False that mean work in progress. */
const AT_WORK: readonly (string | undefined)[] = ["NotAllResourcesReady", "Deleting", "Paused"];

/** Failed or conflicted; a node that starts or goes is neither. */
export function hasFailed(node: Pick<StoredNode, "status">): boolean {
  const ready = findCondition(node.status.conditions, "Ready");
  return ready?.status === "False" && !AT_WORK.includes(ready.reason);
}

/** The nodes of a form as a rollout of one revision sees them. What is being deleted is not among them. */
export interface RolloutView {
  /** The revision that the nodes are to follow. */
  readonly target: string;
  readonly nodes: readonly StoredNode[];
  /** On the revision. */
  readonly updated: readonly StoredNode[];
  /** On the revision and ready on it. */
  readonly proven: number;
  /** On the revision and not ready on it, those left out that somebody holds still. */
  readonly waiting: readonly StoredNode[];
  /** On the revision, not ready on it yet, and neither failed on it nor broken before it came. */
  readonly pending: number;
  /** Failed on the revision; what was not ready before it came says nothing about it. */
  readonly failed: number;
  /** On another revision, and free to be moved. */
  readonly old: readonly StoredNode[];
  /** More failed nodes than this stop the rollout. */
  readonly budget: number;
  /** The first group of `rollout.order` that is not done; undefined where all are. */
  readonly group: number | undefined;
}

export interface RolloutOf {
  readonly form: Pick<StoredForm, "name" | "spec">;
  readonly target: string;
  /** RFC 3339: what was not ready before this time is not the revision's doing. */
  readonly baseline: string | undefined;
  readonly now: Date;
}

export function viewRollout(of: RolloutOf, all: readonly StoredNode[]): RolloutView {
  const { form, target, baseline = "" } = of;
  const nodes = all.filter((node) => node.spec.templateRef === form.name && !node.deleting);
  const updated = nodes.filter((node) => followsRevision(node, target));
  const waiting = updated.filter((node) => !isProven(node) && !isHeldStill(node, of.now));
  const unproven = waiting.filter((node) => !wasBroken(node, baseline));
  const failed =
    unproven.filter((node) => hasFailed(node) && node.status.observedGeneration === node.generation).length;
  const old = nodes.filter((node) => !followsRevision(node, target) && !isHeldStill(node, of.now));
  const { order } = form.spec.rollout ?? {};
  const undone = [...old, ...waiting];
  return {
    target,
    nodes,
    updated,
    proven: updated.filter(isProven).length,
    waiting,
    pending: unproven.length - failed,
    failed,
    old,
    budget: budgetOf(form.spec, nodes.length),
    group: undone.length === 0 ? undefined : Math.min(...undone.map((node) => groupOf(order, node))),
  };
}

/** A node that names no revision follows the current one; resources written into it are its own, where no hub has it. */
export function followsRevision(node: StoredNode, target: string): boolean {
  if (node.spec.revision !== undefined) return node.spec.revision === target;
  return node.hub === undefined || RESOURCE_ARRAYS.every((name) => node.spec[name] === undefined);
}

/** Not ready since before the revision came, without a break. */
function wasBroken(node: StoredNode, baseline: string): boolean {
  const ready = findCondition(node.status.conditions, "Ready");
  return ready !== undefined && ready.status !== "True" && ready.lastTransitionTime < baseline;
}

/** Paused, or frozen by its row: nothing moves it. */
export function isHeldStill(node: StoredNode, now: Date): boolean {
  return node.annotations[ANNOTATION.frozen] !== undefined || pauseOf(node, now).kind === "paused";
}

/** `rollout.failureBudget` for so many nodes; without one max(3, 5%). */
export function budgetOf(spec: FormSpec, nodes: number): number {
  const { minCount = 3, maxPercent = 5 } = spec.rollout?.failureBudget ?? {};
  return Math.max(minCount, Math.floor(nodes * maxPercent / 100));
}

/** What a group of `rollout.order` is told by. */
export interface Ordered {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: { readonly uid: string; readonly values?: Readonly<Record<string, string>> | undefined };
}

type Order = NonNullable<FormSpec["rollout"]>["order"];

/** The place of a node in the order, from 0; what `first` does not list comes last, without an order all come at once. */
export function groupOf(order: Order, node: Ordered): number {
  if (order === undefined) return 0;
  const { uid, values = {} } = node.spec;
  const value = order.label !== undefined
    ? node.labels[order.label]
    : order.value === "uid"
    ? uid
    : values[order.value ?? ""];
  const place = value === undefined ? -1 : order.first.indexOf(value);
  return place < 0 ? order.first.length : place;
}

/** A group as messages name it: `plan=canary`, or `the rest`. */
export function groupName(order: Order, group: number): string {
  const value = order?.first[group];
  return order === undefined || value === undefined ? "the rest" : `${order.label ?? order.value}=${value}`;
}

/** Why a rollout stands still until somebody acts or its nodes recover. */
export type RolloutStop = "FailureBudgetExceeded" | "ProgressDeadlineExceeded";

/** The condition of a form that tells how its rollout goes; Deployment's name for it. */
export const PROGRESSING = "Progressing";

/** Whether too many nodes failed on the revision. One that every node has reached is no rollout any more. */
export function exceedsBudget(view: RolloutView, progress: FormStatus["progress"]): boolean {
  return progress?.completionTime === undefined && view.failed > view.budget;
}
