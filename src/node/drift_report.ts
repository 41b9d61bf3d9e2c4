import type { FieldConflict } from "../api/stages.ts";
import { describeConflicts } from "../apply/rejection.ts";

/** What somebody else did to an object of ours, and what was done about it. */
export interface DriftReport {
  /** Corrected: our fields were put back. Recreated: the object was made again. Reported: it is left. */
  readonly action: "Corrected" | "Recreated" | "Reported";
  /** Who changed which fields. */
  readonly what: string;
}

const MANY = 10;

/** Who changed which fields, in one line; empty where nothing is known. */
export function describeDrift(taken: readonly FieldConflict[], removed: readonly string[]): string {
  const changed = taken.length === 0 ? "" : describeConflicts(taken.slice(0, MANY));
  const gone = removed.length === 0 ? "" : `removed: ${removed.slice(0, MANY).join(", ")}`;
  const more = Math.max(0, taken.length - MANY) + Math.max(0, removed.length - MANY);
  return [changed, gone, more === 0 ? "" : `and ${more} more`].filter((text) => text !== "").join("; ");
}
