import { isDeepStrictEqual } from "node:util";
import type { HubSpec } from "../../src/api/hub.ts";
import type { RowVerdict } from "../../src/api/row.ts";
import { columnsOf, judgeRow } from "../../src/hub/rows.ts";

/** What a fleet's table holds: texts by column, and none where the table can't be read. */
export type TableRows = readonly Readonly<Record<string, string>>[];

/** What the rows of a table ask for, by uid. */
export interface RowDemands {
  /** Values of the rows that are to have their nodes. */
  readonly active: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** uids whose nodes stay: all but those that only say no. */
  readonly kept: ReadonlySet<string>;
}

/** Rows that repeat a uid are one row where they say the same, and leave its nodes as they are where they differ. */
export function demandsOf(spec: HubSpec, rows: TableRows): RowDemands {
  const byUid = Map.groupBy(rows.map((row) => judgeRow(rawRow(spec, row))), uidOf);
  const active = new Map<string, Readonly<Record<string, string>>>();
  const kept = new Set<string>();
  for (const [uid, [first, ...others]] of byUid) {
    const agreed = others.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
    if (agreed?.kind === "active") active.set(uid, agreed.row.values);
    if (agreed?.kind !== "inactive") kept.add(uid);
  }
  return { active, kept };
}

/** SQLite does not heed the case of a column's name. */
function rawRow(spec: HubSpec, row: TableRows[number]): Record<string, string> {
  const raw: Record<string, string> = Object.create(null);
  for (const { variable, column } of columnsOf(spec)) raw[variable] = row[column.toLowerCase()] ?? "";
  return raw;
}

function uidOf(verdict: RowVerdict): string {
  return verdict.kind === "active" || verdict.kind === "paused" ? verdict.row.uid : verdict.uid;
}
