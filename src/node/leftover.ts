import type { OrphanReason } from "../api/labels.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { Outcome } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import { isNamespace, type Orphan } from "./orphans.ts";
import { rfc3339 } from "./settle.ts";

/** What a node lets go of, and why. */
export interface PruneInput {
  readonly node: StoredNode;
  readonly orphans: readonly Orphan[];
  readonly reason: OrphanReason;
  readonly signal: AbortSignal;
}

/** What is left of one orphan, and why. */
export interface Leftover {
  readonly orphan: Orphan;
  readonly failed: boolean;
  readonly reason: string;
  readonly message: string;
}

/** What is left of an orphan after a write to it. */
export function leftover(orphan: Orphan, outcome: Outcome): Leftover | undefined {
  if (outcome.kind === "gone" || outcome.kind === "orphaned") return undefined;
  if (outcome.kind === "deleting") return terminating(orphan);
  return failed(orphan, "message" in outcome ? outcome.message : outcome.kind);
}

export function failed(orphan: Orphan, message: string): Leftover {
  return { orphan, failed: true, reason: "DeletionFailed", message };
}

export function terminating(orphan: Orphan): Leftover {
  return { orphan, failed: false, reason: "Terminating", message: "deleted; waits for its finalizers" };
}

export function waiting(orphan: Orphan): Leftover {
  return { orphan, failed: false, reason: "WaitingForDependents", message: "waits for what depends on it" };
}

/** The record of what is left over, which stays until it is confirmed gone. */
export function leftoverRecord({ orphan, reason, message }: Leftover, now: Date): ResourceRecord {
  const { record, key, child, shared } = orphan;
  const uid = record?.uid ?? child?.uid;
  return {
    ...record,
    id: orphan.id,
    apiVersion: key.apiVersion,
    kind: key.kind,
    ...(key.namespace === "" ? {} : { namespace: key.namespace }),
    name: key.name,
    state: "Deleting",
    reason,
    message,
    since: record?.state === "Deleting" && record.since !== undefined ? record.since : rfc3339(now),
    ...(uid === undefined ? {} : { uid }),
    ...(shared ? { shared } : {}),
    ...(orphan.policy === "Retain" ? { deletionPolicy: "Retain" as const } : {}),
  };
}

/** The Namespaces among them, whose end the cache of namespaces tells. */
export function leavingNamespaces(orphans: readonly Orphan[]): string[] {
  return orphans.flatMap((orphan) => isNamespace(orphan) ? [orphan.key.name] : []);
}
