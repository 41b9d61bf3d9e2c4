import { join } from "node:path";
import type { DatabaseServer } from "./databases.ts";
import { freePort, run, start, systemUser, untilReady } from "./databases_process.ts";
import { postgresProgram } from "./databases_programs.ts";
import { makeCertificate, makeTlsFiles } from "./databases_tls.ts";

const FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB"];

/**
 * A PostgreSQL server of its own: database `nodes`, user `reader` (password with special characters) who may only
 * SELECT, SCRAM passwords, TLS on, statements logged to a file.
 */
export async function startPostgresServer(): Promise<DatabaseServer> {
  const directory = await Deno.makeTempDir({ prefix: "postgres_" });
  const user = await systemUser("postgres");
  const tls = await makeTlsFiles(directory);
  const data = join(directory, "data");
  await Deno.writeTextFile(join(directory, "admin"), "administrator");
  if (user !== undefined) await run("chown", ["-R", `${user.uid}:${user.gid}`, directory]);
  await run(postgresProgram("initdb"), [
    ...["-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
    ...["--auth-local=trust", "--auth-host=scram-sha-256", `--pwfile=${join(directory, "admin")}`],
  ], { user });
  const port = freePort();
  const settings = [
    ...[...FAST, "listen_addresses=127.0.0.1", `unix_socket_directories=${directory}`],
    ...["ssl=on", `ssl_cert_file=${tls.certFile}`, `ssl_key_file=${tls.keyFile}`],
    ...["logging_collector=on", `log_directory=${directory}`, "log_filename=statements.log"],
    ...["log_statement=all", "log_line_prefix=%u|", "log_min_duration_statement=-1"],
  ];
  const server = start(
    postgresProgram("postgres"),
    ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    user,
  );
  const exec = (sql: string, database: string) =>
    run(postgresProgram("psql"), [
      ...["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"],
      ...["-h", directory, "-p", String(port), "-U", "postgres", database],
    ], { input: sql, user });
  const stop = async () => {
    await server.kill("SIGQUIT");
    await Deno.remove(directory, { recursive: true });
  };
  try {
    await untilReady(server, () => exec("SELECT 1", "postgres"));
    await exec(
      `CREATE ROLE reader LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}';
      GRANT pg_read_all_data TO reader;`,
      "postgres",
    );
    await exec("CREATE DATABASE nodes", "postgres");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{
      host: "127.0.0.1",
      port,
      username: "reader",
      password: PASSWORD,
      database: "nodes",
      caPem: tls.caPem,
    },
    exec: (sql, database = "nodes") => exec(sql, database),
    statements: async () => loggedStatements(await Deno.readTextFile(join(directory, "statements.log"))),
    presentCertificateFor: async (host) => {
      await makeCertificate(directory, host);
      if (user !== undefined) await run("chown", ["-R", `${user.uid}:${user.gid}`, directory]);
      await exec("SELECT pg_reload_conf()", "postgres");
    },
    stop,
  };
}

/** Statements of the reader; continuation lines of the log begin with a tab. */
function loggedStatements(log: string): readonly string[] {
  const entries = log.replaceAll(/\n\t/g, " ").split("\n");
  return entries.flatMap((entry) => {
    const [, sql] = /^reader\|LOG: +(?:statement|execute [^:]+): (.*)$/.exec(entry) ?? [];
    return sql === undefined ? [] : [sql];
  });
}

const PASSWORD = String.raw`p@ss/w:o#r?d&'"\ %41é`;
