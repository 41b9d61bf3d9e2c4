import { hashOf, marksIn, marksOf as marksOfTexts } from "../api/approval.ts";
import type { DeletionLedger } from "../api/hub.ts";
import type { StoredNode } from "../api/stored.ts";

/** How long a deletion without approval counts. */
const WINDOW_MS = 10 * 60_000;

/** Deletions within this time are one entry, told at the last of them, so that the ledger stays short. */
const ENTRY_MS = 30_000;

type Went = NonNullable<DeletionLedger["went"]>;

/** Rows that went without approval within the last ten minutes. */
export function recentRows(ledger: DeletionLedger | undefined, now: Date): number {
  return inWindow(ledger?.went, now).reduce((sum, { rows }) => sum + rows, 0);
}

/** Marks of the nodes that may go within the ten minutes without approval: a deletion that is tried again is no other. */
export function recentMarks(ledger: DeletionLedger | undefined, now: Date): Set<string> {
  return marksIn(inWindow(ledger?.went, now).map(({ marks }) => marks).join(""));
}

export interface Going {
  readonly rows: number;
  readonly marks: string;
  readonly now: Date;
}

/** The ledger's entries once these go too. */
export function wentAfter(ledger: DeletionLedger | undefined, of: Going): Went {
  const { rows, marks } = of;
  const time = of.now.toISOString();
  const recent = inWindow(ledger?.went, of.now);
  const last = recent.at(-1);
  if (last === undefined || of.now.getTime() - Date.parse(last.time) > ENTRY_MS || recent.length < 2) {
    return [...recent, { time, rows, marks }];
  }
  return [...recent.slice(0, -1), { time, rows: last.rows + rows, marks: last.marks + marks }];
}

/** A time that lies ahead is of a clock that was set back since: it counts. */
function inWindow(went: Went | undefined, now: Date): Went {
  return (went ?? []).filter(({ time }) => now.getTime() - Date.parse(time) < WINDOW_MS);
}

/** A node is another one when it is made anew. */
export function marksOf(nodes: readonly Pick<StoredNode, "uid">[]): string {
  return marksOfTexts(nodes.map(({ uid }) => uid));
}

export interface Approving {
  readonly ledger: DeletionLedger | undefined;
  /** The hash in the annotation. */
  readonly annotation: string | undefined;
  /** The nodes that are to go now. */
  readonly going: readonly Pick<StoredNode, "uid" | "name">[];
}

/**
 * The nodes whose deletion is approved, of those that are to go. An annotation approves the set that it names once, and
 * any part of it: what came back, or went, is no more of it, so that an old annotation never lets go of nodes anew.
 */
export function approvalOf({ ledger, annotation, going }: Approving): DeletionLedger["approved"] {
  if (annotation === undefined) return undefined;
  const before = ledger?.approved;
  const marks = marksOf(going);
  if (before?.hash === annotation) return { hash: annotation, marks: common(before.marks, marks) };
  if (annotation === hashOf(going.map(({ name }) => name))) return { hash: annotation, marks };
  if (annotation === ledger?.held?.hash) {
    return { hash: annotation, marks: common(ledger.held.marks, marks) };
  }
  return undefined;
}

function common(marks: string, of: string): string {
  const within = marksIn(of);
  return [...marksIn(marks)].filter((mark) => within.has(mark)).join("");
}
