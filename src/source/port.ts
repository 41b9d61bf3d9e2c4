/** One column to read and the template variable that its text goes to. */
export interface ColumnMapping {
  readonly variable: string;
  readonly column: string;
  /** The field that maps it, as errors name it; `variable` where there is none. */
  readonly field?: string;
}

/** What to read: columns of one table or view (`table`, `db.table`, `schema.view`), never a statement. */
export interface RowQuery {
  readonly table: string;
  readonly columns: readonly ColumnMapping[];
}

/** A cell that no text can hold: bytes that are no UTF-8, or too many. The value itself is never told. */
export interface UnusableCell {
  readonly column: string;
  readonly problem: string;
}

export type Cell = string | UnusableCell;

/** One row, cells by variable, in an object without prototype. NULL is "". */
export type RawRow = Readonly<Record<string, Cell>>;

/**
 * A database that rows are read from. One adapter a database; a new value for every sync, closed after it.
 *
 * Guarantees: only one SELECT over the named columns is sent, in a read-only transaction; identifiers are quoted by
 * part; a read that ends without error returned every row, also those with a cell that has no text; at most one page is
 * held in memory.
 * Errors: `SourceError` only.
 */
export interface RowSource {
  /** Checks that the table and every column exist, then streams pages of rows. */
  read(query: RowQuery, signal: AbortSignal): AsyncIterable<readonly RawRow[]>;
  close(): Promise<void>;
}

/** Why a read failed, as a closed set: conditions, events and metrics name it. */
export type SourceErrorCode =
  | "ConnectionRefused"
  | "UnknownHost"
  | "ConnectTimeout"
  | "AuthenticationFailed"
  | "AccessDenied"
  | "TlsFailed"
  | "DatabaseNotFound"
  | "TableNotFound"
  | "ColumnNotFound"
  | "QueryTimeout"
  | "ConnectionLost"
  | "InvalidConfig"
  | "InvalidValue"
  /** The rows are more than their reader takes. */
  | "TooLarge"
  | "QueryFailed"
  | "Aborted";

/** A read that did not happen or did not finish. Says what to do; never holds a password or a row value. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;
  /** What the reader can do about it, one sentence. */
  readonly remedy: string;

  constructor(message: string, fields: { code: SourceErrorCode; remedy: string; cause?: unknown }) {
    super(message, { cause: fields.cause });
    this.code = fields.code;
    this.remedy = fields.remedy;
  }
}
