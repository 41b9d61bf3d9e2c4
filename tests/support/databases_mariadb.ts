import { join } from "node:path";
import type { DatabaseServer } from "./databases.ts";
import { freePort, run, start, systemUser, untilReady } from "./databases_process.ts";
import { makeCertificate, makeTlsFiles } from "./databases_tls.ts";

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
  const directory = await Deno.makeTempDir({ prefix: "mariadb_" });
  const user = await systemUser("mysql");
  const tls = await makeTlsFiles(directory);
  if (user !== undefined) await run("chown", ["-R", `${user.uid}:${user.gid}`, directory]);
  const data = join(directory, "data");
  const socket = join(directory, "socket");
  await run("mariadb-install-db", [
    ...["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"],
    ...(user === undefined ? [] : ["--user=mysql"]),
  ]);
  const port = freePort();
  const server = start("mariadbd", [
    ...[
      "--no-defaults",
      `--datadir=${data}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${socket}`,
    ],
    ...["--skip-log-bin", "--skip-name-resolve", "--general-log=1", "--log-output=TABLE", ...SMALL],
    ...[`--ssl-ca=${tls.caFile}`, `--ssl-cert=${tls.certFile}`, `--ssl-key=${tls.keyFile}`],
    ...["--pid-file", join(directory, "pid")],
  ], user);
  const exec = (sql: string, database = "") =>
    run("mariadb", [
      "--no-defaults",
      "-uroot",
      `--socket=${socket}`,
      "-N",
      "-B",
      "--default-character-set=utf8mb4",
      database,
    ], {
      input: sql,
    });
  const stop = async () => {
    await server.kill("SIGKILL");
    await Deno.remove(directory, { recursive: true });
  };
  try {
    await untilReady(server, () => exec("SELECT 1"));
    await exec(`CREATE DATABASE nodes CHARACTER SET utf8mb4;
      CREATE USER 'reader'@'%' IDENTIFIED BY '${PASSWORD.replaceAll("'", "''").replaceAll("\\", "\\\\")}';
      GRANT SELECT, SHOW VIEW ON *.* TO 'reader'@'%';`);
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
    statements: async () => {
      const text = await exec(
        "SELECT command_type, argument FROM mysql.general_log WHERE user_host LIKE 'reader%'",
      );
      return text.split("\n").map((line) => line.split("\t")).filter(([kind]) => kind === "Query").map((
        [, sql],
      ) => sql ?? "");
    },
    presentCertificateFor: async (host) => {
      await makeCertificate(directory, host);
      if (user !== undefined) await run("chown", ["-R", `${user.uid}:${user.gid}`, directory]);
      await exec("FLUSH SSL");
    },
    stop,
  };
}

const PASSWORD = String.raw`p@ss/w:o#r?d&'"\ %41é`;
