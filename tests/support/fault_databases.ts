import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { cannotStart, type DatabaseServer, startMariaDb, startPostgres } from "./databases.ts";

export type FaultSource = "mysql" | "postgres" | "sqlite";

/** A database that breaks on request. */
export interface FaultDatabase {
  readonly type: FaultSource;
  /** Undefined for a file. */
  readonly server: DatabaseServer | undefined;
  /** Where the file of that table is; empty for a server. */
  fileOf(table: string): string;
  exec(table: string, sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** A password of a user who may read what he is granted, and nothing else. */
export const LIMITED = { username: "limited", password: "limited-pw" } as const;

const LIMITED_USER = {
  mysql: `CREATE USER '${LIMITED.username}'@'%' IDENTIFIED BY '${LIMITED.password}'`,
  postgres: `CREATE ROLE ${LIMITED.username} LOGIN PASSWORD '${LIMITED.password}'`,
} as const;

/** Why there can be no such database here; undefined where there can. */
export function whyNoDatabase(type: FaultSource): string | undefined {
  return type === "sqlite" ? undefined : cannotStart(type === "mysql" ? "mariadb" : "postgres");
}

export async function startFaultDatabase(type: FaultSource): Promise<FaultDatabase> {
  if (type === "sqlite") return await fileDatabase();
  const server = await (type === "mysql" ? startMariaDb() : startPostgres());
  await server.exec(LIMITED_USER[type]);
  return {
    type,
    server,
    fileOf: () => "",
    exec: async (_, sql) => {
      await server.exec(sql);
    },
    stop: () => server.stop(),
  };
}

/** A file for each table, so that one can break alone. */
async function fileDatabase(): Promise<FaultDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "lynq-fault-files-" });
  const fileOf = (table: string) => join(folder, `${table}.db`);
  return {
    type: "sqlite",
    server: undefined,
    fileOf,
    exec: (table, sql) => {
      const database = new DatabaseSync(fileOf(table), { timeout: 30_000 });
      try {
        database.exec(sql);
      } finally {
        database.close();
      }
      return Promise.resolve();
    },
    stop: () => Deno.remove(folder, { recursive: true }),
  };
}
