import { cannotStart, startMariaDb } from "../support/databases.ts";
import { commonBehaviours } from "./source_behaviours.ts";
import { contractTests } from "./source_contract.ts";
import { nameBehaviours } from "./source_names.ts";
import { serverBehaviours, serverConfig, type ServerUnderTest } from "./source_server_behaviours.ts";
import { mysqlTypes } from "./source_types.ts";

contractTests("the MySQL source keeps the contract on MariaDB", {
  skip: cannotStart("mariadb"),
  start: startDatabase,
  behaviours: [...commonBehaviours, ...serverBehaviours, ...nameBehaviours],
});

async function startDatabase(): Promise<ServerUnderTest> {
  const server = await startMariaDb();
  const type = "mysql";
  return {
    ...{ type, server },
    config: (queryMs) => serverConfig({ type, server }, queryMs === undefined ? {} : { queryMs }),
    unreachable: () => serverConfig({ type, server }, { server: { host: "no-such-host.invalid" } }),
    exec: (sql) => server.exec(`SET sql_mode = 'ANSI_QUOTES'; SET time_zone = '+00:00'; ${sql}`),
    dotted: (table) => `nodes.${table}`,
    quote: (name) => `\`${name}\``,
    fill: (table, { count, bytes }) =>
      `CREATE TABLE ${table} (id INT, pad LONGTEXT CHARACTER SET latin1);
      INSERT INTO ${table} SELECT seq, REPEAT('0', ${bytes}) FROM seq_1_to_${count}`,
    slowSelect: "SELECT SLEEP(600) AS id",
    types: mysqlTypes,
    notUtf8: { type: "BLOB", literal: "x'ff00'" },
    connections: async () =>
      Number(await server.exec("SELECT count(*) FROM information_schema.processlist WHERE user = 'reader'")),
    verifiesAddresses: false,
    encryptionSelect:
      "SELECT variable_value AS id FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER'",
    writingView: `CREATE TABLE written (id INT) ENGINE = InnoDB;
      DELIMITER //
      CREATE FUNCTION write_one() RETURNS INT MODIFIES SQL DATA
        BEGIN INSERT INTO written VALUES (1); RETURN 1; END //
      DELIMITER ;
      CREATE SQL SECURITY DEFINER VIEW writer AS SELECT write_one() AS id;`,
    stranger: `CREATE USER 'stranger'@'%' IDENTIFIED BY '${sqlText(server.password)}';
      GRANT SELECT ON nodes.paying TO 'stranger'@'%'`,
    waitingForClient: `SELECT count(*) FROM information_schema.processlist
      WHERE user = 'reader' AND state = 'Writing to net'`,
    killReaders: "KILL CONNECTION USER reader",
    frame: [
      /^SET NAMES utf8mb4, /,
      /^START TRANSACTION READ ONLY$/,
      /^SHOW COLUMNS FROM `tenants`$/,
      /^COMMIT$/,
    ],
    stop: server.stop,
  };
}

function sqlText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "''");
}
