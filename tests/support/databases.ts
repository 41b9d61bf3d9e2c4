import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startMariaDbServer } from "./databases_mariadb.ts";
import { startPostgresServer } from "./databases_postgres.ts";
import { postgresProgram, programExists } from "./databases_programs.ts";

/** A real server on the loopback address, with its own data directory. `stop` ends it and removes the directory. */
export interface DatabaseServer {
  readonly host: string;
  readonly port: number;
  /** A user who may read and nothing else. */
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** PEM of the authority that signed the server's certificate, which is for `localhost` only. */
  readonly caPem: string;
  /** Runs statements as administrator; returns the rows, tab separated. */
  exec(sql: string, database?: string): Promise<string>;
  /** The statements that `username` has sent so far, from the server's log. */
  statements(): Promise<readonly string[]>;
  /** Makes new connections meet a certificate for `host`, signed by the same authority. */
  presentCertificateFor(host: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why this machine cannot run the server, for `ignore` of a test; undefined when it can or when CI must. */
export function cannotStart(database: Database): string | undefined {
  return Deno.env.get("CI") === "true" ? undefined : missingPrograms(database);
}

function missingPrograms(database: Database): string | undefined {
  const missing = PROGRAMS[database].filter((program) => !programExists(postgresProgram(program)));
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

function mustStart(database: Database): void {
  const reason = missingPrograms(database);
  if (reason !== undefined) throw new Error(`${database} cannot start: ${reason}`);
}

/** Starts MariaDB: a few seconds, so share one server in a test file. */
export async function startMariaDb(): Promise<DatabaseServer> {
  mustStart("mariadb");
  return await startMariaDbServer();
}

/** Starts PostgreSQL: a few seconds, so share one server in a test file. */
export async function startPostgres(): Promise<DatabaseServer> {
  mustStart("postgres");
  return await startPostgresServer();
}

const PROGRAMS = {
  mariadb: ["mariadbd", "mariadb-install-db", "mariadb", "openssl"],
  postgres: ["postgres", "initdb", "psql", "openssl"],
} as const;

type Database = keyof typeof PROGRAMS;

/** An SQLite file in a directory of its own, which is removed at the end of its scope, too. */
export interface SqliteFile extends AsyncDisposable {
  readonly path: string;
  /** Runs statements as a writer. */
  exec(sql: string): void;
  /** How often this process has the file open (Linux; 0 elsewhere). */
  openDescriptors(): number;
  /** Removes the directory. */
  remove(): Promise<void>;
}

/** Makes an SQLite file and runs `sql` in it. */
export async function sqliteFile(sql: string): Promise<SqliteFile> {
  const directory = await Deno.makeTempDir({ prefix: "sqlite_" });
  const path = join(directory, "nodes.db");
  const exec = (statements: string) => {
    const database = new DatabaseSync(path, { timeout: 30_000 });
    try {
      database.exec(statements);
    } finally {
      database.close();
    }
  };
  const remove = () => Deno.remove(directory, { recursive: true });
  try {
    exec(sql);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    path,
    exec,
    openDescriptors: () => openDescriptors(path),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

function openDescriptors(path: string): number {
  if (Deno.build.os !== "linux") return 0;
  const links = [...Deno.readDirSync("/proc/self/fd")].map(({ name }) => linkTarget(`/proc/self/fd/${name}`));
  return links.filter((target) => target === path).length;
}

/** Undefined for a descriptor that was closed meanwhile. */
function linkTarget(link: string): string | undefined {
  try {
    return Deno.readLinkSync(link);
  } catch {
    return undefined;
  }
}
