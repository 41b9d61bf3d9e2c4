import type { ColumnMapping, RowQuery } from "./port.ts";
import { SourceError } from "./port.ts";

/** How a database writes and compares names. */
export interface Dialect {
  /** Quotes one part of a name that `NAME` has accepted. */
  readonly quote: (part: string) => string;
  /** Whether `Id` and `id` name the same column. */
  readonly foldsCase: boolean;
}

/** A read whose names are checked and quoted: what is left to send is exactly one SELECT. */
export interface ReadPlan {
  /** Parts of the table's name as they were given. */
  readonly table: readonly string[];
  readonly quotedTable: string;
  readonly mappings: readonly ColumnMapping[];
  readonly select: string;
}

/**
 * Letters, digits and `_ $ # @ -`, with single spaces or dots inside: nothing that any dialect gives a meaning to, even
 * if quoting failed.
 */
const NAME = /^[\p{L}\p{M}\p{N}_$#@-]+(?:[ .][\p{L}\p{M}\p{N}_$#@-]+)*$/u;
const MAX_NAME_LENGTH = 128;
const MAX_TABLE_PARTS = 2;

/** Checks every name of a query and builds its SELECT. Throws `SourceError` InvalidConfig that names the part. */
export function planRead(query: RowQuery, dialect: Dialect): ReadPlan {
  const table = query.table.split(".");
  if (table.length > MAX_TABLE_PARTS) {
    throw invalid(
      `table ${JSON.stringify(query.table)} has ${table.length} parts`,
      "write it as table or database.table",
    );
  }
  for (const part of table) checkName("table", part);
  if (query.columns.length === 0) throw invalid("no column is mapped", "map at least uid and activate");
  for (const { column } of query.columns) checkName("column", column);
  const quotedTable = table.map(dialect.quote).join(".");
  const columns = query.columns.map(({ column }) => dialect.quote(column)).join(", ");
  return { table, quotedTable, mappings: query.columns, select: `SELECT ${columns} FROM ${quotedTable}` };
}

/** Throws ColumnNotFound for the first mapped column that the table does not have; the remedy names those it has. */
export function checkColumns(plan: ReadPlan, existing: readonly string[], dialect: Dialect): void {
  const fold = (name: string) => dialect.foldsCase ? name.toLowerCase() : name;
  const known = new Set(existing.map(fold));
  const missing = plan.mappings.find(({ column }) => !known.has(fold(column)));
  if (missing === undefined) return;
  const nearest = nearestName(missing.column, existing);
  const hint = nearest === undefined ? "" : `did you mean "${nearest}"? `;
  throw new SourceError(
    `table ${plan.table.join(".")} has no column "${missing.column}", which ${
      missing.field ?? missing.variable
    } names`,
    { code: "ColumnNotFound", remedy: `${hint}it has ${listed(existing)}` },
  );
}

/** The error for a table that does not exist or that this user may not see. */
export function tableNotFound(plan: ReadPlan): SourceError {
  return new SourceError(`table or view ${plan.table.join(".")} does not exist`, {
    code: "TableNotFound",
    remedy:
      "check the name (and its database or schema part), or create it and grant SELECT on it to this user",
  });
}

function checkName(kind: "table" | "column", name: string): void {
  if (name.length > 0 && name.length <= MAX_NAME_LENGTH && NAME.test(name)) return;
  throw invalid(
    `${JSON.stringify(name.slice(0, MAX_NAME_LENGTH))} is no ${kind} name`,
    "use letters, digits and _ $ # @ -; for expressions and filters create a view and name the view",
  );
}

function invalid(message: string, remedy: string): SourceError {
  return new SourceError(message, { code: "InvalidConfig", remedy });
}

const LISTED_COLUMNS = 30;

function listed(names: readonly string[]): string {
  if (names.length <= LISTED_COLUMNS) return names.join(", ");
  return `${names.slice(0, LISTED_COLUMNS).join(", ")} and ${names.length - LISTED_COLUMNS} more`;
}

/** The existing name within two edits (case and separators aside), or undefined. */
function nearestName(wanted: string, existing: readonly string[]): string | undefined {
  const bare = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
  const ranked = existing
    .map((name) => ({ name, distance: editDistance(bare(wanted), bare(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.min(2, Math.floor(wanted.length / 2))
    ? best.name
    : undefined;
}

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
