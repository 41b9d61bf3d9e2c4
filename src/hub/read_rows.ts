import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { HubSpec } from "../api/hub.ts";
import { sensitiveNames } from "../api/mapped_variables.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { RowVerdict } from "../api/row.ts";
import { sensitiveKeyName } from "../api/sensitive.ts";
import type { StoredHub } from "../api/stored.ts";
import type { ServerConfig, SourceConfig, SourceDeadlines, SourceTls } from "../source/config.ts";
import { type ColumnMapping, type RawRow, SourceError } from "../source/port.ts";
import { columnsOf, judgeRow } from "./rows.ts";
import type { HubWorld } from "./world.ts";

/** What a Secret holds, base64 by key; or why that is not known. */
export type SecretAnswer =
  | { readonly kind: "found"; readonly value: Readonly<Record<string, string>> }
  | { readonly kind: "missing" }
  | { readonly kind: "refused" };

/** The Secrets that hubs name. */
export interface HubSecrets {
  /** By name. Those of the last time that are not among these are let go of. */
  read(
    of: { readonly user: string; readonly namespace: string; readonly names: readonly string[] },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, SecretAnswer>>;
  /** The hub is gone. */
  release(user: string): void;
}

/** What reading the rows of a hub needs of its world. */
export interface RowsWorld {
  readonly secrets: Pick<HubSecrets, "read">;
  readonly open: HubWorld["open"];
}

/** The rows of one read. */
export interface RowsRead {
  /** The same for two reads that gave the same rows in the same order. */
  readonly digest: string;
  /** What is known of the Secret with the key of sensitive values; undefined where the hub marks none. */
  readonly key: SecretAnswer | undefined;
  verdicts(): RowVerdict[];
}

/** Reads every row of a hub's table. Throws `SourceError` for a read that did not finish; then no row counts. */
export async function readRows(world: RowsWorld, hub: StoredHub, signal: AbortSignal): Promise<RowsRead> {
  const { config, table, key } = await sourceConfig(world.secrets, hub, signal);
  const source = world.open(config);
  const columns = columnsOf(hub.spec);
  const hash = createHash("sha256");
  try {
    const pages: (readonly RawRow[])[] = [];
    let weight = 0;
    for await (const page of source.read({ table, columns }, signal)) {
      const text = textOf(columns, page);
      weight += text.length + page.length * columns.length * CELL_WEIGHT;
      if (weight > MOST_WEIGHT) throw tooLarge(table, pages.length);
      hash.update(text);
      pages.push(page);
    }
    return {
      digest: hash.digest("base64"),
      key,
      verdicts: () => pages.flatMap((page) => page.map(judgeRow)),
    };
  } finally {
    await source.close();
  }
}

/** What a cell costs in memory besides its characters, and what the cells of one read may cost in all. */
const CELL_WEIGHT = 64;
const MOST_WEIGHT = 48 * 2 ** 20;

function tooLarge(table: string, pages: number): SourceError {
  return new SourceError(`${table} has more than a hub takes: reading ended after ${pages} pages`, {
    code: "TooLarge",
    remedy: "Map fewer columns or a view of fewer rows, or spread the rows over several hubs",
  });
}

/** Lengths before texts, so that no two pages have the same text. */
function textOf(columns: readonly ColumnMapping[], page: readonly RawRow[]): string {
  let text = "";
  for (const row of page) {
    for (const { variable } of columns) {
      const cell = row[variable] ?? "";
      text += typeof cell === "string" ? `${cell.length}:${cell}` : `!${cell.problem.length}:${cell.problem}`;
    }
  }
  return text;
}

type ServerSpec = NonNullable<HubSpec["source"]["mysql"]>;

async function sourceConfig(
  secrets: RowsWorld["secrets"],
  hub: StoredHub,
  signal: AbortSignal,
): Promise<{ config: SourceConfig; table: string; key: SecretAnswer | undefined }> {
  const { source } = hub.spec;
  const deadlines: SourceDeadlines = {
    connectMs: source.connectTimeoutSeconds * 1000,
    queryMs: source.queryTimeoutSeconds * 1000,
  };
  const keyName = sensitiveKeyName(hub.name);
  const spec = source.type === "sqlite" ? undefined : source[source.type];
  const refs = [spec?.passwordRef, spec?.tls?.caRef].flatMap((ref) => ref?.name ?? []);
  const names = [...refs, ...(sensitiveNames(hub.spec).length === 0 ? [] : [keyName])];
  const answers = await secrets.read({ user: namespacedName(hub), namespace: hub.namespace, names }, signal);
  const key = answers.get(keyName);
  if (source.type === "sqlite") {
    if (source.sqlite === undefined) throw missingBlock(source.type);
    const { path, table } = source.sqlite;
    return { config: { type: "sqlite", path, deadlines }, table, key };
  }
  if (spec === undefined) throw missingBlock(source.type);
  const server = serverConfig(answers, { namespace: hub.namespace, spec, block: source.type });
  return { config: { type: source.type, server, deadlines }, table: spec.table, key };
}

function missingBlock(type: string): SourceError {
  return new SourceError(`spec.source.${type} is not set`, {
    code: "InvalidConfig",
    remedy: `Set spec.source.${type}, or another spec.source.type`,
  });
}

function serverConfig(
  answers: ReadonlyMap<string, SecretAnswer>,
  of: { namespace: string; spec: ServerSpec; block: string },
): ServerConfig {
  const { namespace, spec, block } = of;
  const value = (field: string, ref: { name: string; key: string }) =>
    secretValue(answers.get(ref.name), { namespace, ...ref, field: `spec.source.${block}.${field}` });
  const password = spec.passwordRef === undefined ? "" : value("passwordRef", spec.passwordRef);
  const tls: SourceTls = spec.tls === undefined ? { mode: "disable" } : {
    mode: spec.tls.mode,
    ...(spec.tls.caRef === undefined ? {} : { ca: value("tls.caRef", spec.tls.caRef) }),
  };
  const { host, port, username, database } = spec;
  return { host, port, username, password, database, tls };
}

/** One value of a Secret. A missing Secret or key is an error, never an empty password. */
function secretValue(
  answer: SecretAnswer | undefined,
  of: { namespace: string; name: string; key: string; field: string },
): string {
  const where = `Secret ${of.namespace}/${of.name}`;
  if (answer?.kind === "refused") {
    throw new SourceError(`${where}, named by ${of.field}, may not be read by the operator`, {
      code: "InvalidConfig",
      remedy: "Grant get, list and watch on that Secret to its ServiceAccount",
    });
  }
  if (answer?.kind !== "found") {
    const remedy = `Create the Secret, or correct ${of.field}.name`;
    throw new SourceError(`${where}, named by ${of.field}, does not exist`, {
      code: "InvalidConfig",
      remedy,
    });
  }
  const value = answer.value[of.key];
  if (value !== undefined) return Buffer.from(value, "base64").toString("utf8");
  const remedy = `Add the key to the Secret, or correct ${of.field}.key`;
  throw new SourceError(`${where} has no key ${JSON.stringify(of.key)}, named by ${of.field}`, {
    code: "InvalidConfig",
    remedy,
  });
}
