import assert from "node:assert/strict";
import { cannotStart, startPostgres } from "../support/databases.ts";
import { commonBehaviours } from "./source_behaviours.ts";
import { type Behaviour, contractTests, query, readRows } from "./source_contract.ts";
import { nameBehaviours } from "./source_names.ts";
import { serverBehaviours, serverConfig, type ServerUnderTest } from "./source_server_behaviours.ts";
import { postgresTypes } from "./source_types.ts";

contractTests("the PostgreSQL source keeps the contract", {
  skip: cannotStart("postgres"),
  start: startDatabase,
  behaviours: [...commonBehaviours, ...serverBehaviours, ...nameBehaviours, ...encodings()],
});

async function startDatabase(): Promise<ServerUnderTest> {
  const server = await startPostgres();
  const type = "postgres";
  return {
    ...{ type, server },
    config: (queryMs) => serverConfig({ type, server }, queryMs === undefined ? {} : { queryMs }),
    unreachable: () => serverConfig({ type, server }, { server: { host: "no-such-host.invalid" } }),
    exec: (sql) => server.exec(sql),
    dotted: (table) => `public.${table}`,
    quote: (name) => `"${name}"`,
    fill: (table, { count, bytes }) =>
      `CREATE TABLE ${table} (id integer, pad text);
      INSERT INTO ${table} SELECT id, repeat('0', ${bytes}) FROM generate_series(1, ${count}) AS id`,
    slowSelect: "SELECT pg_sleep(600)::text AS id",
    types: postgresTypes,
    notUtf8: { type: "bytea", literal: String.raw`'\xff00'` },
    connections: async () =>
      Number(await server.exec("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader'")),
    verifiesAddresses: true,
    encryptionSelect:
      "SELECT CASE WHEN ssl THEN cipher ELSE '' END AS id FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    writingView: `CREATE TABLE written (id integer);
      CREATE FUNCTION write_one() RETURNS integer LANGUAGE sql SECURITY DEFINER VOLATILE
        AS 'INSERT INTO written VALUES (1) RETURNING id';
      CREATE VIEW writer AS SELECT write_one() AS id;`,
    stranger: `CREATE ROLE stranger LOGIN PASSWORD '${server.password.replaceAll("'", "''")}'`,
    waitingForClient: `SELECT count(*) FROM pg_stat_activity
      WHERE usename = 'reader' AND state = 'active' AND wait_event = 'ClientRead'`,
    killReaders: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'",
    frame: [
      /^BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY$/,
      /^SELECT set_config\('client_encoding'/,
      /^SELECT attname FROM pg_catalog\.pg_attribute/,
      /^COMMIT$/,
    ],
    stop: server.stop,
  };
}

/** What only PostgreSQL has: a database may keep text in another encoding, or in none. */
function encodings(): readonly Behaviour<ServerUnderTest>[] {
  const inDatabase = async (database: ServerUnderTest, encoding: string) => {
    const name = encoding.toLowerCase();
    await database.server.exec(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}'`);
    await database.server.exec("CREATE TABLE t (id text)", name);
    return { name, config: serverConfig(database, { server: { database: name } }) };
  };
  return [
    {
      name: "text of a LATIN1 database is read as what it means",
      async run(database) {
        const { name, config } = await inDatabase(database, "LATIN1");
        await database.server.exec("INSERT INTO t VALUES (chr(233))", name);
        assert.deepEqual((await readRows(config, query("t", "id"))).map((row) => row["id"]), ["\u00e9"]);
      },
    },
    {
      name:
        "text of a database without encoding is read when it is UTF-8, and its cell is unusable when it is not",
      async run(database) {
        const { name, config } = await inDatabase(database, "SQL_ASCII");
        await database.server.exec("INSERT INTO t VALUES (E'\\303\\251')", name);
        assert.deepEqual((await readRows(config, query("t", "id"))).map((row) => row["id"]), ["\u00e9"]);
        await database.server.exec("INSERT INTO t VALUES (E'\\351')", name);
        const [good, bad] = (await readRows(config, query("t", "id"))).map((row) => row["id"]);
        assert.deepEqual([good, bad], ["\u00e9", { column: "id", problem: "its bytes are not UTF-8" }]);
      },
    },
  ];
}
