import { checkedText, floatText, timestampText, utf8Text } from "./value_text.ts";

/** What SQLite stores in a cell. */
export type SqliteCell = null | bigint | number | string | Uint8Array;

/** Declared types whose text is a date; SQLite itself has none. */
const DATE_TYPE = /^(?:date|datetime|timestamp)\b/i;

/**
 * The text of one cell (compat 3.5): integers are exact, REAL is Go's 'g', BLOB is its bytes when they are UTF-8.
 * Text in a column that is declared DATE, DATETIME or TIMESTAMP becomes RFC 3339 in UTC when it is `YYYY-MM-DD` with or
 * without a time; in any other form it stays. Throws `CellError`.
 */
export function sqliteText(cell: SqliteCell, declaredType: string): string {
  if (cell === null) return "";
  if (typeof cell === "bigint") return cell.toString();
  if (typeof cell === "number") return floatText(cell);
  const text = typeof cell === "string" ? checkedText(cell) : utf8Text(cell);
  return (DATE_TYPE.test(declaredType) ? timestampText(text) : undefined) ?? text;
}
