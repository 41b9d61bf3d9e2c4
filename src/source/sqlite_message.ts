/** What the adapter asks its thread, one at a time: opens a file, reads, closes it, then perhaps the next. */
export type SqliteRequest =
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "columns"; readonly table: readonly string[] }
  | { readonly kind: "next"; readonly select: SqliteSelect; readonly rows: number }
  | { readonly kind: "close" };

/** The SELECT as quoted parts; sent with every page, prepared at the first. */
export interface SqliteSelect {
  readonly table: string;
  readonly columns: readonly string[];
}

/** What a thread answers, once a request. */
export type SqliteReply =
  | { readonly kind: "opened" }
  /** Empty when there is no such table. */
  | { readonly kind: "columns"; readonly names: readonly string[] }
  /** Rows of cells in the order of the SELECT's columns; empty at the end. */
  | { readonly kind: "page"; readonly rows: readonly (readonly SqliteText[])[] }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly failure: SqliteFailure };

/** A cell's text, or why it has none. */
export type SqliteText = string | { readonly problem: string };

/** Why a request failed. Holds no text of SQLite, which can hold values. */
export type SqliteFailure =
  | { readonly reason: "no-file" | "no-read-permission" | "not-a-file" | "thread-ended" }
  /** `number` is the SQLite result code; undefined when the runtime does not tell. */
  | { readonly reason: "sqlite"; readonly number: number | undefined };
