import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import {
  conditionsOf,
  findStatusCondition,
  isStale,
  numberOf,
  progressing,
  READY,
  record,
  specOf,
  type StatusCondition,
  statusOf,
} from "./status_fields.ts";
import { daemonSetReadiness, deploymentReadiness, statefulSetReadiness } from "./readiness_workloads.ts";

type Rule = (object: KubeObject) => Readiness;

/** Rules by group and kind (compat.md 5.11; kstatus where it is stricter than that). */
const RULES: Readonly<Record<string, Rule>> = {
  "/ConfigMap": () => READY,
  "/Secret": () => READY,
  "/ServiceAccount": () => READY,
  "/Namespace": (o) => phaseIs(o, "Active"),
  "/PersistentVolumeClaim": claimReadiness,
  "/Pod": podReadiness,
  "/Service": serviceReadiness,
  "apps/Deployment": deploymentReadiness,
  "apps/StatefulSet": statefulSetReadiness,
  "apps/DaemonSet": daemonSetReadiness,
  "apps/ReplicaSet": replicaSetReadiness,
  "batch/CronJob": () => READY,
  "batch/Job": jobReadiness,
  "networking.k8s.io/NetworkPolicy": () => READY,
  "networking.k8s.io/Ingress": ingressReadiness,
  "policy/PodDisruptionBudget": () => READY,
  "autoscaling/HorizontalPodAutoscaler": scalerReadiness,
  "apiextensions.k8s.io/CustomResourceDefinition": (o) => conditionIs(o, "Established"),
};

/** Whether an object has become what its spec asks for, from its own fields alone. */
export function readinessOf(object: KubeObject): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return progressing("being deleted");
  const group = parseApiVersion(object.apiVersion ?? "").group;
  return (RULES[`${group}/${object.kind}`] ?? genericReadiness)(object);
}

/** The kinds whose readiness needs nothing but their existence: they are watched as metadata only. */
export function isReadyByExistence(apiVersion: string, kind: string): boolean {
  return BY_EXISTENCE.has(`${parseApiVersion(apiVersion).group}/${kind}`);
}

const BY_EXISTENCE = new Set([
  "/ConfigMap",
  "/Secret",
  "/ServiceAccount",
  "batch/CronJob",
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
]);

function conditionIs(object: KubeObject, type: string): Readiness {
  const condition = findStatusCondition(object, type);
  if (condition?.status === "True") return READY;
  return progressing(explain(condition) ?? `condition ${type} is not True yet`);
}

function explain(condition: StatusCondition | undefined): string | undefined {
  if (condition === undefined) return undefined;
  const text = [condition.reason, condition.message].filter((part) => part !== undefined && part !== "").join(
    ": ",
  );
  return text === "" ? undefined : text;
}

function phaseIs(object: KubeObject, wanted: string): Readiness {
  const phase = statusOf(object)["phase"];
  return phase === wanted ? READY : progressing(`phase is ${typeof phase === "string" ? phase : "not set"}`);
}

function claimReadiness(object: KubeObject): Readiness {
  const phase = statusOf(object)["phase"];
  if (phase === "Lost") {
    return { kind: "failed", reason: "ClaimLost", message: "the volume of this claim is gone" };
  }
  return phaseIs(object, "Bound");
}

function podReadiness(object: KubeObject): Readiness {
  const phase = statusOf(object)["phase"];
  if (phase === "Succeeded") return READY;
  if (phase === "Failed") {
    return { kind: "failed", reason: "PodFailed", message: `the pod failed: ${statusText(object)}` };
  }
  return conditionIs(object, "Ready");
}

function statusText(object: KubeObject): string {
  const { reason, message } = statusOf(object);
  return [reason, message].filter((part) => typeof part === "string" && part !== "").join(": ") ||
    "no reason given";
}

function hasIngress(object: KubeObject): boolean {
  const ingress = record(statusOf(object)["loadBalancer"])["ingress"];
  return Array.isArray(ingress) && ingress.length > 0;
}

function serviceReadiness(object: KubeObject): Readiness {
  if (specOf(object)["type"] !== "LoadBalancer" || hasIngress(object)) return READY;
  return progressing("the load balancer has no address yet");
}

function ingressReadiness(object: KubeObject): Readiness {
  const rules = specOf(object)["rules"];
  if (hasIngress(object) || (Array.isArray(rules) && rules.length > 0)) return READY;
  return progressing("the ingress has no address yet");
}

function replicaSetReadiness(object: KubeObject): Readiness {
  if (isStale(object)) return progressing("the controller has not seen this generation yet");
  const wanted = numberOf(specOf(object)["replicas"], 1);
  const ready = numberOf(statusOf(object)["readyReplicas"]);
  return ready >= wanted ? READY : progressing(`${ready} of ${wanted} pods ready`);
}

function jobReadiness(object: KubeObject): Readiness {
  if (findStatusCondition(object, "Complete")?.status === "True") return READY;
  const failed = findStatusCondition(object, "Failed");
  if (failed?.status === "True") {
    return {
      kind: "failed",
      reason: failed.reason ?? "JobFailed",
      message: explain(failed) ?? "the job failed",
    };
  }
  if (specOf(object)["suspend"] === true) return READY;
  if (numberOf(statusOf(object)["succeeded"]) >= numberOf(specOf(object)["completions"], 1)) return READY;
  return progressing("the job has not completed yet");
}

function scalerReadiness(object: KubeObject): Readiness {
  return conditionIs(object, "AbleToScale");
}

/**
 * Any other kind: ready without conditions; else Ready, Available, Established or Healthy must be True, whichever it
 * has first, and speak of the present generation.
 */
function genericReadiness(object: KubeObject): Readiness {
  if (isStale(object)) return progressing("the controller has not seen this generation yet");
  const conditions = conditionsOf(object);
  if (conditions.length === 0) return isUnreported(object) ? UNREPORTED : READY;
  for (const type of ["Ready", "Available", "Established", "Healthy"]) {
    const condition = findStatusCondition(object, type);
    if (condition === undefined) continue;
    const stale = (condition.observedGeneration ?? Infinity) < (object.metadata.generation ?? 0);
    return stale ? progressing(`condition ${type} speaks of an older generation`) : conditionIs(object, type);
  }
  return progressing("none of the conditions Ready, Available, Established, Healthy is set yet");
}

const UNREPORTED: Readiness = { kind: "ready", unreported: true };

/** Groups that kube-apiserver serves itself; in any other with a dot a controller of somebody else may report. */
const BUILTIN_GROUP =
  /^(?:[a-z]+|(?:[a-z]+\.)?(?:networking|storage|scheduling|coordination|discovery|apiextensions|events|node|admissionregistration|certificates|resource|apiregistration|authorization|authentication|apiserver|internal\.apiserver)\.k8s\.io)?$/;

function isUnreported(object: KubeObject): boolean {
  const { group } = parseApiVersion(object.apiVersion ?? "");
  return !BUILTIN_GROUP.test(group) && object["status"] === undefined &&
    object.metadata.generation !== undefined;
}
