import type { ResourceRecord, ResourceState } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";
import type { Child, Readiness } from "../api/stages.ts";
import { type ObjectKey, objectKeyText } from "../api/resource_key.ts";
import type { DriftReport } from "./drift_report.ts";
import { type DeadEnd, knownDeadEnd } from "./dead_end.ts";
import type { Told } from "./made_keys.ts";
import { keyOf } from "./orphans.ts";

/** How a resource came out of this pass, before times are filled in. */
export interface Settled {
  readonly state: ResourceState;
  readonly reason: string;
  readonly message: string;
}

/** What a pass learned about one resource. */
export interface Finding {
  readonly id: string;
  readonly key: ObjectKey;
  readonly wave: number;
  readonly policy: Resource;
  readonly settled: Settled;
  /** The object as it is ours now, where it is. */
  readonly child: Child | undefined;
  /** What was written, where something was. */
  readonly written:
    | {
      readonly hash: string;
      /** undefined where only labels were written to what was never rendered here. */
      readonly inputs?: string;
      /** Hashes of the fields that are ours since. */
      readonly fields: string;
      readonly shared?: boolean;
    } & Told
    | undefined;
  /** New inputs that gave the recorded object again, so that nothing has to be written. */
  readonly confirmed?: { readonly inputs: string } & Told;
  /** Our entry and fields as they are since others took over what is theirs to take. */
  readonly rebased?: { readonly entry: string | undefined; readonly fields: string };
  /** What somebody else had changed, and what came of it. */
  readonly drift?: DriftReport;
  /** The state of our entry that was told and left. */
  readonly drifted?: string;
  /** Hash of what was refused since it changes an immutable field. */
  readonly refused?: string;
  /** Milliseconds until what somebody else changed is put back, where that was done too often. */
  readonly repairInMs?: number;
  /** What pods or events tell: it will hardly become ready by itself. */
  readonly deadEnd?: DeadEnd;
  /** Milliseconds until it is looked at again without an event. */
  readonly lookInMs?: number;
  /** The account that wrote the object in this pass, or may; undefined in it is the operator's own. */
  readonly by?: { readonly account: string | undefined };
  /** Another resource of the node waits for this one. */
  readonly depended?: boolean;
}

/** Kinds of state that time out. */
const TIMED_REASONS = new Set([
  "NotReady",
  "NamespaceMissing",
  "NamespaceTerminating",
  "BeingDeleted",
  "Recreating",
]);

const READY: Settled = { state: "Ready", reason: "Ready", message: "" };
const UNREPORTED: Settled = {
  state: "Progressing",
  reason: "Unreported",
  message: "its controller has not reported yet",
};

/** How long what others depend on may say nothing of itself before it counts as ready, in milliseconds. */
const REPORT_GRACE_MS = 10_000;

/** Readiness as a state. A resource that nobody waits for is ready once it is there. */
export function settleReadiness(readiness: Readiness, policy: Resource): Settled {
  if (!policy.waitForReady) return READY;
  if (readiness.kind === "ready") return readiness.unreported === true ? UNREPORTED : READY;
  if (readiness.kind === "progressing") {
    return { state: "Progressing", reason: "NotReady", message: readiness.message };
  }
  return { state: "Failed", reason: readiness.reason, message: readiness.message };
}

/**
 * The record of a resource after this pass. `since` stays while state and reason stay; what progresses or waits for a
 * namespace longer than timeoutSeconds has failed, and stays failed until it becomes ready or is written anew.
 */
export function toRecord(finding: Finding, before: ResourceRecord | undefined, now: Date): ResourceRecord {
  const { child, written, policy, key } = finding;
  const settled = settledAt(finding, before, now);
  const stays = before?.state === settled.state && (before.reason ?? before.state) === settled.reason &&
    written === undefined;
  // Without a new sight of the object, what is recorded of it stays: it may be there all the same.
  const same = before !== undefined && objectKeyText(keyOf(before)) === objectKeyText(key);
  const keep = same && (child === undefined || before.uid === child.uid) ? before : undefined;
  return compact({
    id: finding.id,
    // What it was written in says where it is, whatever version the form names since.
    apiVersion: written === undefined && keep?.uid !== undefined ? keep.apiVersion : key.apiVersion,
    kind: key.kind,
    namespace: key.namespace === "" ? undefined : key.namespace,
    name: key.name,
    state: settled.state,
    reason: settled.reason === settled.state ? undefined : settled.reason,
    message: settled.message === "" ? undefined : settled.message,
    since: stays ? before.since : rfc3339(now),
    uid: child?.uid ?? keep?.uid,
    hash: written?.hash ?? keep?.hash,
    inputs: (written ?? finding.confirmed ?? keep)?.inputs,
    entry: written === undefined ? (finding.rebased ?? keep)?.entry : child?.entry,
    fields: (written ?? finding.rebased ?? keep)?.fields,
    drifted: driftedOf(finding, keep),
    account: finding.by === undefined ? keep?.account : finding.by.account,
    refused: finding.refused ?? (settled.reason === IMMUTABLE_REASON ? keep?.refused : undefined),
    appliedAt: written === undefined ? keep?.appliedAt : rfc3339(now),
    wave: finding.wave === 0 ? undefined : finding.wave,
    deletionPolicy: policy.deletionPolicy === "Delete" ? undefined : policy.deletionPolicy,
    renderedAt: (written ?? finding.confirmed ?? keep)?.renderedAt,
    seed: written === undefined ? keep?.seed : written.seed,
    values: (written ?? finding.confirmed ?? keep)?.values,
    shared: (written === undefined ? keep?.shared : written.shared) === true ? true : undefined,
    once: policy.creationPolicy === "Once" && (isMade(finding) || keep?.once === true) ? true : undefined,
  });
}

/** What is on its way out was made for another policy, and is made anew for this one. */
function isMade({ child, settled }: Finding): boolean {
  return child !== undefined && !child.deleting && settled.reason !== "Recreating";
}

/** Stays until the object is written, or our entry is as we left it. */
function driftedOf(
  { child, written, rebased, drifted }: Finding,
  keep: ResourceRecord | undefined,
): string | undefined {
  if (written !== undefined || rebased !== undefined) return undefined;
  if (child !== undefined && child.entry === keep?.entry) return undefined;
  return drifted ?? keep?.drifted;
}

/** How a resource came out, with what took longer than timeoutSeconds as failed. */
export function settledAt(finding: Finding, before: ResourceRecord | undefined, now: Date): Settled {
  if (finding.settled.reason === UNREPORTED.reason) {
    const appliedAt = finding.written === undefined ? Date.parse(before?.appliedAt ?? "") : now.getTime();
    const waits = finding.depended === true && now.getTime() < appliedAt + REPORT_GRACE_MS;
    return waits ? finding.settled : READY;
  }
  return atDeadEnd(finding, before, now) ?? timedOut(finding, before, now) ?? finding.settled;
}

/** What can't become ready fails with its reason; what has timed out before stays so. */
function atDeadEnd(finding: Finding, before: ResourceRecord | undefined, now: Date): Settled | undefined {
  const { settled, child, written } = finding;
  if (settled.reason !== "NotReady" || child === undefined || written !== undefined) return undefined;
  if (before?.reason === TIMEOUT_REASON) return undefined;
  const found = finding.deadEnd ?? knownDeadEnd(child, before, now);
  return found === undefined ? undefined : { state: "Failed", ...found };
}

function timedOut(finding: Finding, before: ResourceRecord | undefined, now: Date): Settled | undefined {
  const { settled, policy, written } = finding;
  if (!TIMED_REASONS.has(settled.reason) || written !== undefined || before === undefined) return undefined;
  if (before.state === "Failed" && before.reason === TIMEOUT_REASON) return timeout(finding, settled.message);
  const waiting = before.state === settled.state && (before.reason ?? before.state) === settled.reason;
  if (!waiting || before.since === undefined) return undefined;
  const elapsed = now.getTime() - Date.parse(before.since);
  return elapsed < policy.timeoutSeconds * 1000 ? undefined : timeout(finding, settled.message);
}

/** The reason of what was not ready in time, an event reason too. */
export const TIMEOUT_REASON = "ReadinessTimeout";

/** The reason of a change that the server takes of a new object only. */
export const IMMUTABLE_REASON = "ImmutableField";

function timeout({ id, policy }: Finding, message: string): Settled {
  const text = `Resource '${id}' not ready after ${policy.timeoutSeconds}s: ${message}`;
  return { state: "Failed", reason: TIMEOUT_REASON, message: text };
}

/** Milliseconds until the first of these resources times out; undefined when none can. */
export function nextTimeout(
  records: readonly ResourceRecord[],
  policies: ReadonlyMap<string, Resource>,
  now: Date,
): number | undefined {
  const times = records.flatMap((record) => {
    const policy = policies.get(record.id);
    if (record.reason === UNREPORTED.reason) {
      return [Math.max(0, Date.parse(record.appliedAt ?? "") + REPORT_GRACE_MS - now.getTime())];
    }
    if (policy === undefined || record.since === undefined || !TIMED_REASONS.has(record.reason ?? "")) {
      return [];
    }
    return [Math.max(0, Date.parse(record.since) + policy.timeoutSeconds * 1000 - now.getTime())];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** RFC 3339 in whole seconds, as Kubernetes writes times; rounded up, so that no wait is cut short. */
export function rfc3339(time: Date): string {
  return new Date(Math.ceil(time.getTime() / 1000) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

function compact(record: { [K in keyof ResourceRecord]: ResourceRecord[K] | undefined }): ResourceRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as ResourceRecord;
}
