import type { KubeObject } from "./object.ts";

/** Seconds, as client-go names them: a lease lives `duration`, its holder gives up after `renewDeadline` without renewal. */
export interface LeaseTiming {
  readonly durationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retrySeconds: number;
}

export const DEFAULT_TIMING: LeaseTiming = { durationSeconds: 15, renewDeadlineSeconds: 10, retrySeconds: 2 };

/** The spec of a `coordination.k8s.io/v1` Lease. */
export interface LeaseRecord {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly leaseTransitions: number;
  readonly acquireTime: string;
  readonly renewTime: string;
}

/**
 * What a candidate knows of the lease. Only this machine's own clock counts: a lease has expired when its record did not
 * change for its duration since it was first seen so, whatever times others wrote into it.
 */
export type LeaseView =
  | { readonly kind: "unseen" }
  | {
    readonly kind: "seen";
    readonly record: LeaseRecord;
    readonly resourceVersion: string;
    /** Milliseconds of a clock that only grows. */
    readonly changedAt: number;
  };

/** What to do with a lease that was just read (`undefined`: there is none). */
export type LeaseMove =
  | { readonly kind: "create"; readonly record: LeaseRecord }
  | { readonly kind: "update"; readonly record: LeaseRecord; readonly resourceVersion: string }
  | { readonly kind: "wait"; readonly holder: string };

export interface Candidate {
  readonly identity: string;
  readonly timing: LeaseTiming;
}

/** The two clocks: `monotonicMs` decides, `wall` (RFC 3339) is only written down. */
export interface Clocks {
  readonly monotonicMs: number;
  readonly wall: string;
}

/** Takes in a lease that was read. */
export function see(view: LeaseView, lease: KubeObject, monotonicMs: number): LeaseView & { kind: "seen" } {
  const resourceVersion = lease.metadata.resourceVersion ?? "";
  const record = recordOf(lease);
  const unchanged = view.kind === "seen" && view.resourceVersion === resourceVersion;
  return { kind: "seen", record, resourceVersion, changedAt: unchanged ? view.changedAt : monotonicMs };
}

/** Decides how a candidate acquires or renews. */
export function decide(view: LeaseView, who: Candidate, at: Clocks): LeaseMove {
  if (view.kind === "unseen") return { kind: "create", record: fresh(who, at, 0) };
  const { record, resourceVersion } = view;
  if (record.holderIdentity === who.identity) {
    const renewed = {
      ...record,
      leaseDurationSeconds: wholeSeconds(who.timing),
      acquireTime: record.acquireTime || at.wall,
      renewTime: at.wall,
    };
    return { kind: "update", record: renewed, resourceVersion };
  }
  const expiresAt = view.changedAt + record.leaseDurationSeconds * 1000;
  if (record.holderIdentity !== "" && at.monotonicMs < expiresAt) {
    return { kind: "wait", holder: record.holderIdentity };
  }
  return { kind: "update", record: fresh(who, at, record.leaseTransitions + 1), resourceVersion };
}

/** What a holder writes when it gives the lease up, so that the next one need not wait. */
export function released(view: LeaseView & { kind: "seen" }, wall: string): LeaseRecord {
  return { ...view.record, holderIdentity: "", leaseDurationSeconds: 1, acquireTime: wall, renewTime: wall };
}

/** The Lease object of a record; with `resourceVersion` it is written only over that version. */
export function leaseObject(
  at: { namespace: string; name: string },
  record: LeaseRecord,
  resourceVersion?: string,
): KubeObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { ...at, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: record,
  };
}

/** A Lease takes whole seconds; one that seems to live longer is taken later, never too early. */
function wholeSeconds({ durationSeconds }: LeaseTiming): number {
  return Math.ceil(durationSeconds);
}

function fresh(who: Candidate, at: Clocks, leaseTransitions: number): LeaseRecord {
  return {
    holderIdentity: who.identity,
    leaseDurationSeconds: wholeSeconds(who.timing),
    leaseTransitions,
    acquireTime: at.wall,
    renewTime: at.wall,
  };
}

function recordOf(lease: KubeObject): LeaseRecord {
  const spec = (lease.spec ?? {}) as Partial<Record<keyof LeaseRecord, unknown>>;
  const text = (value: unknown) => typeof value === "string" ? value : "";
  const number = (value: unknown) => typeof value === "number" ? value : 0;
  return {
    holderIdentity: text(spec.holderIdentity),
    leaseDurationSeconds: number(spec.leaseDurationSeconds),
    leaseTransitions: number(spec.leaseTransitions),
    acquireTime: text(spec.acquireTime),
    renewTime: text(spec.renewTime),
  };
}
