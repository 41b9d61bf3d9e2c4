import { Buffer } from "node:buffer";
import { CellError, checkedText, floatText, timestampText, utf8Text } from "./value_text.ts";

/** Type numbers of PostgreSQL's catalog (pg_type.dat) whose text is not what the server sends. */
const TYPES = {
  bool: 16,
  bytea: 17,
  float4: 700,
  float8: 701,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
} as const;

/**
 * The text of one cell (compat 3.5): booleans are `true` and `false`, floats Go's 'g', dates and timestamps RFC 3339 in
 * UTC, bytea its bytes when they are UTF-8; all else is the server's text: numeric, json, uuid, arrays (`{a,b}`), and
 * `infinity`, `NaN` and dates before Christ, which the other forms do not have. Throws `CellError`.
 *
 * @param type number in pg_type
 * @param decoded whether the driver took bytes for UTF-8 that the server did not know to be
 * @param text the server's text with DateStyle ISO and bytea_output hex, null for NULL
 */
export function postgresText(
  { type, decoded }: { readonly type: number; readonly decoded: boolean },
  text: string | null,
): string {
  if (text === null) return "";
  switch (type) {
    case TYPES.bool:
      return text === "t" ? "true" : "false";
    case TYPES.bytea:
      return utf8Text(hexBytes(text));
    case TYPES.float4:
    case TYPES.float8:
      return Number.isFinite(Number(text)) ? floatText(Number(text)) : text;
    case TYPES.date:
    case TYPES.timestamp:
    case TYPES.timestamptz:
      return timestampText(text) ?? checkedText(text);
    default:
      // What the driver could not decode, it replaced.
      if (decoded && text.includes("\ufffd")) throw new CellError(NO_UTF8);
      return checkedText(text);
  }
}

/** What is wrong with a cell of a database in another encoding. */
export const NO_UTF8 = "its bytes are not UTF-8";

/** `\x` and pairs of hexadecimal digits. */
function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), "hex"));
}
