import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import {
  conditionIs,
  conditionsOf,
  explain,
  failedCondition,
  findStatusCondition,
  isStale,
  progressing,
  READY,
  type StatusCondition,
  statusOf,
  trueCondition,
  UNSEEN,
} from "./status_fields.ts";

/** Conditions that say that an object is ready; the first one that it has decides. */
const READY_TYPES = ["Ready", "Available", "Established", "Healthy", "Programmed", "Succeeded"] as const;

/**
 * A kind without a rule of its own, custom resources first: what speaks of an older generation is not ready; `Stalled`
 * has failed; `Reconciling` is not ready (both as kstatus has them); then `READY_TYPES`. Without any condition it is
 * ready; a custom resource of which nothing was reported yet says so.
 */
export function anyReadiness(object: KubeObject): Readiness {
  if (isStale(object)) return UNSEEN;
  const stalled = trueCondition(object, "Stalled");
  if (stalled !== undefined) {
    return isOld(stalled, object) ? outdated("Stalled") : failedCondition(stalled, "Stalled");
  }
  const reconciling = trueCondition(object, "Reconciling");
  if (reconciling !== undefined) return progressing(explain(reconciling) ?? "condition Reconciling is True");
  for (const type of READY_TYPES) {
    const condition = findStatusCondition(object, type);
    if (condition !== undefined) return isOld(condition, object) ? outdated(type) : conditionIs(object, type);
  }
  if (isBuiltin(object)) return READY;
  if (conditionsOf(object).length > 0) return UNKNOWN_CONDITIONS;
  return isUnreported(object) ? UNREPORTED : READY;
}

const UNREPORTED: Readiness = { kind: "ready", unreported: true };

const UNKNOWN_CONDITIONS = progressing(
  `none of the conditions ${READY_TYPES.join(", ")} is set yet; say with readyWhen what else makes it ready`,
);

function isOld(condition: StatusCondition, object: KubeObject): boolean {
  return (condition.observedGeneration ?? Infinity) < (object.metadata.generation ?? 0);
}

function outdated(type: string): Readiness {
  return progressing(`condition ${type} speaks of an older generation`);
}

/** Groups that kube-apiserver serves itself; in any other the controller of somebody else may report. */
const BUILTIN_GROUPS: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
]);

function isBuiltin(object: KubeObject): boolean {
  return BUILTIN_GROUPS.has(parseApiVersion(object.apiVersion ?? "").group);
}

/** A kind without generation has no controller that would report. */
function isUnreported(object: KubeObject): boolean {
  return Object.keys(statusOf(object)).length === 0 && typeof object.metadata.generation === "number";
}
