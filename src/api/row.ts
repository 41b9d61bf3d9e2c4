/** A row that may become nodes: its uid, and the text of every mapped column by template variable. */
export interface Row {
  readonly uid: string;
  readonly values: Readonly<Record<string, string>>;
  /** What of it travels in a Secret, once it was sealed; it is not in `values` then. */
  readonly sensitive?: SealedValues;
}

/** The sensitive values of a row. */
export interface SealedValues {
  /** Keyed hashes by template variable. */
  readonly hashes: Readonly<Record<string, string>>;
  /** What the node's Secret is to hold of them, in base64; undefined where it stays as it is. */
  readonly part?: string;
}

/** What a row asks for, or why that can't be told. */
export type RowVerdict =
  | { readonly kind: "active"; readonly row: Row }
  /** Active, and nothing is to be written for it now. */
  | { readonly kind: "paused"; readonly row: Row }
  | { readonly kind: "inactive"; readonly uid: string }
  /** That column holds neither a yes nor a no: nothing is created or deleted for this row. */
  | { readonly kind: "unknown"; readonly uid: string; readonly column: "activate" | "pause" }
  /** A cell has no text: nothing is created or deleted for this row. */
  | { readonly kind: "unusable"; readonly uid: string; readonly column: string; readonly problem: string }
  /** The uid can't be the name of an object. `shape` describes it without its text. */
  | { readonly kind: "quarantined"; readonly uid: string; readonly shape: string };

/** Why a row can't be followed, so that its nodes stay as they are; the text of their annotation `lynq.sh/frozen`. */
export const FROZEN_REASONS = [
  "InvalidUid",
  "UnknownActivate",
  "UnknownPause",
  "InvalidValue",
  "DuplicateUid",
] as const;
export type FrozenReason = typeof FROZEN_REASONS[number];

/** A row that is left out, as the hub reports it. */
export interface RowProblem {
  readonly reason: FrozenReason | "NameTaken" | "NodeRejected";
  readonly uid: string;
  readonly message: string;
}
