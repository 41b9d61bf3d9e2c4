import type { ResourceRecord } from "../api/node.ts";
import type { Child } from "../api/stages.ts";
import { compareText } from "../kube/compare_text.ts";
import type { KubeObject } from "../kube/object.ts";
import { isPodTrouble, podTrouble } from "./pod_trouble.ts";
import { record, textOf } from "./status_fields.ts";

/** Why an object will hardly become ready by itself. */
export interface DeadEnd {
  /** `ImagePullBackOff`, `FailedCreate`: state Failed has it as its reason. */
  readonly reason: string;
  readonly message: string;
}

/** How long an object may be unready before what stands in its way is a failure, in milliseconds. */
export const DEAD_END_GRACE_MS = 30_000;

/** A pod younger than this may have met its trouble for the first time, in milliseconds. */
const POD_AGE_MS = 15_000;

/** What the API server refuses to create for a workload is told by events of this reason. */
export const FAILED_CREATE = "FailedCreate";

/** Milliseconds that the object has been waited for without a write; undefined where it is not waited for. */
export function waitedMs(before: ResourceRecord | undefined, now: Date): number | undefined {
  if (before?.state !== "Progressing" || before.reason !== "NotReady") return undefined;
  const since = Date.parse(before.since ?? "");
  return Number.isNaN(since) ? undefined : Math.max(0, now.getTime() - since);
}

/**
 * What the record and the object itself say: a failure for its pods' sake stays until the object is ready or is written
 * anew; what the object's own status tells fails when it lasts, and is over when the status says so.
 */
export function knownDeadEnd(
  child: Child,
  before: ResourceRecord | undefined,
  now: Date,
): DeadEnd | undefined {
  if (child.readiness.kind !== "progressing") return undefined;
  const { deadEnd, message } = child.readiness;
  const failed = before?.state === "Failed" && before.uid === child.uid ? before : undefined;
  if (deadEnd !== undefined) {
    const lasts = failed?.reason === deadEnd || (waitedMs(before, now) ?? 0) >= DEAD_END_GRACE_MS;
    return lasts ? { reason: deadEnd, message } : undefined;
  }
  if (failed?.reason === undefined || !isLookedUp(failed.reason, child)) return undefined;
  return { reason: failed.reason, message: failed.message ?? failed.reason };
}

/** Reasons that pods and events tell. A container that crashes again and again runs in between. */
function isLookedUp(reason: string, { kind }: Child): boolean {
  if (reason === FAILED_CREATE) return toldByEvents(kind);
  return isPodTrouble(reason);
}

const WITHOUT_CONDITION: ReadonlySet<string> = new Set(["StatefulSet", "DaemonSet", "Job"]);

/** The workloads whose status says nothing of pods that can't be created. */
export function toldByEvents(kind: string): boolean {
  return WITHOUT_CONDITION.has(kind);
}

/** The first pod of the workload's newest revision that can't come to run. */
export function podsDeadEnd(pods: readonly KubeObject[], workload: Child, now: Date): DeadEnd | undefined {
  const own = newestRevision(pods.filter((pod) => isPodOf(pod, workload)));
  for (const pod of own.toSorted((a, b) => compareText(nameOf(a), nameOf(b)))) {
    const trouble = podTrouble(pod);
    if (trouble === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    if (!trouble.hopeless && now.getTime() - createdAt(pod) < POD_AGE_MS) continue;
    return { reason: trouble.reason, message: `pod ${nameOf(pod)}, ${trouble.message}` };
  }
  return undefined;
}

/** Selectors may overlap, owners don't. A pod of a Deployment is its ReplicaSet's, which has both their names. */
function isPodOf(pod: KubeObject, workload: Child): boolean {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (workload.kind !== "Deployment") return owner?.uid === workload.uid;
  return owner?.name === `${workload.name}-${pod.metadata.labels?.[TEMPLATE_HASH] ?? ""}`;
}

const TEMPLATE_HASH = "pod-template-hash";
const REVISION_LABELS = [TEMPLATE_HASH, "controller-revision-hash"];

/** Pods of an older template are on their way out, whatever becomes of them. */
function newestRevision(pods: readonly KubeObject[]): readonly KubeObject[] {
  const newest = pods.toSorted((a, b) => createdAt(b) - createdAt(a))[0];
  return pods.filter((pod) => revisionOf(pod) === (newest === undefined ? "" : revisionOf(newest)));
}

function revisionOf({ metadata }: KubeObject): string {
  return REVISION_LABELS.map((label) => metadata.labels?.[label] ?? "").join("/");
}

/** The last event that says that a pod was refused, where no pod was made after it. */
export function refusedPods(
  events: readonly KubeObject[],
  pods: readonly KubeObject[],
  workload: Child,
): DeadEnd | undefined {
  const last = events.toSorted((a, b) => toldAt(b) - toldAt(a))[0];
  if (last === undefined || textOf(last["message"]) === "") return undefined;
  const made = pods.filter((pod) => isPodOf(pod, workload)).map(createdAt);
  if (Math.max(0, ...made) >= toldAt(last)) return undefined;
  return { reason: FAILED_CREATE, message: `${FAILED_CREATE}: ${textOf(last["message"])}` };
}

function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? "";
}

function createdAt({ metadata }: KubeObject): number {
  return timeOf(metadata.creationTimestamp);
}

/** An event's last occurrence, as either writer of events tells it. */
function toldAt(event: KubeObject): number {
  const times = [event["lastTimestamp"], record(event["series"])["lastObservedTime"], event["eventTime"]];
  return Math.max(...times.map((time) => timeOf(textOf(time))));
}

function timeOf(text: string | undefined): number {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? 0 : time;
}
