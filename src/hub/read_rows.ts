import { Buffer } from "node:buffer";
import type { HubSpec } from "../api/hub.ts";
import type { RowVerdict } from "../api/row.ts";
import type { StoredHub } from "../api/stored.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound, KubeError } from "../kube/error.ts";
import type { ServerConfig, SourceConfig, SourceDeadlines, SourceTls } from "../source/config.ts";
import { SourceError } from "../source/port.ts";
import { columnsOf, judgeRow } from "./rows.ts";
import type { HubWorld } from "./world.ts";

/** What reading the rows of a hub needs of its world. */
export interface RowsWorld {
  /** Answers the Secrets that the hub names. */
  readonly client: Pick<KubeClient, "get">;
  readonly open: HubWorld["open"];
}

/** Reads every row of a hub's table. Throws `SourceError` for a read that did not finish; then no row counts. */
export async function readRows(world: RowsWorld, hub: StoredHub, signal: AbortSignal): Promise<RowVerdict[]> {
  const { config, table } = await sourceConfig(world.client, hub, signal);
  const source = world.open(config);
  try {
    const rows: RowVerdict[] = [];
    for await (const page of source.read({ table, columns: columnsOf(hub.spec) }, signal)) {
      for (const raw of page) rows.push(judgeRow(raw));
    }
    return rows;
  } finally {
    await source.close();
  }
}

type ServerSpec = NonNullable<HubSpec["source"]["mysql"]>;

async function sourceConfig(
  client: RowsWorld["client"],
  hub: StoredHub,
  signal: AbortSignal,
): Promise<{ config: SourceConfig; table: string }> {
  const { source } = hub.spec;
  const deadlines: SourceDeadlines = {
    connectMs: source.connectTimeoutSeconds * 1000,
    queryMs: source.queryTimeoutSeconds * 1000,
  };
  if (source.type === "sqlite") {
    if (source.sqlite === undefined) throw missingBlock(source.type);
    return { config: { type: "sqlite", path: source.sqlite.path, deadlines }, table: source.sqlite.table };
  }
  const spec = source[source.type];
  if (spec === undefined) throw missingBlock(source.type);
  const server = await serverConfig(client, { hub, spec, block: source.type }, signal);
  return { config: { type: source.type, server, deadlines }, table: spec.table };
}

function missingBlock(type: string): SourceError {
  return new SourceError(`spec.source.${type} is not set`, {
    code: "InvalidConfig",
    remedy: `Set spec.source.${type}, or another spec.source.type`,
  });
}

async function serverConfig(
  client: RowsWorld["client"],
  of: { hub: StoredHub; spec: ServerSpec; block: string },
  signal: AbortSignal,
): Promise<ServerConfig> {
  const { hub, spec, block } = of;
  const read = (field: string, ref: { name: string; key: string }) =>
    secretValue(client, { namespace: hub.namespace, ...ref, field: `spec.source.${block}.${field}` }, signal);
  const password = spec.passwordRef === undefined ? "" : await read("passwordRef", spec.passwordRef);
  const tls: SourceTls = spec.tls === undefined ? { mode: "disable" } : {
    mode: spec.tls.mode,
    ...(spec.tls.caRef === undefined ? {} : { ca: await read("tls.caRef", spec.tls.caRef) }),
  };
  const { host, port, username, database } = spec;
  return { host, port, username, password, database, tls };
}

const SECRET = { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true };

function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && error.status === 403;
}

/** One value of a Secret. A missing Secret or key is an error, never an empty password. */
async function secretValue(
  client: RowsWorld["client"],
  of: { namespace: string; name: string; key: string; field: string },
  signal: AbortSignal,
): Promise<string> {
  const where = `Secret ${of.namespace}/${of.name}`;
  try {
    const secret = await client.get({ type: SECRET, namespace: of.namespace, name: of.name }, { signal });
    const data = secret["data"] as Record<string, string> | undefined;
    const value = data?.[of.key];
    if (value !== undefined) return Buffer.from(value, "base64").toString("utf8");
  } catch (error) {
    if (isForbidden(error)) {
      throw new SourceError(`${where}, named by ${of.field}, may not be read by the operator`, {
        code: "InvalidConfig",
        remedy: "Grant get on secrets in that namespace to its ServiceAccount",
      });
    }
    if (!isNotFound(error)) throw error;
    const remedy = `Create the Secret, or correct ${of.field}.name`;
    throw new SourceError(`${where}, named by ${of.field}, does not exist`, {
      code: "InvalidConfig",
      remedy,
    });
  }
  const remedy = `Add the key to the Secret, or correct ${of.field}.key`;
  throw new SourceError(`${where} has no key ${JSON.stringify(of.key)}, named by ${of.field}`, {
    code: "InvalidConfig",
    remedy,
  });
}
