import type { KubeObject } from "../kube/object.ts";
import { type Cluster, type ObjectTarget, timeText } from "./cluster.ts";
import { toServed } from "./conversion.ts";
import { isObject, numberAt, textAt } from "./json.ts";
import { badRequest, conflict, forbidden, invalid, unsupportedValue } from "./status_error.ts";
import { objectKey } from "./storage.ts";
import { requireLive } from "./write_object.ts";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteRequest {
  readonly propagation: Propagation | undefined;
  readonly graceSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly dryRun: boolean;
}

export interface Deleted {
  /** The last state, or the state with its deletionTimestamp while finalizers or the grace period hold it. */
  readonly object: KubeObject;
  readonly removed: boolean;
  readonly warnings: readonly string[];
}

/** `metav1.DeleteOptions` from a body and the query; 400 and 422 for values that are none. */
export function deleteRequest(target: ObjectTarget, body: unknown, query: URLSearchParams): DeleteRequest {
  if (body !== undefined && !isObject(body)) throw badRequest("the body is no DeleteOptions object");
  const policy = textAt(body, "propagationPolicy") || query.get("propagationPolicy") || "";
  if (policy !== "" && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan") {
    const cause = unsupportedValue("propagationPolicy", policy, [
      "Foreground",
      "Background",
      "Orphan",
      "nil",
    ]);
    throw invalid({ ...target.resource, group: "meta.k8s.io", kind: "DeleteOptions" }, "", [cause]);
  }
  const orphan = isObject(body) ? body.orphanDependents : undefined;
  const asked = policy !== ""
    ? policy
    : orphan === true
    ? "Orphan"
    : orphan === false
    ? "Background"
    : undefined;
  const grace = numberAt(body, "gracePeriodSeconds") ?? numberOf(query.get("gracePeriodSeconds"));
  return {
    propagation: asked,
    graceSeconds: grace,
    uid: textAt(body, "preconditions", "uid") || undefined,
    resourceVersion: textAt(body, "preconditions", "resourceVersion") || undefined,
    dryRun: query.get("dryRun") === "All" ||
      (isObject(body) && Array.isArray(body.dryRun) && body.dryRun.includes("All")),
  };
}

function numberOf(text: string | null): number | undefined {
  return text === null || !/^\d+$/.test(text) ? undefined : Number(text);
}

const keptNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Deletes, or marks as being deleted where finalizers, contents or a grace period come first. */
export function deleteObject(cluster: Cluster, target: ObjectTarget, request: DeleteRequest): Deleted {
  const { resource } = target;
  const live = requireLive(cluster, target);
  checkPreconditions(target, live, request);
  if (resource.store === "/namespaces" && keptNamespaces.includes(target.name)) {
    throw forbidden(resource, target.name, "this namespace may not be deleted");
  }
  const warnings = resource.store === "batch/jobs" && request.propagation === undefined
    ? [
      "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or " +
      "set propagationPolicy=Orphan to suppress this warning",
    ]
    : [];
  const fallback = resource.store === "batch/jobs" ? "Orphan" : undefined;
  const finalizers = finalizersFor(live, request.propagation ?? fallback);
  const grace = resource.store === "/pods" ? podGrace(live, request) : 0;
  const held = finalizers.length > 0 || grace > 0 || resource.store === "/namespaces";
  const key = objectKey(target.namespace, target.name);
  if (!held) {
    if (request.dryRun) return { object: live, removed: true, warnings };
    const last = cluster.storage.remove(resource.store, key) ?? live;
    return { object: toServed(resource, last), removed: true, warnings };
  }
  const marked = markDeleting(cluster, live, { finalizers, grace });
  if (request.dryRun || marked === live) return { object: marked, removed: false, warnings };
  const stored = cluster.storage.get(resource.store, key);
  const next = cluster.storage.put(resource.store, key, {
    ...stored,
    metadata: marked.metadata,
    ...(marked.status === undefined ? {} : { status: marked.status }),
  });
  return { object: toServed(resource, next), removed: false, warnings };
}

function checkPreconditions(target: ObjectTarget, live: KubeObject, request: DeleteRequest): void {
  const { uid, resourceVersion } = live.metadata;
  const named = { ...target.resource, plural: target.resource.kind };
  if (request.uid !== undefined && request.uid !== uid) {
    const why = `the UID in the precondition (${request.uid}) does not match the UID in record (${uid}). ` +
      "The object might have been deleted and then recreated";
    throw conflict(named, target.name, why);
  }
  if (request.resourceVersion !== undefined && request.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ` +
      `ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(named, target.name, why);
  }
}

function finalizersFor(live: KubeObject, propagation: Propagation | undefined): readonly string[] {
  const before = live.metadata.finalizers ?? [];
  if (propagation === undefined) return before;
  const kept = before.filter((finalizer) => finalizer !== "orphan" && finalizer !== "foregroundDeletion");
  if (propagation === "Orphan") return [...kept, "orphan"];
  return propagation === "Foreground" ? [...kept, "foregroundDeletion"] : kept;
}

function podGrace(live: KubeObject, request: DeleteRequest): number {
  const phase = textAt(live, "status", "phase");
  if (textAt(live, "spec", "nodeName") === "" || phase === "Succeeded" || phase === "Failed") return 0;
  return request.graceSeconds ?? numberAt(live, "spec", "terminationGracePeriodSeconds") ?? 30;
}

function markDeleting(
  cluster: Cluster,
  live: KubeObject,
  how: { finalizers: readonly string[]; grace: number },
): KubeObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [], generation } = live.metadata;
  const sameFinalizers = finalizers.length === how.finalizers.length &&
    finalizers.every((finalizer) => how.finalizers.includes(finalizer));
  if (deletionTimestamp !== undefined && sameFinalizers && how.grace >= deletionGracePeriodSeconds) {
    return live;
  }
  const due = new Date(cluster.clock().getTime() + how.grace * 1000);
  const { finalizers: _before, ...metadata } = live.metadata;
  return {
    ...live,
    metadata: {
      ...metadata,
      ...(how.finalizers.length > 0 ? { finalizers: [...how.finalizers] } : {}),
      ...(generation === undefined || deletionTimestamp !== undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: deletionTimestamp ?? timeText(due),
      deletionGracePeriodSeconds: how.grace,
    },
    ...(live.kind === "Namespace" && live.apiVersion === "v1" ? { status: { phase: "Terminating" } } : {}),
  };
}
