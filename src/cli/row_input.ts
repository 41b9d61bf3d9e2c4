import type { HubSpec } from "../api/hub.ts";
import { mappedVariables } from "../api/mapped_variables.ts";
import type { RowVerdict } from "../api/row.ts";
import { columnsOf, judgeRow } from "../hub/rows.ts";
import { suggest } from "../template/suggest.ts";
import { CsvError, parseCsv } from "./csv.ts";
import { FileProblem, type InputFile } from "./input_files.ts";

/** A row as it was given: text by column or template variable. */
export type GivenRow = Readonly<Record<string, string>>;

/** The row of `--row name=value` flags. */
export function rowOfFlags(flags: readonly string[]): GivenRow {
  const row: Record<string, string> = Object.create(null);
  for (const flag of flags) {
    const at = flag.indexOf("=");
    if (at < 1) throw new FileProblem("--row takes name=value, such as --row uid=acme");
    row[flag.slice(0, at)] = flag.slice(at + 1);
  }
  return row;
}

/** The rows of a file: CSV with a header by its ending, else JSON: an object or a list of objects. */
export function rowsOfFile({ name, text }: InputFile): GivenRow[] {
  if (/\.csv$/i.test(name)) return rowsOfCsv(name, text);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FileProblem(
      `${name}: no JSON; rows are a JSON list of objects, or CSV in a file that ends in .csv`,
      {
        cause,
      },
    );
  }
  const rows: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return rows.map((row, index) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new FileProblem(`${name}: row ${index + 1} is no object; write {"uid": "acme", ...}`);
    }
    return Object.assign(Object.create(null), textsOf(row));
  });
}

function textsOf(row: object): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, textOf(value)]));
}

/** A JSON value as the text that a database gives for it: null is "". */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  return JSON.stringify(value);
}

function rowsOfCsv(name: string, text: string): GivenRow[] {
  const [header, ...records] = recordsOf(name, text);
  if (header === undefined) throw new FileProblem(`${name}: empty; the first line names the columns`);
  return records.map((record, index) => {
    if (record.length !== header.length) {
      throw new FileProblem(
        `${name}: row ${index + 1} has ${record.length} values, the header ${header.length} names`,
      );
    }
    return Object.assign(
      Object.create(null),
      Object.fromEntries(header.map((key, n) => [key, record[n] ?? ""])),
    );
  });
}

function recordsOf(name: string, text: string): string[][] {
  try {
    return parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileProblem(`${name}: ${error.message}`, { cause: error });
  }
}

/** A hub for forms that come without one: every given name is a variable. */
export function hubSpecOf(rows: readonly GivenRow[]): HubSpec {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  for (const own of ["uid", "activate"]) names.delete(own);
  return {
    source: {
      type: "sqlite",
      connectTimeoutSeconds: 10,
      queryTimeoutSeconds: 60,
      sqlite: { path: "-", table: "-" },
    },
    valueMappings: { uid: "uid", activate: "activate" },
    extraValueMappings: Object.fromEntries([...names].map((name) => [name, name])),
  };
}

/**
 * What a hub makes of a given row. Each value is found by the template variable or by the hub's column; `activate` is
 * true unless told.
 */
export function verdictOf(spec: HubSpec, row: GivenRow): RowVerdict {
  const raw: Record<string, string> = Object.create(null);
  for (const { variable, column } of columnsOf(spec)) {
    const name = variable.trim();
    const value = row[name] ?? row[column] ?? (name === "activate" ? "true" : undefined);
    if (value !== undefined) raw[variable] = value;
  }
  return judgeRow(raw);
}

/** The names of a flags' row that the hub neither maps nor reads, each with what may be meant. */
export function strangeNames(spec: HubSpec, row: GivenRow): string[] {
  const columns = columnsOf(spec).map(({ column }) => column);
  const known = [...new Set([...mappedVariables(spec), ...columns])];
  return Object.keys(row).filter((name) => !known.includes(name)).map((name) =>
    `the hub maps no ${JSON.stringify(name)}; ${
      suggest(name, known) ?? `it maps ${mappedVariables(spec).join(", ")}`
    }`
  );
}
