import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { SourceConfig } from "../../src/source/config.ts";
import { sqliteFile } from "../support/databases.ts";
import { commonBehaviours } from "./source_behaviours.ts";
import { type ContractDatabase, contractTests, failure, query, readRows } from "./source_contract.ts";
import { sqliteTypes } from "./source_types.ts";

contractTests("the SQLite source keeps the contract", {
  skip: undefined,
  start: startDatabase,
  behaviours: commonBehaviours,
});

async function startDatabase(): Promise<ContractDatabase> {
  const file = await sqliteFile("");
  return {
    config: (queryMs) => config(file.path, queryMs),
    unreachable: () => config("/no/such/file.db"),
    exec: (sql) => Promise.resolve(file.exec(sql)),
    dotted: (table) => `main.${table}`,
    quote: (name) => `"${name}"`,
    fill: (table, { count, bytes }) =>
      `CREATE TABLE ${table} (id INTEGER, pad TEXT);
      WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < ${count})
      INSERT INTO ${table} SELECT id, substr(hex(zeroblob(${bytes})), 1, ${bytes}) FROM ids`,
    slowSelect: "WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids) SELECT id FROM ids",
    types: sqliteTypes,
    notUtf8: { type: "TEXT", literal: "CAST(x'ff00' AS TEXT)" },
    connections: () => Promise.resolve(file.openDescriptors()),
    stop: file.remove,
  };
}

function config(path: string, queryMs = 60_000): SourceConfig {
  return { type: "sqlite", path, deadlines: { connectMs: 60_000, queryMs } };
}

Deno.test("a file that is missing, a directory or no database is told apart", async () => {
  await using file = await sqliteFile("CREATE TABLE t (id INTEGER)");
  const text = join(dirname(file.path), "text.db");
  await Deno.writeTextFile(text, "this is no database, but long enough to have a header ".repeat(40));
  await failure(readRows(config(`${file.path}.gone`), query("t", "id")), "DatabaseNotFound");
  await failure(readRows(config(dirname(file.path)), query("t", "id")), "InvalidConfig");
  await failure(readRows(config(text), query("t", "id")), "InvalidConfig");
  for (const path of ["", ":memory:", "file:x?mode=memory", "a\0b"]) {
    await failure(readRows(config(path), query("t", "id")), "InvalidConfig");
  }
});

Deno.test("a view that SQLite computes in one long step frees the reader at the deadline", async () => {
  await using file = await sqliteFile(`CREATE VIEW heavy AS
    WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids LIMIT 8000000) SELECT count(*) AS id FROM ids`);
  await failure(readRows(config(file.path, 20), query("heavy", "id")), "QueryTimeout");
});

Deno.test("a text in UTF-16 is read, and a writer at work does not disturb", async () => {
  await using file = await sqliteFile(
    "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('é🙂')",
  );
  file.exec("PRAGMA journal_mode = WAL");
  assert.deepEqual((await readRows(config(file.path), query("t", "id"))).map((row) => row["id"]), ["é🙂"]);
});
