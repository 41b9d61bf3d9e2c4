import type { ResourceRecord } from "../api/node.ts";
import type { Resource } from "../api/resource.ts";
import type { ApplyMode, Child, DesiredObject } from "../api/stages.ts";
import { IMMUTABLE_REASON } from "./settle.ts";

/** How a dependency stands, as the wave before left it. */
export type DependencyState = "Ready" | "Failed" | "Waiting";

/** The namespace that an object goes to, as the cluster has it. */
export type NamespaceState = "present" | "missing" | "terminating";

/** What the cache says of an object that a record or a label makes ours. */
export type LiveState =
  | { readonly kind: "present"; readonly child: Child }
  /** Not among the labelled objects: gone, or its labels were taken off. Only a read by name can tell. */
  | { readonly kind: "unseen" }
  /** Labelled as the child of another node. */
  | { readonly kind: "foreign"; readonly owner: string };

/** All that decides about one resource of a node. */
export interface Situation {
  readonly id: string;
  readonly policy: Resource;
  /** What is wanted; undefined where the recorded object still is what its inputs give. */
  readonly desired: DesiredObject | undefined;
  readonly record: ResourceRecord | undefined;
  readonly live: LiveState;
  readonly dependencies: ReadonlyMap<string, DependencyState>;
  readonly namespace: { readonly name: string; readonly state: NamespaceState };
  /** The account that the node has now; undefined for the operator's own. */
  readonly account?: string | undefined;
}

/** What to do about one resource now. */
export type Decision =
  | { readonly kind: "wait"; readonly reason: WaitReason; readonly message: string }
  | { readonly kind: "skip"; readonly dependency: string; readonly message: string }
  | { readonly kind: "apply"; readonly mode: ApplyMode }
  /** Read by name first: not among the labelled objects, or not as we left it. */
  | { readonly kind: "look"; readonly why: "unseen" | "changed" }
  | { readonly kind: "conflict"; readonly message: string }
  | { readonly kind: "keep" }
  /** Another account wrote it than the node has by now: it is found out whether that may, too. */
  | { readonly kind: "verify" }
  /** The server does not take it of this object: it is not asked again. */
  | { readonly kind: "refused"; readonly message: string };

export type WaitReason =
  | "WaitingForDependency"
  | "NamespaceMissing"
  | "NamespaceTerminating"
  | "BeingDeleted"
  | "Recreating";

/** Reasons in the record of what was created once and is known to be gone. */
export const GONE_REASONS = ["CreatedOnce", "FailedAndGone"] as const;

type Rule = (situation: Situation) => Decision | undefined;

/** The rules in order; the first that answers decides. */
const RULES: readonly Rule[] = [
  skipAfterFailedDependency,
  waitForDependency,
  keepWhatWasCreatedOnce,
  waitForNamespace,
  leaveWhatAnotherNodeHas,
  createWhatIsNew,
  lookForWhatIsUnseen,
  waitForDeletion,
  leaveWhatIsRefused,
  lookAtWhatIsInherited,
  updateWhatChanged,
  verifyForNewAccount,
  repairWhatDrifted,
];

export function decide(situation: Situation): Decision {
  for (const rule of RULES) {
    const decision = rule(situation);
    if (decision !== undefined) return decision;
  }
  return { kind: "keep" };
}

/** Whether there is something new to write. What is there unchanged goes on being kept and repaired. */
export function isNews({ record, desired }: Situation): boolean {
  return record?.uid === undefined || (desired !== undefined && desired.hash !== record.hash);
}

/** An object that exists stays as it is: skipping means that it doesn't get its change. */
function skipAfterFailedDependency(situation: Situation): Decision | undefined {
  const { id, policy, dependencies } = situation;
  if (!policy.skipOnDependencyFailure || !isNews(situation)) return undefined;
  const failed = [...dependencies].find(([, state]) => state === "Failed")?.[0];
  if (failed === undefined) return undefined;
  const message = `Resource '${id}' skipped because dependency '${failed}' failed. ` +
    "Set skipOnDependencyFailure=false to create anyway.";
  return { kind: "skip", dependency: failed, message };
}

/** Creation and change wait, so that a rollout goes in order too. */
function waitForDependency(situation: Situation): Decision | undefined {
  if (!isNews(situation)) return undefined;
  const { dependencies } = situation;
  const waiting = [...dependencies].filter(([, state]) => state === "Waiting").map(([id]) => id);
  if (waiting.length === 0) return undefined;
  return {
    kind: "wait",
    reason: "WaitingForDependency",
    message: `Waiting for ${waiting.join(", ")} to become ready`,
  };
}

/** The object tells it too, where the record of the pass that made it was lost. */
function keepWhatWasCreatedOnce({ policy, record, live }: Situation): Decision | undefined {
  if (policy.creationPolicy !== "Once") return undefined;
  const told = live.kind === "present" && live.child.createdOnce;
  if (record?.once !== true) return told ? { kind: "keep" } : undefined;
  const gone = GONE_REASONS.some((reason) => reason === record.reason);
  return live.kind === "unseen" && !gone ? { kind: "look", why: "unseen" } : { kind: "keep" };
}

function waitForNamespace({ namespace, record, live }: Situation): Decision | undefined {
  if (namespace.state === "present") return undefined;
  if (namespace.state === "missing") {
    return {
      kind: "wait",
      reason: "NamespaceMissing",
      message: `Waiting for namespace ${namespace.name} to exist`,
    };
  }
  if (record?.uid !== undefined && live.kind === "present") return undefined;
  return {
    kind: "wait",
    reason: "NamespaceTerminating",
    message: `Waiting for namespace ${namespace.name}, which is terminating, to be gone and made anew`,
  };
}

function leaveWhatAnotherNodeHas({ live }: Situation): Decision | undefined {
  if (live.kind !== "foreign") return undefined;
  return {
    kind: "conflict",
    message: `the object belongs to LynqNode ${live.owner}; give one of them another name`,
  };
}

function createWhatIsNew({ record, live }: Situation): Decision | undefined {
  return record?.uid === undefined && live.kind === "unseen" ? { kind: "apply", mode: "create" } : undefined;
}

function lookForWhatIsUnseen({ live }: Situation): Decision | undefined {
  return live.kind === "unseen" ? { kind: "look", why: "unseen" } : undefined;
}

function waitForDeletion({ live, id, record }: Situation): Decision | undefined {
  if (live.kind !== "present" || !live.child.deleting) return undefined;
  if (record?.reason === "Recreating") {
    return { kind: "wait", reason: record.reason, message: record.message ?? "" };
  }
  return {
    kind: "wait",
    reason: "BeingDeleted",
    message: `Waiting for the object of ${id}, which is being deleted, to be gone; it is then made anew`,
  };
}

/** The Go implementation wrote it: its fields become ours before anything is written. */
function lookAtWhatIsInherited({ live }: Situation): Decision | undefined {
  return live.kind === "present" && live.child.former === true ? { kind: "look", why: "changed" } : undefined;
}

/** An immutable field stays so: only another rendering, another object or another policy is worth a request. */
function leaveWhatIsRefused({ desired, record, live, policy }: Situation): Decision | undefined {
  if (desired === undefined || desired.hash !== record?.refused || live.kind !== "present") return undefined;
  const replaces = policy.recreateOnImmutable && policy.deletionPolicy === "Delete" && !desired.shared;
  if (replaces || live.child.uid !== record.uid || record.reason !== IMMUTABLE_REASON) return undefined;
  return { kind: "refused", message: record.message ?? "" };
}

function updateWhatChanged({ desired, record }: Situation): Decision | undefined {
  if (desired === undefined || desired.hash === record?.hash) return undefined;
  return { kind: "apply", mode: "update" };
}

function verifyForNewAccount({ live, record, account }: Situation): Decision | undefined {
  if (live.kind !== "present" || record === undefined || record.account === account) return undefined;
  return { kind: "verify" };
}

function repairWhatDrifted(situation: Situation): Decision | undefined {
  const { live, record } = situation;
  if (live.kind !== "present") return undefined;
  const { child } = live;
  if (child.uid === record?.uid && child.entry === record.entry) return undefined;
  return isKnownDrift(situation) ? undefined : { kind: "look", why: "changed" };
}

/** Whether what differs from our last write was told, and is to be left as it is. */
export function isKnownDrift({ policy, live, record }: Situation): boolean {
  if (policy.driftPolicy !== "Report" || live.kind !== "present" || live.child.uid !== record?.uid) {
    return false;
  }
  if (record?.drifted !== driftMark(live.child.entry)) return false;
  // What became ready again is to say what drifted.
  return record.reason === "Drifted" || live.child.readiness.kind !== "ready";
}

/** A state of our managedFields entry, as `drifted` of the record names it. */
export function driftMark(entry: string | undefined): string {
  return entry ?? "none";
}
