/** A row that may become nodes: its uid, and the text of every mapped column by template variable. */
export interface Row {
  readonly uid: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What a row asks for, or why that can't be told. */
export type RowVerdict =
  | { readonly kind: "active"; readonly row: Row }
  | { readonly kind: "inactive"; readonly uid: string }
  /** `activate` holds neither a yes nor a no: nothing is created or deleted for this row. */
  | { readonly kind: "unknown"; readonly uid: string }
  /** The uid can't be the name of an object. `shape` describes it without its text. */
  | { readonly kind: "quarantined"; readonly uid: string; readonly shape: string };

/** A row that is left out, as the hub reports it. */
export interface RowProblem {
  readonly reason:
    | "InvalidUid"
    | "UnknownActivate"
    | "DuplicateUid"
    | "NameTaken"
    | "NameTooLong"
    | "NodeRejected";
  readonly uid: string;
  readonly message: string;
}
