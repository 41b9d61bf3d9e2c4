import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import {
  findStatusCondition,
  isStale,
  numberOf,
  progressing,
  READY,
  record,
  specOf,
  statusOf,
} from "./status_fields.ts";

const UNSEEN = progressing("the controller has not seen this generation yet");

/** Whether the status was written at all for this generation; a workload's controller always sets it. */
function isUnseen(object: KubeObject): boolean {
  return numberOf(statusOf(object)["observedGeneration"], -1) < (object.metadata.generation ?? 0) ||
    isStale(object);
}

/** Deployment: every replica updated, ready and available. Scaled to 0 it is ready. */
export function deploymentReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const stuck = findStatusCondition(object, "Progressing");
  if (stuck?.status === "False" && stuck.reason === "ProgressDeadlineExceeded") {
    return {
      kind: "failed",
      reason: stuck.reason,
      message: stuck.message ?? "the rollout makes no progress",
    };
  }
  const wanted = numberOf(specOf(object)["replicas"], 1);
  const status = statusOf(object);
  return allEqual(wanted, {
    updated: numberOf(status["updatedReplicas"]),
    existing: numberOf(status["replicas"]),
    ready: numberOf(status["readyReplicas"]),
    available: numberOf(status["availableReplicas"]),
  });
}

/** StatefulSet: every replica ready and on the update revision; with a partition, those above it. */
export function statefulSetReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const spec = specOf(object);
  const status = statusOf(object);
  const wanted = numberOf(spec["replicas"], 1);
  const strategy = record(spec["updateStrategy"]);
  const counts = { existing: numberOf(status["replicas"]), ready: numberOf(status["readyReplicas"]) };
  if (strategy["type"] === "OnDelete") return allEqual(wanted, counts);
  const partition = Math.min(wanted, numberOf(record(strategy["rollingUpdate"])["partition"]));
  const onNew = status["updateRevision"] === status["currentRevision"]
    ? wanted
    : numberOf(status["updatedReplicas"]);
  if (onNew < wanted - partition) return progressing(`${onNew} of ${wanted - partition} pods updated`);
  return allEqual(wanted, counts);
}

/** DaemonSet: every node that wants a pod has an updated, available one. No such node is ready. */
export function daemonSetReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const status = statusOf(object);
  const onDelete = record(specOf(object)["updateStrategy"])["type"] === "OnDelete";
  return allEqual(numberOf(status["desiredNumberScheduled"]), {
    scheduled: numberOf(status["currentNumberScheduled"]),
    ...(onDelete ? {} : { updated: numberOf(status["updatedNumberScheduled"]) }),
    ready: numberOf(status["numberReady"]),
    available: numberOf(status["numberAvailable"]),
  });
}

function allEqual(wanted: number, counts: Readonly<Record<string, number>>): Readiness {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== wanted) return progressing(`${count} of ${wanted} pods ${name}`);
  }
  return READY;
}
