import { createHash } from "node:crypto";
import type { HubSpec } from "../api/hub.ts";
import { nameOf, type NodeChange } from "./plan.ts";

/** Deletions that wait for a person, because a wrong read could look the same. */
export interface HeldDeletions {
  /** Rows that are gone. */
  readonly rows: number;
  /** Rows that the hub's nodes were made of. */
  readonly of: number;
  /** Names of the nodes that stay, sorted. */
  readonly nodes: readonly string[];
  /** Hash over the sorted names; an annotation with it approves them. */
  readonly hash: string;
}

export interface GuardInput {
  readonly changes: readonly NodeChange[];
  /** Every uid that the hub has a node of. */
  readonly uids: ReadonlySet<string>;
  readonly guard: HubSpec["deletionGuard"];
  /** The hash in the hub's annotation. */
  readonly approved: string | undefined;
  /** Names that were approved before: any subset of them goes. */
  readonly covered: ReadonlySet<string>;
  /** Rows that went within the last ten minutes without approval. */
  readonly recent: number;
}

export interface Guarded {
  readonly changes: readonly NodeChange[];
  readonly held: HeldDeletions | undefined;
  /** Names that the annotation approves now. */
  readonly covered: ReadonlySet<string>;
}

/**
 * Holds the deletions of rows that are gone when they are many: more than `maxPercent` of the hub's rows and more than
 * `minCount`, or all of two or more. One row never needs approval. Rows that say they are inactive, and nodes whose
 * form was deleted, are asked for and not held.
 */
export function guardDeletions(input: GuardInput): Guarded {
  const gone = input.changes.filter((change) => change.kind === "delete" && change.cause === "RowGone");
  const names = gone.map(nameOf).sort();
  const hash = hashOf(names);
  const covered = names.length > 0 && input.approved === hash ? new Set(names) : input.covered;
  if (!isTooMany(input, gone) || names.every((name) => covered.has(name))) {
    return { changes: input.changes, held: undefined, covered };
  }
  const held = new Set(gone);
  return {
    changes: input.changes.filter((change) => !held.has(change)),
    held: { rows: uidsOf(gone).size, of: input.uids.size, nodes: names, hash },
    covered,
  };
}

const DEFAULTS = { enabled: true, maxPercent: 20, minCount: 3 };

function isTooMany({ guard, uids, recent }: GuardInput, gone: readonly NodeChange[]): boolean {
  const { enabled, maxPercent, minCount } = guard ?? DEFAULTS;
  const rows = uidsOf(gone).size;
  if (!enabled || rows <= 1) return false;
  if (rows === uids.size) return true;
  const total = uids.size + recent;
  const count = rows + recent;
  return count > minCount && count * 100 > total * maxPercent;
}

export function uidsOf(changes: readonly NodeChange[]): Set<string> {
  return new Set(changes.flatMap((change) => change.kind === "delete" ? [change.node.spec.uid] : []));
}

function hashOf(names: readonly string[]): string {
  return createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 16);
}
