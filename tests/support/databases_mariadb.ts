import { join } from "node:path";
import type { DatabaseServer } from "./databases.ts";
import { makeServerDirectory, READER_PASSWORD, type ServerDirectory } from "./databases_directory.ts";
import { freePort, run, start, type StartedProcess, untilReady } from "./databases_process.ts";

const SMALL = [
  "--innodb-buffer-pool-size=32M",
  "--innodb-log-file-size=16M",
  "--innodb-flush-log-at-trx-commit=0",
];

/**
 * A MariaDB server of its own: database `nodes`, user `reader` (password with special characters) who may only SELECT,
 * TLS on, general log in a table.
 */
export async function startMariaDbServer(): Promise<DatabaseServer> {
  const directory = await makeServerDirectory("mysql");
  await installData(directory);
  const port = freePort();
  const server = startServer(directory, port);
  const exec = (sql: string, database = "") => runClient(directory, sql, database);
  const stop = async () => {
    await server.kill("SIGKILL");
    await directory.remove();
  };
  try {
    await untilReady(server, () => exec("SELECT 1"));
    await exec(SETUP);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ host: "127.0.0.1", port, username: "reader", password: READER_PASSWORD, database: "nodes" },
    caPem: directory.tls.caPem,
    exec: (sql, database = "nodes") => exec(sql, database),
    statements: async () => (await exec(LOGGED)).split("\n").filter((line) => line !== ""),
    presentCertificateFor: async (host) => {
      await directory.certify(host);
      await exec("FLUSH SSL");
    },
    stop,
  };
}

function dataPath({ path }: ServerDirectory): string {
  return join(path, "data");
}

function socketPath({ path }: ServerDirectory): string {
  return join(path, "socket");
}

/** Not /tmp: a server that starts removes the temporary tables of every other that has the same one. */
function temporaryTables({ path }: ServerDirectory): string {
  return `--tmpdir=${path}`;
}

async function installData(directory: ServerDirectory): Promise<void> {
  await run("mariadb-install-db", [
    ...["--no-defaults", `--datadir=${dataPath(directory)}`, temporaryTables(directory), "--skip-test-db"],
    ...["--auth-root-authentication-method=normal"],
    ...(directory.user === undefined ? [] : ["--user=mysql"]),
  ]);
}

function startServer(directory: ServerDirectory, port: number): StartedProcess {
  const { path, tls, user } = directory;
  return start("mariadbd", [
    ...["--no-defaults", `--datadir=${dataPath(directory)}`, temporaryTables(directory)],
    `--socket=${socketPath(directory)}`,
    ...["--bind-address=127.0.0.1", `--port=${port}`, "--pid-file", join(path, "pid")],
    ...["--skip-log-bin", "--skip-name-resolve", "--general-log=1", "--log-output=TABLE", ...SMALL],
    ...[`--ssl-ca=${tls.caFile}`, `--ssl-cert=${tls.certFile}`, `--ssl-key=${tls.keyFile}`],
  ], user);
}

function runClient(directory: ServerDirectory, sql: string, database: string): Promise<string> {
  const args = ["--no-defaults", "-uroot", `--socket=${socketPath(directory)}`, "-N", "-B"];
  return run("mariadb", [...args, "--default-character-set=utf8mb4", database], { input: sql });
}

const LOGGED = `SELECT argument FROM mysql.general_log
  WHERE user_host LIKE 'reader%' AND command_type = 'Query'`;

const SETUP = `CREATE DATABASE nodes CHARACTER SET utf8mb4;
  CREATE USER 'reader'@'%' IDENTIFIED BY '${READER_PASSWORD.replaceAll("'", "''").replaceAll("\\", "\\\\")}';
  GRANT SELECT, SHOW VIEW ON *.* TO 'reader'@'%';`;
