import { FROZEN_REASONS, type FrozenReason, type Row, type RowProblem, type RowVerdict } from "../api/row.ts";
import { compareText } from "../kube/compare_text.ts";

/** The rows of one read by what they ask for. A uid is in one of these only, whatever the order of the rows. */
export interface DistinctRows {
  /** Rows that are to be nodes, sorted by uid. */
  readonly active: ReadonlyMap<string, Row>;
  /** uids whose nodes are paused, and of which none is made. */
  readonly paused: ReadonlySet<string>;
  /** uids whose nodes stay as they are, and why. */
  readonly frozen: ReadonlyMap<string, FrozenReason>;
  /** uids that were read and say no. */
  readonly inactive: ReadonlySet<string>;
  /** The rows that can't be followed, sorted. */
  readonly problems: readonly RowProblem[];
}

/** Makes one statement a uid of all rows. Rows that repeat a uid and agree are one row; those that differ freeze it. */
export function distinctRows(verdicts: readonly RowVerdict[]): DistinctRows {
  const first = new Map<string, RowVerdict>();
  const problems: RowProblem[] = [];
  const repeated = new Set<string>();
  for (const verdict of verdicts) {
    const uid = uidOf(verdict);
    const other = first.get(uid);
    if (verdict.kind === "quarantined") problems.push(invalidUid(uid, verdict.shape));
    else if (verdict.kind === "unknown") problems.push(unknown(uid, verdict.column));
    else if (verdict.kind === "unusable") problems.push(unusable(verdict));
    if (other === undefined) first.set(uid, verdict);
    else if (!agree(other, verdict)) repeated.add(uid);
  }
  for (const uid of repeated) problems.push({ reason: "DuplicateUid", uid, message: DUPLICATE_UID });
  problems.sort(byReason);
  const frozen = new Map<string, FrozenReason>();
  for (const { uid, reason } of problems) {
    if (!frozen.has(uid)) frozen.set(uid, reason as FrozenReason);
  }
  const rest = [...first.values()].filter((verdict) => !frozen.has(uidOf(verdict)));
  const uids = (kind: RowVerdict["kind"]) =>
    new Set(rest.filter((verdict) => verdict.kind === kind).map(uidOf));
  const active = rest.flatMap((verdict) => verdict.kind === "active" ? [verdict.row] : []);
  return {
    active: new Map(active.sort((a, b) => compareText(a.uid, b.uid)).map((row) => [row.uid, row])),
    paused: uids("paused"),
    frozen,
    inactive: uids("inactive"),
    problems,
  };
}

/** The uid that a row says of itself. */
export function uidOf(verdict: RowVerdict): string {
  return verdict.kind === "active" || verdict.kind === "paused" ? verdict.row.uid : verdict.uid;
}

/** Rows that can't be understood are problems of their own already. */
function agree(a: RowVerdict, b: RowVerdict): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind !== "active" && a.kind !== "paused") return true;
  return (b.kind === "active" || b.kind === "paused") && sameValues(a.row.values, b.row.values) &&
    sameValues(a.row.sensitive?.hashes ?? {}, b.row.sensitive?.hashes ?? {});
}

/** Whether two sets of values are the same; undefined is none at all. */
export function sameValues(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>>,
): boolean {
  if (a === undefined) return false;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}

const DUPLICATE_UID = "several rows have this uid and differ; make the uid column unique";

function invalidUid(uid: string, shape: string): RowProblem {
  const message = `the uid can't name a Kubernetes object: ${shape}; use lower-case letters, digits and '-'`;
  return { reason: "InvalidUid", uid, message };
}

function unknown(uid: string, column: "activate" | "pause"): RowProblem {
  const message =
    `the ${column} column holds neither a yes (1, true, yes) nor a no (0, false, no, off, empty)`;
  return { reason: column === "activate" ? "UnknownActivate" : "UnknownPause", uid, message };
}

function unusable({ uid, column, problem }: Extract<RowVerdict, { kind: "unusable" }>): RowProblem {
  const message =
    `a value of column ${JSON.stringify(column)} cannot be used: ${problem}; store text in UTF-8, or map a ` +
    "view that encodes this column (hex, base64, JSON) or shortens it";
  return { reason: "InvalidValue", uid, message };
}

function byReason(a: RowProblem, b: RowProblem): number {
  const rank = ({ reason }: RowProblem) => FROZEN_REASONS.findIndex((each) => each === reason);
  return rank(a) - rank(b) || compareText(a.uid, b.uid);
}
