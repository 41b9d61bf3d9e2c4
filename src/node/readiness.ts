import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { anyReadiness } from "./readiness_any.ts";
import { jobReadiness, podReadiness } from "./readiness_pods.ts";
import { claimReadiness, volumeReadiness } from "./readiness_storage.ts";
import {
  daemonSetReadiness,
  deploymentReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from "./readiness_workloads.ts";
import {
  conditionIs,
  failedCondition,
  findStatusCondition,
  list,
  phaseIs,
  progressing,
  READY,
  record,
  specOf,
  statusOf,
} from "./status_fields.ts";

type Rule = (object: KubeObject) => Readiness;

/** There is nothing that it could wait for. */
const byExistence: Rule = () => READY;

/**
 * The rule of each kind, by group and kind: compat.md 5.11 for its kinds, kstatus for the others and where it is
 * stricter. Every rule has its cases in tests/golden/readiness.
 */
const RULES: Readonly<Record<string, Rule>> = {
  "/ConfigMap": byExistence,
  "/Secret": byExistence,
  "/ServiceAccount": byExistence,
  "/Namespace": (object) => phaseIs(object, "Active"),
  "/PersistentVolumeClaim": claimReadiness,
  "/PersistentVolume": volumeReadiness,
  "/Pod": podReadiness,
  "/Service": serviceReadiness,
  "apps/Deployment": deploymentReadiness,
  "apps/StatefulSet": statefulSetReadiness,
  "apps/DaemonSet": daemonSetReadiness,
  "apps/ReplicaSet": replicaSetReadiness,
  "batch/CronJob": byExistence,
  "batch/Job": jobReadiness,
  "networking.k8s.io/NetworkPolicy": byExistence,
  "networking.k8s.io/Ingress": ingressReadiness,
  "policy/PodDisruptionBudget": byExistence,
  "autoscaling/HorizontalPodAutoscaler": (object) => conditionIs(object, "AbleToScale"),
  "apiextensions.k8s.io/CustomResourceDefinition": definitionReadiness,
  "apiregistration.k8s.io/APIService": (object) => conditionIs(object, "Available"),
};

/** Whether an object has become what its spec asks for, from its own fields alone. */
export function readinessOf(object: KubeObject): Readiness {
  return beingDeleted(object) ?? (RULES[kindOf(object)] ?? anyReadiness)(object);
}

/** What goes is not ready, whatever its status says. */
export function beingDeleted(object: KubeObject): Readiness | undefined {
  return object.metadata.deletionTimestamp === undefined ? undefined : progressing("being deleted");
}

/** The kinds whose readiness needs nothing but their existence: they are watched as metadata only. */
export function isReadyByExistence(apiVersion: string, kind: string): boolean {
  return RULES[`${parseApiVersion(apiVersion).group}/${kind}`] === byExistence;
}

function kindOf({ apiVersion = "", kind = "" }: KubeObject): string {
  return `${parseApiVersion(apiVersion).group}/${kind}`;
}

/** Where a Service or an Ingress can be reached from outside. */
function hasAddress(object: KubeObject): boolean {
  return list(record(statusOf(object)["loadBalancer"])["ingress"]).length > 0;
}

/** A LoadBalancer needs an address; every other type is there at once. */
function serviceReadiness(object: KubeObject): Readiness {
  if (specOf(object)["type"] !== "LoadBalancer" || hasAddress(object)) return READY;
  return progressing("the load balancer has no address yet");
}

/** Rules are enough, since many controllers give no address; without rules it needs one. */
function ingressReadiness(object: KubeObject): Readiness {
  if (hasAddress(object) || list(specOf(object)["rules"]).length > 0) return READY;
  return progressing("the ingress has no address yet");
}

/** Established. Names that another definition has, and a definition that is refused, are failures. */
function definitionReadiness(object: KubeObject): Readiness {
  const names = findStatusCondition(object, "NamesAccepted");
  if (names?.status === "False") return failedCondition(names, "NamesNotAccepted");
  const established = findStatusCondition(object, "Established");
  const refused = established?.status === "False" && established.reason !== "Installing";
  return refused ? failedCondition(established, "NotEstablished") : conditionIs(object, "Established");
}
