import type { Readiness, ReadinessClue } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { podTrouble } from "./pod_trouble.ts";
import {
  conditionIs,
  explain,
  failedCondition,
  findStatusCondition,
  list,
  numberOf,
  progressing,
  READY,
  record,
  specOf,
  statusOf,
  textOf,
  trueCondition,
} from "./status_fields.ts";

/**
 * A pod is ready when its condition Ready is True, or when it has done its work. A container that can't be started, and
 * a pod that no node takes, are dead ends; an image name that is none fails at once.
 */
export function podReadiness(object: KubeObject): Readiness {
  const status = statusOf(object);
  if (status["phase"] === "Succeeded") return READY;
  if (status["phase"] === "Failed") {
    const why = explain(status) ?? "no reason given";
    return { kind: "failed", reason: "PodFailed", message: `the pod failed: ${why}` };
  }
  const ready = conditionIs(object, "Ready");
  if (ready.kind !== "progressing") return ready;
  const trouble = podTrouble(object);
  if (trouble === undefined) return unscheduled(object) ?? ready;
  const { reason, message, hopeless } = trouble;
  return hopeless ? { kind: "failed", reason, message } : { ...progressing(message), deadEnd: reason };
}

function unscheduled(object: KubeObject): Readiness | undefined {
  const scheduled = findStatusCondition(object, "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  const waiting = progressing(explain(scheduled) ?? "no node takes the pod yet");
  return scheduled.reason === UNSCHEDULABLE ? { ...waiting, deadEnd: UNSCHEDULABLE } : waiting;
}

const UNSCHEDULABLE = "Unschedulable";

/**
 * A Job is ready when it is complete, and failed when it has failed for good. A suspended one has nothing to do.
 * (kstatus calls a Job that runs ready; what depends on a Job waits for its work, so here it is not.)
 */
export function jobReadiness(object: KubeObject): Readiness {
  if (trueCondition(object, "Complete") !== undefined) return READY;
  const failed = trueCondition(object, "Failed");
  if (failed !== undefined) return failedCondition(failed, "JobFailed");
  const spec = specOf(object);
  if (spec["suspend"] === true) return READY;
  if (numberOf(statusOf(object)["succeeded"]) >= numberOf(spec["completions"], 1)) return READY;
  return withPods(progressing("the job has not completed yet"), object);
}

/** A workload that is not ready, with where to find its pods. */
export function withPods(
  readiness: Extract<Readiness, { kind: "progressing" }>,
  workload: KubeObject,
): Readiness {
  const selector = selectorText(specOf(workload)["selector"]);
  if (selector === "") return readiness;
  const clue: ReadinessClue = { kind: "pods", selector };
  return { ...readiness, clue };
}

/** A LabelSelector in the text form of list requests; empty where it selects nothing, or would select everything. */
export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = record(selector);
  const labels = Object.entries(record(matchLabels)).map(([key, value]) => `${key}=${textOf(value)}`);
  const expressions = list(matchExpressions).map(record).map(({ key, operator, values }) => {
    const names = list(values).map(textOf).join(",");
    switch (operator) {
      case "In":
        return `${textOf(key)} in (${names})`;
      case "NotIn":
        return `${textOf(key)} notin (${names})`;
      case "DoesNotExist":
        return `!${textOf(key)}`;
      default:
        return textOf(key);
    }
  });
  return [...labels, ...expressions].join(",");
}
