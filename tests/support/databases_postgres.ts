import { join } from "node:path";
import type { DatabaseServer } from "./databases.ts";
import { makeServerDirectory, READER_PASSWORD, type ServerDirectory } from "./databases_directory.ts";
import { freePort, run, start, type StartedProcess, untilReady } from "./databases_process.ts";
import { postgresProgram } from "./databases_programs.ts";

const FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"];
const LOG_FILE = "statements.log";

/**
 * A PostgreSQL server of its own: database `nodes`, user `reader` (password with special characters) who may only
 * SELECT, SCRAM passwords, TLS on, statements logged to a file.
 */
export async function startPostgresServer(): Promise<DatabaseServer> {
  const directory = await makeServerDirectory("postgres");
  await installData(directory);
  const port = freePort();
  const server = startServer(directory, port);
  const exec = (sql: string, database: string) => runClient({ directory, port }, sql, database);
  const stop = async () => {
    await server.kill("SIGQUIT");
    await directory.remove();
  };
  try {
    await untilReady(server, () => exec("SELECT 1", "postgres"));
    await exec(SETUP, "postgres");
    await exec("CREATE DATABASE nodes", "postgres");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ host: "127.0.0.1", port, username: "reader", password: READER_PASSWORD, database: "nodes" },
    caPem: directory.tls.caPem,
    exec: (sql, database = "nodes") => exec(sql, database),
    statements: async () => loggedStatements(await Deno.readTextFile(join(directory.path, LOG_FILE))),
    presentCertificateFor: async (host) => {
      await directory.certify(host);
      await exec("SELECT pg_reload_conf()", "postgres");
    },
    stop,
  };
}

async function installData({ path, user }: ServerDirectory): Promise<void> {
  await run(postgresProgram("initdb"), [
    ...["-D", join(path, "data"), "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
    ...["--auth-local=trust", "--auth-host=scram-sha-256"],
  ], { user });
}

function startServer({ path, tls, user }: ServerDirectory, port: number): StartedProcess {
  const settings = [
    ...[...FAST, "listen_addresses=127.0.0.1", `unix_socket_directories=${path}`],
    ...["ssl=on", `ssl_cert_file=${tls.certFile}`, `ssl_key_file=${tls.keyFile}`],
    ...["logging_collector=on", `log_directory=${path}`, `log_filename=${LOG_FILE}`],
    ...["log_statement=all", "log_line_prefix=%u|", "log_min_duration_statement=-1"],
  ];
  const args = ["-D", join(path, "data"), "-p", String(port)];
  return start(
    postgresProgram("postgres"),
    [...args, ...settings.flatMap((setting) => ["-c", setting])],
    user,
  );
}

interface Address {
  readonly directory: ServerDirectory;
  readonly port: number;
}

function runClient({ directory, port }: Address, sql: string, database: string): Promise<string> {
  return run(postgresProgram("psql"), [
    ...["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"],
    ...["-h", directory.path, "-p", String(port), "-U", "postgres", database],
  ], { input: sql, user: directory.user });
}

/** Statements of the reader; continuation lines of the log begin with a tab. */
function loggedStatements(log: string): readonly string[] {
  const entries = log.replaceAll(/\n\t/g, " ").split("\n");
  return entries.flatMap((entry) => {
    const [, sql] = /^reader\|LOG: +(?:statement|execute [^:]+): (.*)$/.exec(entry) ?? [];
    return sql === undefined ? [] : [sql];
  });
}

const SETUP = `CREATE ROLE reader LOGIN PASSWORD '${READER_PASSWORD.replaceAll("'", "''")}';
  GRANT pg_read_all_data TO reader;`;
