import type { DeletionLedger, HubSpec } from "../api/hub.ts";
import { hashOf, markOf, marksIn } from "../api/approval.ts";
import { approvalOf, marksOf, recentMarks, recentRows } from "./deletion_ledger.ts";
import type { DeletionCause, NodeChange } from "./plan.ts";

export type NodeDeletion = Extract<NodeChange, { kind: "delete" }>;

/** Deletions that wait for a person, because a wrong read could look the same. */
export interface HeldDeletions {
  /** Rows whose nodes stay. */
  readonly rows: number;
  /** The same by what became of them. */
  readonly causes: Readonly<Partial<Record<DeletionCause, number>>>;
  /** Rows that the hub's nodes were made of. */
  readonly of: number;
  /** Names of the nodes that stay, sorted. */
  readonly nodes: readonly string[];
  /** Hash over the sorted names; an annotation with it approves them. */
  readonly hash: string;
  /** Six characters a node. */
  readonly marks: string;
  /** The annotation has this hash since it approved the same names before. */
  readonly spent: boolean;
}

export interface GuardInput {
  readonly changes: readonly NodeChange[];
  /** Every uid that the hub has a node of that is not going already. */
  readonly uids: ReadonlySet<string>;
  readonly guard: HubSpec["deletionGuard"];
  /** The hash in the hub's annotation. */
  readonly annotation: string | undefined;
  readonly ledger: DeletionLedger | undefined;
  readonly now: Date;
}

export interface Guarded {
  readonly changes: readonly NodeChange[];
  readonly held: HeldDeletions | undefined;
  /** What the annotation approves of what is to go. */
  readonly approved: DeletionLedger["approved"];
}

/**
 * Holds the deletions of rows that are gone or say that they are inactive when they are many: more than `maxPercent` of
 * the hub's rows and more than `minCount` within ten minutes, or all of two or more. One row never needs approval. Nodes
 * whose form was deleted are asked for and not held, unless `protectForms` says so.
 */
export function guardDeletions(input: GuardInput): Guarded {
  const { changes, annotation, ledger, guard } = input;
  const gone = changes.filter((change): change is NodeDeletion => isGuarded(change, guard));
  const approved = approvalOf({ ledger, annotation, going: gone.map(({ node }) => node) });
  const open = newlyUnapproved(gone, { ...input, approved });
  if (!isTooMany(input, { gone, open })) return { changes, held: undefined, approved };
  const stays = new Set<NodeChange>(open);
  const nodes = open.map(({ node }) => node.name).sort();
  const hash = hashOf(nodes);
  return {
    changes: changes.filter((change) => !stays.has(change)),
    held: {
      rows: uidsOf(open).size,
      causes: causesOf(open),
      of: input.uids.size,
      nodes,
      hash,
      marks: marksOf(open.map(({ node }) => node)),
      spent: hash === annotation,
    },
    approved,
  };
}

/** Whether a guard that is on looks at this change. */
export function isGuarded(change: NodeChange, guard: HubSpec["deletionGuard"]): change is NodeDeletion {
  if (change.kind !== "delete") return false;
  if (change.cause === "FormGone") return guard?.protectForms === true;
  return isRowsDoing(change);
}

/** Whether it is what a read of the rows says, rather than what a person asked for in the cluster. */
export function isRowsDoing(change: NodeChange): change is NodeDeletion {
  return change.kind === "delete" && (change.cause === "RowGone" || change.cause === "RowInactive");
}

export const GUARD_DEFAULTS = { enabled: true, maxPercent: 20, minCount: 3 };

function isTooMany(
  { guard, uids, ledger, now }: GuardInput,
  { gone, open }: { gone: readonly NodeDeletion[]; open: readonly NodeDeletion[] },
): boolean {
  const { enabled, maxPercent, minCount } = guard ?? GUARD_DEFAULTS;
  const rows = uidsOf(open).size;
  if (!enabled || rows <= 1) return false;
  if (uidsOf(gone).size === uids.size) return true;
  const recent = recentRows(ledger, now);
  const total = uids.size + recent;
  const count = rows + recent;
  return count > minCount && count * 100 > total * maxPercent;
}

export function uidsOf(deletions: readonly NodeDeletion[]): Set<string> {
  return new Set(deletions.map(({ node }) => node.spec.uid));
}

/** Rows by cause. */
function causesOf(deletions: readonly NodeDeletion[]): HeldDeletions["causes"] {
  const byCause = Map.groupBy(deletions, ({ cause }) => cause);
  return Object.fromEntries([...byCause].map(([cause, all]) => [cause, uidsOf(all).size]));
}

/** Deletions that neither a person approved nor the last ten minutes have counted. */
export function newlyUnapproved(
  deletions: readonly NodeDeletion[],
  of: Pick<GuardInput, "ledger" | "now"> & Pick<Guarded, "approved">,
): NodeDeletion[] {
  const marks = marksIn(of.approved?.marks ?? "").union(recentMarks(of.ledger, of.now));
  return deletions.filter(({ node }) => !marks.has(markOf(node.uid)));
}
