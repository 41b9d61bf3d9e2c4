import assert from "node:assert/strict";
import { strayBytes } from "../../src/source/postgres_encoding.ts";
import { cannotStart, startPostgres } from "../support/databases.ts";
import { commonBehaviours } from "./source_behaviours.ts";
import { type Behaviour, contractTests, query, readRows } from "./source_contract.ts";
import { nameBehaviours } from "./source_names.ts";
import { serverBehaviours, serverConfig, type ServerUnderTest } from "./source_server_behaviours.ts";
import { postgresTypes } from "./source_types.ts";

contractTests("the PostgreSQL source keeps the contract", {
  skip: cannotStart("postgres"),
  start: startDatabase,
  behaviours: [...commonBehaviours, ...serverBehaviours, ...nameBehaviours, ...encodings(), ...withoutUtf8()],
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
      /^SELECT current_setting\('server_encoding'\), set_config\('client_encoding'/,
      /^SELECT attname FROM pg_catalog\.pg_attribute/,
      /^COMMIT$/,
    ],
    stop: server.stop,
  };
}

/** A database of another encoding, with a table `t` of one text. */
async function inDatabase(database: ServerUnderTest, encoding: string) {
  const name = encoding.toLowerCase();
  await database.server.exec(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}'`);
  await database.server.exec("CREATE TABLE t (id text)", name);
  return { name, config: serverConfig(database, { server: { database: name } }) };
}

/** What only PostgreSQL has: a database may keep text in another encoding, or in none. */
function encodings(): readonly Behaviour<ServerUnderTest>[] {
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
        "a cell of a WIN1252 database that has no UTF-8 is unusable, and all else is read as what it means",
      async run(database) {
        const { name, config } = await inDatabase(database, "WIN1252");
        await database.server.exec(
          "ALTER TABLE t ADD day date DEFAULT '2026-01-02', ADD list text[], ADD note varchar(9)",
          name,
        );
        await database.server.exec(
          `INSERT INTO t (id, list, note) VALUES (chr(233), '{a}', NULL), ('b', ARRAY[chr(129)], chr(128)),
            ('c' || chr(157), NULL, 'c')`,
          name,
        );
        const problem = "its bytes are not UTF-8";
        assert.deepEqual(
          (await readRows(config, query("t", "id", "day", "list", "note"))).map((row) => ({ ...row })),
          [
            { id: "\u00e9", day: "2026-01-02T00:00:00Z", list: "{a}", note: "" },
            { id: "b", day: "2026-01-02T00:00:00Z", list: { column: "list", problem }, note: "\u20ac" },
            { id: { column: "id", problem }, day: "2026-01-02T00:00:00Z", list: "", note: "c" },
          ],
        );
      },
    },
  ];
}

function withoutUtf8(): readonly Behaviour<ServerUnderTest>[] {
  return [
    {
      name: "the bytes that encodings have no UTF-8 for are those that the server can't convert",
      async run({ server }) {
        await server.exec(STRAY);
        const encodings = ONE_BYTE.map((encoding) => `('${encoding}')`).join(", ");
        const told = await server.exec(`SELECT e, stray(e) FROM (VALUES ${encodings}) AS of (e)`);
        const lines = ONE_BYTE.map((encoding) => `${encoding}\t${strayBytes(encoding).join(" ")}`);
        assert.deepEqual(String(told).trimEnd().split("\n").toSorted(), lines.toSorted());
      },
    },
    {
      name: "the replacement character is a text of a database in UTF-8 like every other",
      async run(database) {
        await database.server.exec(
          "CREATE TABLE replaced (id text); INSERT INTO replaced VALUES (U&'a\\FFFD')",
        );
        await database.server.exec("GRANT SELECT ON replaced TO reader");
        const [row] = await readRows(serverConfig(database), query("replaced", "id"));
        assert.equal(row?.["id"], "a\ufffd");
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

/** Every encoding of one byte that a database may have. */
const ONE_BYTE = [
  ...Array.from({ length: 10 }, (_, i) => `LATIN${i + 1}`),
  ...[5, 6, 7, 8].map((part) => `ISO_8859_${part}`),
  ...["WIN866", "WIN874", "KOI8R", "KOI8U"],
  ...Array.from({ length: 9 }, (_, i) => `WIN125${i}`),
];

const STRAY = `CREATE FUNCTION stray(encoding text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE found text[];
  BEGIN
    FOR byte IN 128..255 LOOP
      BEGIN
        PERFORM convert(decode(to_hex(byte), 'hex'), encoding, 'UTF8');
      EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN
        found := found || byte::text;
      END;
    END LOOP;
    RETURN coalesce(array_to_string(found, ' '), '');
  END $$`;
