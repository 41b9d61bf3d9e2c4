import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { withPods } from "./readiness_pods.ts";
import {
  explain,
  findStatusCondition,
  isUnseen,
  numberOf,
  progressing,
  READY,
  record,
  specOf,
  type StatusCondition,
  statusOf,
  trueCondition,
  UNSEEN,
} from "./status_fields.ts";

/**
 * Deployment: every replica updated, ready and available, and no pod beside them. Scaled to 0 it is ready. Past its
 * progress deadline it has failed; pods that can't be created (a quota, an admission) are a dead end.
 */
export function deploymentReadiness(object: KubeObject): Readiness {
  const stuck = findStatusCondition(object, "Progressing");
  const late = stuck?.reason === "ProgressDeadlineExceeded";
  // Without its ReplicaSet the controller does not say which generation it has seen.
  if (stuck?.status === "False" && !late) return refused(stuck);
  if (isUnseen(object)) return UNSEEN;
  if (stuck?.status === "False" && late) {
    const message = stuck.message ?? "the rollout makes no progress";
    return { kind: "failed", reason: "ProgressDeadlineExceeded", message };
  }
  const status = statusOf(object);
  const short = shortOf(wantedReplicas(object), {
    existing: status["replicas"],
    updated: status["updatedReplicas"],
    ready: status["readyReplicas"],
    available: status["availableReplicas"],
  });
  if (short === undefined) return READY;
  const paused = specOf(object)["paused"] === true ? "; its rollout is paused by spec.paused" : "";
  return uncreated(object) ?? withPods(progressing(short + paused), object);
}

/** StatefulSet: every replica ready and on the update revision; with a partition, those above it. */
export function statefulSetReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const spec = specOf(object);
  const status = statusOf(object);
  const wanted = wantedReplicas(object);
  const short = shortOf(wanted, {
    existing: status["replicas"],
    ready: status["readyReplicas"],
    ...(numberOf(spec["minReadySeconds"]) > 0 ? { available: status["availableReplicas"] } : {}),
  });
  if (short !== undefined) return withPods(progressing(short), object);
  const strategy = record(spec["updateStrategy"]);
  // OnDelete updates a pod when somebody deletes it, which may be never.
  if (strategy["type"] === "OnDelete" || status["updateRevision"] === status["currentRevision"]) return READY;
  const partition = Math.min(wanted, numberOf(record(strategy["rollingUpdate"])["partition"]));
  const updated = numberOf(status["updatedReplicas"]);
  if (updated >= wanted - partition) return READY;
  return withPods(progressing(`${updated} of ${wanted - partition} pods updated`), object);
}

/** DaemonSet: every node that wants a pod has an updated, available one. With no such node it is ready. */
export function daemonSetReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const status = statusOf(object);
  const onDelete = record(specOf(object)["updateStrategy"])["type"] === "OnDelete";
  const short = shortOf(numberOf(status["desiredNumberScheduled"]), {
    scheduled: status["currentNumberScheduled"],
    ...(onDelete ? {} : { updated: status["updatedNumberScheduled"] }),
    ready: status["numberReady"],
    available: status["numberAvailable"],
  });
  return short === undefined ? READY : withPods(progressing(short), object);
}

/** ReplicaSet: every replica ready and available, and no pod beside them. */
export function replicaSetReadiness(object: KubeObject): Readiness {
  if (isUnseen(object)) return UNSEEN;
  const status = statusOf(object);
  const short = shortOf(wantedReplicas(object), {
    existing: status["replicas"],
    ready: status["readyReplicas"],
    available: status["availableReplicas"],
  });
  if (short === undefined) return READY;
  return uncreated(object) ?? withPods(progressing(short), object);
}

function wantedReplicas(object: KubeObject): number {
  return numberOf(specOf(object)["replicas"], 1);
}

/** The first count that is not the wanted one, in words. */
function shortOf(wanted: number, counts: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, value] of Object.entries(counts)) {
    const count = numberOf(value);
    if (count < wanted) return `${count} of ${wanted} pods ${name}`;
    if (count > wanted) return `${count} pods ${name}, ${wanted} wanted`;
  }
  return undefined;
}

/** The API server refuses the pods: the condition that Deployments and ReplicaSets have for it. */
function uncreated(object: KubeObject): Readiness | undefined {
  const failure = trueCondition(object, "ReplicaFailure");
  return failure === undefined ? undefined : refused(failure);
}

function refused(condition: StatusCondition): Readiness {
  return {
    ...progressing(explain(condition) ?? "what it is made of can't be created"),
    deadEnd: condition.reason || "FailedCreate",
  };
}
