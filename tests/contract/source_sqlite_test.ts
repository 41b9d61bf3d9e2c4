import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
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

Deno.test("text is whole and exact, or said to be no UTF-8, whatever its bytes are", async () => {
  const texts = ["", "plain", "a\0b", "\uFEFFa", "\uFFFD", "é", "🙂", "a\uFFFDb\0", "1", " ".repeat(3)];
  const broken = ["61ff62", "c361", "80", "ed1fbf", "e28261", "efbf", "00ff", "efbfbdff"];
  const hex = (text: string) => Buffer.from(text).toString("hex");
  const values = [...texts.map(hex), ...broken].map((bytes, n) => `(${n}, CAST(x'${bytes}' AS TEXT))`);
  await using file = await sqliteFile(
    `CREATE TABLE t (n INTEGER, id TEXT); INSERT INTO t VALUES ${values.join()}`,
  );
  const rows = await readRows(config(file.path), query("t", "n", "id"));
  const cells = rows.toSorted((a, b) => Number(a["n"]) - Number(b["n"])).map((row) => row["id"]);
  const problems = broken.map((bytes) => ({
    column: "id",
    problem: `its ${bytes.length / 2} bytes are not UTF-8`,
  }));
  assert.deepEqual(cells, [...texts, ...problems]);
});

Deno.test("what is no text is read as it was stored, in a column of any type", async () => {
  await using file = await sqliteFile(`CREATE TABLE t (n INTEGER, id);
    INSERT INTO t VALUES (1, 9007199254740993), (2, -1.5), (3, 1e300), (4, NULL), (5, x'c3a9'), (6, x'ff'), (7, x'efbfbd')`);
  const rows = await readRows(config(file.path), query("t", "id", "n"));
  const cells = rows.toSorted((a, b) => Number(a["n"]) - Number(b["n"])).map((row) => row["id"]);
  const problem = { column: "id", problem: "its 1 bytes are not UTF-8" };
  assert.deepEqual(cells, ["9007199254740993", "-1.5", "1e+300", "", "é", problem, "\uFFFD"]);
});

Deno.test("a text in UTF-16 may hold U+FFFD", async () => {
  await using file = await sqliteFile(
    "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (id TEXT); INSERT INTO t VALUES ('\uFFFD')",
  );
  assert.deepEqual((await readRows(config(file.path), query("t", "id"))).map((row) => row["id"]), ["\uFFFD"]);
});
