import type { ReadPlan } from "./identifier.ts";

/**
 * Bytes that a database of this encoding may hold and PostgreSQL has no UTF-8 for, in hexadecimal: a row with one of them
 * ends the whole SELECT (SQLSTATE 22P05). The encodings of one byte that are not here have UTF-8 for every byte.
 */
const STRAY: Readonly<Record<string, string>> = {
  LATIN3: "a5 ae be c3 d0 e3 f0",
  ISO_8859_6: "a1 a2 a3 a5 a6 a7 a8 a9 aa ab ae af b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 ba bc bd be c0 " +
    "db dc dd de df f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe ff",
  ISO_8859_7: "ae d2 ff",
  ISO_8859_8: "a1 bf c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce cf d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 da db " +
    "dc dd de fb fc ff",
  WIN874: "81 82 83 84 86 87 88 89 8a 8b 8c 8d 8e 8f 90 98 99 9a 9b 9c 9d 9e 9f db dc dd de fc fd fe ff",
  WIN1250: "81 83 88 90 98",
  WIN1251: "98",
  WIN1252: "81 8d 8f 90 9d",
  WIN1253: "81 88 8a 8c 8d 8e 8f 90 98 9a 9c 9d 9e 9f aa d2 ff",
  WIN1254: "81 8d 8e 8f 90 9d 9e",
  WIN1255: "81 8a 8c 8d 8e 8f 90 9a 9c 9d 9e 9f ca d9 da db dc dd de df fb fc ff",
  WIN1257: "81 83 88 8a 8c 90 98 9a 9c 9f a1 a5",
  WIN1258: "81 8a 8d 8e 8f 90 9a 9d 9e",
};

/** Numbers of the bytes without UTF-8 in a `server_encoding`; none where every byte has it, or that is not known. */
export function strayBytes(encoding: string): readonly number[] {
  const listed = Object.hasOwn(STRAY, encoding) ? STRAY[encoding] : undefined;
  return listed?.split(" ").map((hex) => Number.parseInt(hex, 16)) ?? [];
}

/**
 * The plan's SELECT for a database with such bytes: NULL in place of a cell that has one, and behind the cells as many
 * booleans that tell which have.
 */
export function guardedSelect(
  { mappings, quotedTable }: Pick<ReadPlan, "mappings" | "quotedTable">,
  { quote, stray }: { quote: (name: string) => string; stray: readonly number[] },
): string {
  const bytes = stray.map((byte) => `pg_catalog.chr(${byte})`).join(" || ");
  const columns = mappings.map(({ column }) => quote(column));
  const strays = columns.map((column) => {
    const text = `${column}::pg_catalog.text`;
    return `pg_catalog.translate(${text}, ${bytes}, '') <> ${text}`;
  });
  const cells = columns.map((column, i) => `CASE WHEN ${strays[i]} THEN NULL ELSE ${column} END`);
  return `SELECT ${[...cells, ...strays].join(", ")} FROM ${quotedTable}`;
}
