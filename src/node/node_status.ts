import { type ConditionInput, mergeConditions } from "../api/conditions.ts";
import type { NodeStatus, ResourceRecord } from "../api/node.ts";
import { appliedKeyText } from "../api/resource_key.ts";
import { keyOf } from "./orphans.ts";
import { rfc3339 } from "./settle.ts";

/** Numbers over the desired resources of a node. A conflicted resource counts as failed too (compat.md 11.20). */
export interface NodeCounts {
  readonly desired: number;
  readonly ready: number;
  readonly failed: number;
  readonly conflicted: number;
  readonly skipped: number;
}

/** What stops a node as a whole, before any of its resources is looked at. */
export interface NodeProblem {
  /** Reason of Ready=False: DependencyError, VariablesBuildError, RevisionNotFound. */
  readonly reason: string;
  /** Reason of Degraded=True. */
  readonly degraded: string;
  readonly message: string;
}

export interface StatusInput {
  readonly before: NodeStatus;
  readonly generation: number;
  readonly namespace: string;
  readonly now: Date;
  /** Ids that `includeWhen` leaves out. */
  readonly excluded?: readonly string[];
  /** Conditions of what holds the node as a whole. */
  readonly standing?: readonly ConditionInput[];
  /** The node goes, so that it is not ready whatever is left of it. */
  readonly deleting?: true;
}

export function countResources(records: readonly ResourceRecord[]): NodeCounts {
  const count = (...states: string[]) => records.filter((r) => states.includes(r.state)).length;
  const leaving = count("Deleting");
  return {
    desired: records.length - leaving,
    ready: count("Ready"),
    failed: count("Failed", "Conflicted"),
    conflicted: count("Conflicted"),
    skipped: count("Skipped"),
  };
}

/** The status after a pass, from the records alone. */
export function nodeStatus(records: readonly ResourceRecord[], input: StatusInput): NodeStatus {
  const counts = countResources(records);
  const owned = records.filter((record) => record.uid !== undefined && record.state !== "Deleting");
  return {
    ...carried(input),
    desiredResources: counts.desired,
    readyResources: counts.ready,
    failedResources: counts.failed,
    skippedResources: counts.skipped,
    conflictedResources: counts.conflicted,
    ...(input.excluded === undefined || input.excluded.length === 0
      ? {}
      : { excludedResourceIds: [...input.excluded] }),
    skippedResourceIds: records.filter((r) => r.state === "Skipped").map((r) => r.id),
    appliedResources: owned.map((record) => {
      const key = keyOf(record);
      return appliedKeyText({ ...key, id: record.id, namespace: key.namespace || input.namespace });
    }).sort(),
    resources: [...records],
    conditions: mergeConditions(input.before.conditions ?? [], nodeConditions(records, { counts, input }), {
      now: rfc3339(input.now),
      generation: input.generation,
    }),
  };
}

/** The status of a node that could not be worked on: what is recorded stays. */
export function problemStatus(problem: NodeProblem, input: StatusInput): NodeStatus {
  const conditions: ConditionInput[] = [
    { type: "Ready", status: "False", reason: problem.reason, message: problem.message },
    { type: "Degraded", status: "True", reason: problem.degraded, message: problem.message },
    {
      type: "Progressing",
      status: "False",
      reason: "ReconcileComplete",
      message: "Stopped by the reported error",
    },
    ...(input.standing ?? []),
  ];
  return {
    ...input.before,
    ...carried(input),
    conditions: mergeConditions(input.before.conditions ?? [], conditions, {
      now: rfc3339(input.now),
      generation: input.generation,
    }),
  };
}

function carried(input: StatusInput): NodeStatus {
  const { lastFullReconcileAt } = input.before;
  return {
    observedGeneration: input.generation,
    ...(lastFullReconcileAt === undefined ? {} : { lastFullReconcileAt }),
  };
}

function nodeConditions(
  records: readonly ResourceRecord[],
  { counts, input }: { counts: NodeCounts; input: StatusInput },
): ConditionInput[] {
  return [
    input.deleting ? deletingCondition(records) : readyCondition(records, counts),
    progressingCondition(records),
    counts.conflicted > 0
      ? {
        type: "Conflicted",
        status: "True",
        reason: records.find(({ state }) => state === "Conflicted")?.reason ?? "ResourceConflict",
        message: firstMessage(records, "Conflicted"),
      }
      : {
        type: "Conflicted",
        status: "False",
        reason: "NoConflict",
        message: "No resource conflicts detected",
      },
    degradedCondition(records, counts),
    ...(input.standing ?? []),
  ];
}

function deletingCondition(records: readonly ResourceRecord[]): ConditionInput {
  const failed = records.find((record) => record.reason === "DeletionFailed");
  const first = failed ?? records.find((record) => record.reason === "Terminating") ?? records[0];
  const why = first === undefined ? "" : `${first.kind}/${first.name}: ${first.message ?? ""}`;
  const message = withDetail(`The node is being deleted, ${records.length} resources are left`, why);
  return {
    type: "Ready",
    status: "False",
    reason: failed === undefined ? "Deleting" : "DeletionFailed",
    message,
  };
}

function readyCondition(records: readonly ResourceRecord[], counts: NodeCounts): ConditionInput {
  const { ready, desired, failed, conflicted } = counts;
  const notReady = (reason: string, message: string): ConditionInput => ({
    type: "Ready",
    status: "False",
    reason,
    message: withDetail(message, detail(records)),
  });
  if (failed > conflicted && conflicted > 0) {
    const message = `${failed} resources failed and ${conflicted} resources in conflict`;
    return notReady("ResourcesFailedAndConflicted", message);
  }
  if (conflicted > 0) return notReady("ResourcesConflicted", `${conflicted} resources in conflict`);
  if (failed > 0) return notReady("ResourcesFailed", `${failed} resources failed`);
  if (ready < desired) {
    return notReady("NotAllResourcesReady", `Not all resources are ready: ${ready}/${desired} ready`);
  }
  return {
    type: "Ready",
    status: "True",
    reason: "Reconciled",
    message: "Successfully reconciled all resources",
  };
}

function progressingCondition(records: readonly ResourceRecord[]): ConditionInput {
  const open = records.find((r) =>
    r.state === "Waiting" || r.state === "Progressing" || r.state === "Deleting"
  );
  return open === undefined
    ? {
      type: "Progressing",
      status: "False",
      reason: "ReconcileComplete",
      message: "Reconciliation completed",
    }
    : {
      type: "Progressing",
      status: "True",
      reason: "Reconciling",
      message: withDetail("", detail(records)),
    };
}

function degradedCondition(records: readonly ResourceRecord[], counts: NodeCounts): ConditionInput {
  const { ready, desired, failed, conflicted } = counts;
  const degraded = (reason: string, message: string): ConditionInput => ({
    type: "Degraded",
    status: "True",
    reason,
    message: withDetail(message, detail(records)),
  });
  if (failed > conflicted && conflicted > 0) {
    const message = `LynqNode has ${failed} failed and ${conflicted} conflicted resources`;
    return degraded("ResourceFailuresAndConflicts", message);
  }
  if (conflicted > 0) return degraded("ResourceConflicts", `LynqNode has ${conflicted} conflicted resources`);
  if (failed > 0) return degraded("ResourceFailures", `LynqNode has ${failed} failed resources`);
  if (ready < desired) {
    return degraded("ResourcesNotReady", `Not all resources are ready: ${ready}/${desired} ready`);
  }
  return { type: "Degraded", status: "False", reason: "Healthy", message: "All resources are healthy" };
}

const WORST_FIRST = ["Failed", "Conflicted", "Progressing", "Waiting", "Deleting", "Skipped"];

/** One sentence on the resource that the rest waits for. */
function detail(records: readonly ResourceRecord[]): string {
  for (const state of WORST_FIRST) {
    const found = records.find((r) => r.state === state);
    if (found?.message !== undefined) {
      const waiting = state === "Progressing"
        ? records.find((r) => r.reason === "WaitingForDependency")
        : undefined;
      const own = found.message.includes(found.id) || state === "Waiting"
        ? found.message
        : `${found.id}: ${found.message}`;
      return waiting?.message === undefined ? own : `${waiting.message} (${own})`;
    }
  }
  return "";
}

function firstMessage(records: readonly ResourceRecord[], state: string): string {
  const found = records.find((r) => r.state === state);
  return found === undefined ? "" : `${found.id}: ${found.message ?? ""}`;
}

function withDetail(message: string, text: string): string {
  if (message === "" || text === "") return message || text || "Reconciling changed resources";
  return `${message}. ${text}`;
}
