import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cannotStart, type DatabaseServer, startMariaDb, startPostgres } from "../support/databases.ts";

/** The database of a stage. */
export interface BenchRows {
  readonly name: string;
  /** Empty where it takes none. */
  readonly password: string;
  /** Where the operator may read. */
  readonly allowed: { readonly sourceHosts?: readonly string[]; readonly sourcePaths?: readonly string[] };
  /** `spec.source` of a hub that reads a table, `bench` unless told, with the password of the Secret `db`. */
  source(syncInterval: string, table?: string): unknown;
  exec(sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be no MariaDB here; undefined where there can. */
export function whyNoMariaDb(): string | undefined {
  return cannotStart("mariadb");
}

export async function mariaDbRows(): Promise<BenchRows> {
  return serverRows("MariaDB", "mysql", await startMariaDb());
}

export async function postgresRows(): Promise<BenchRows> {
  return serverRows("PostgreSQL", "postgres", await startPostgres());
}

function serverRows(name: string, type: "mysql" | "postgres", db: DatabaseServer): BenchRows {
  const { host, port, username, password, database } = db;
  return {
    name,
    password,
    allowed: { sourceHosts: [`${host}:${port}`] },
    source: (syncInterval, table = "bench") => {
      const passwordRef = { name: "db", key: "password" };
      return { type, syncInterval, [type]: { host, port, username, database, table, passwordRef } };
    },
    exec: async (sql) => {
      await db.exec(sql, database);
    },
    stop: () => db.stop(),
  };
}

export async function sqliteRows(): Promise<BenchRows> {
  const folder = await Deno.makeTempDir({ prefix: "lynq-bench-" });
  const path = join(folder, "bench.sqlite");
  const db = new DatabaseSync(path, { timeout: 5000 });
  return {
    name: "SQLite",
    password: "",
    allowed: { sourcePaths: [folder] },
    source: (syncInterval, table = "bench") => ({ type: "sqlite", syncInterval, sqlite: { path, table } }),
    exec: (sql) => Promise.resolve(db.exec(sql)),
    stop: async () => {
      db.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
