import fc from "fast-check";

/** Texts that mean something to somebody: each is to be a value like any other. */
export const ODD_TEXTS: readonly string[] = [
  "",
  "\u{1f600} caf\u00e9 \u202e\u0001",
  "../../etc/passwd",
  '{{ env "HOME" }}{{ .uid }}',
  "{{",
  "__proto__",
  "constructor",
  "&anchor [*anchor, !!binary x]\n---\nkind: Secret",
  "__LYNQ_TYPE_INT__5",
  "true",
  "null",
  "'; DROP TABLE rows; --",
  "x".repeat(300),
  ...fc.sample(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), { seed: 7, numRuns: 20 })
    .filter((text) => !text.includes("\0")),
];

/** uids that can't name an object, as SQL would hold them; NULL apart. */
export const ODD_UIDS: readonly string[] = [
  "",
  "u".repeat(300),
  "\u{1f600}",
  "../x",
  "UPPER",
  '{{ env "X" }}',
  "a b",
  "__proto__",
];

/** What one kind of database needs to hold such rows. */
export interface OddTable {
  readonly type: "mysql" | "postgres" | "sqlite";
  /** Types of the columns id, value, number, day and raw. */
  readonly types: readonly string[];
  /** A literal of any text, without a character that SQL could mistake. */
  text(text: string): string;
  /** An integer beyond 2^53, a date that is none where there is one, bytes that are no UTF-8 and 10 MB of text. */
  readonly number: string;
  readonly day: string;
  readonly bytes: string;
  readonly long: string;
  /** What the first two are for a template. */
  readonly told: { readonly number: string; readonly day: string };
}

const hex = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const BIG = "9223372036854775807";
const LONG = 10 * 1_048_576;

export const ODD_TABLES: readonly OddTable[] = [
  {
    type: "mysql",
    types: [
      "VARCHAR(400) CHARACTER SET utf8mb4",
      "LONGTEXT CHARACTER SET utf8mb4",
      "BIGINT",
      "DATE",
      "LONGBLOB",
    ],
    text: (text) => `CONVERT(x'${hex(text)}' USING utf8mb4)`,
    number: BIG,
    day: "'0000-00-00'",
    bytes: "x'ff00'",
    long: `REPEAT('0', ${LONG})`,
    told: { number: BIG, day: "0001-01-01T00:00:00Z" },
  },
  {
    type: "postgres",
    types: ["text", "text", "bigint", "date", "bytea"],
    text: (text) => `convert_from('\\x${hex(text)}'::bytea, 'UTF8')`,
    number: BIG,
    day: "'infinity'",
    bytes: "'\\xff00'::bytea",
    long: `convert_to(repeat('0', ${LONG}), 'UTF8')`,
    told: { number: BIG, day: "infinity" },
  },
  {
    type: "sqlite",
    types: ["TEXT", "TEXT", "INTEGER", "DATE", "BLOB"],
    text: (text) => `CAST(x'${hex(text)}' AS TEXT)`,
    number: BIG,
    day: "'0000-00-00'",
    bytes: "x'ff00'",
    long: `CAST(substr(hex(zeroblob(${LONG})), 1, ${LONG}) AS BLOB)`,
    told: { number: BIG, day: "0001-01-01T00:00:00Z" },
  },
];

/** The table with its rows: `t<n>` with the n-th text, the odd uids, and `bytes` and `long` with a fine cell each. */
export function oddRows(table: OddTable): string {
  const { text, number, day } = table;
  const row = (id: string, value: string) => `(${id}, ${text(value)}, ${number}, ${day}, ${text("fine")}, 1)`;
  const rows = [
    ...ODD_TEXTS.map((value, n) => row(`'t${n}'`, value)),
    ...ODD_UIDS.map((uid) => row(text(uid), "x")),
    row("NULL", "x"),
    row("'bytes'", "x"),
    row("'long'", "x"),
  ];
  // Bytes are no text for PostgreSQL.
  const fine = table.type === "postgres"
    ? rows.map((each) => each.replace(text("fine"), "'\\x66696e65'::bytea"))
    : rows;
  const columns = ["id", "value", "number", "day", "raw"].map((name, n) => `${name} ${table.types[n]}`);
  const mode = table.type === "mysql" ? "SET SESSION sql_mode = ''; " : "";
  return `${mode}CREATE TABLE odd (${columns.join(", ")}, active INTEGER); INSERT INTO odd VALUES ${
    fine.join(", ")
  }`;
}
