import type { Cell, ColumnMapping, RawRow } from "./port.ts";

/** A cell at most, in bytes of UTF-8: a LynqNode has to hold it, and Kubernetes stores objects up to 1.5 MB. */
export const MAX_CELL_BYTES = 1_048_576;

/** What is wrong with a cell; the value itself is never told. */
export class CellError extends Error {
  override readonly name = "CellError";
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text. Throws `CellError` when they are no UTF-8 or too many. */
export function utf8Text(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_CELL_BYTES) throw tooLong();
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw notUtf8(bytes.byteLength);
  }
}

/** Text that the driver has decoded already. Throws `CellError` when it is too long. */
export function checkedText(text: string): string {
  const mayBeTooLong = text.length > MAX_CELL_BYTES / 3;
  if (mayBeTooLong && new TextEncoder().encode(text).byteLength > MAX_CELL_BYTES) throw tooLong();
  return text;
}

export function notUtf8(bytes: number): CellError {
  return new CellError(`its ${bytes} bytes are not UTF-8`);
}

function tooLong(): CellError {
  return new CellError(`it is longer than ${MAX_CELL_BYTES} bytes`);
}

/** A row from its cells, in the order of the mappings. A cell of which `cellText` throws `CellError` is unusable. */
export function rowOf(mappings: readonly ColumnMapping[], cellText: (index: number) => string): RawRow {
  const row: Record<string, Cell> = Object.create(null);
  for (const [index, { variable, column }] of mappings.entries()) {
    try {
      row[variable] = cellText(index);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      row[variable] = { column, problem: error.message };
    }
  }
  return row;
}

/**
 * A finite number as Go's `strconv.FormatFloat(x, 'g', -1)` prints it (compat 3.5): shortest digits that round-trip,
 * exponent form below 1e-4 and from 1e6 on, with sign and two digits.
 */
export function floatText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) {
    return String(value).includes("e") ? value.toFixed(-exponent) : String(value);
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `YYYY-MM-DD`, then an optional time of day with fraction; the only zones understood are none, `Z` and `+00`. */
const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?)?(?:Z|\+00(?::?00)?)?$/;

const ZERO_TIME = "0001-01-01T00:00:00Z";

/** A date or timestamp in UTC as RFC 3339 with the fraction's zeros cut; undefined when the text has another form. */
export function timestampText(text: string): string | undefined {
  const [matched, year, month, day, time = "00:00:00", fraction = ""] = TIMESTAMP.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const trimmed = fraction.replace(/0+$/, "");
  const clock = `${time}${trimmed === "" ? "" : `.${trimmed}`}Z`;
  if (month !== "00" && day !== "00") return `${year}-${month}-${day}T${clock}`;
  return `${year}-${month}-${day}` === "0000-00-00"
    ? ZERO_TIME
    : `${normalDate([year, month, day])}T${clock}`;
}

/** A date with a zero month or day, counted back from the next full one, as Go's `time.Date` does. */
function normalDate(parts: readonly (string | undefined)[]): string {
  const [year = 1, month = 1, day = 1] = parts.map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return `${String(date.getUTCFullYear()).padStart(4, "0")}-${date.toISOString().slice(-19, -14)}`;
}
