import assert from "node:assert/strict";
import type { Cell, RawRow } from "../../src/source/port.ts";
import { openSource } from "../../src/source/open.ts";
import {
  type Behaviour,
  type ContractDatabase,
  eventually,
  failure,
  never,
  query,
  readPages,
  readRows,
} from "./source_contract.ts";

/** What every source does, whatever the database. */
export const commonBehaviours: readonly Behaviour[] = [
  {
    name: "every row of a large table comes once, in pages of at most 500",
    async run(database) {
      await database.exec(database.fill("many", { count: 2_300, bytes: 10 }));
      const pages = await readPages(database.config(), query("many", "id"));
      assert.ok(pages.every((page) => page.length >= 1 && page.length <= 500), "page sizes");
      const ids = pages.flat().map((row) => Number(row["id"])).sort((a, b) => a - b);
      assert.deepEqual(ids, Array.from({ length: 2_300 }, (_, index) => index + 1));
    },
  },
  {
    name: "an empty table is a read of no page",
    async run(database) {
      await database.exec("CREATE TABLE no_rows (id INTEGER)");
      assert.deepEqual(await readPages(database.config(), query("no_rows", "id")), []);
    },
  },
  {
    name: "a table that fills its pages exactly ends without an empty page",
    async run(database) {
      await database.exec(database.fill("exact_pages", { count: 1_000, bytes: 1 }));
      const pages = await readPages(database.config(), query("exact_pages", "id"));
      assert.deepEqual(pages.map((page) => page.length), [500, 500]);
    },
  },
  {
    name: "values have the text of the type table",
    async run(database) {
      const name = (index: number) => `c${index}`;
      const columns = database.types.map(({ type }, index) => `${name(index)} ${type}`);
      await database.exec(`CREATE TABLE typed (${columns.join(", ")})`);
      await database.exec(
        `INSERT INTO typed VALUES (${database.types.map(({ literal }) => literal).join(", ")})`,
      );
      const [row = {}] = await readRows(
        database.config(),
        query("typed", ...database.types.map((_, i) => name(i))),
      );
      const read = database.types.map(({ type, literal }, index) => ({
        type,
        literal,
        text: row[name(index)],
      }));
      assert.deepEqual(read, database.types);
    },
  },
  {
    name: "a view is read like a table",
    async run(database) {
      await database.exec("CREATE TABLE tenants (id INTEGER, plan VARCHAR(20))");
      await database.exec("INSERT INTO tenants VALUES (1, 'free'), (2, 'pro')");
      await database.exec("CREATE VIEW paying AS SELECT id AS uid, plan FROM tenants WHERE plan <> 'free'");
      assert.deepEqual(await readRows(database.config(), query("paying", "uid", "plan")).then(plain), [
        { uid: "2", plan: "pro" },
      ]);
    },
  },
  {
    name: "a table may be named with its database or schema",
    async run(database) {
      const rows = await readRows(database.config(), query(database.dotted("tenants"), "id"));
      assert.deepEqual(rows.map((row) => row["id"]).sort(), ["1", "2"]);
    },
  },
  {
    name: "keywords, spaces, dots, dashes and letters of any language are names",
    async run(database) {
      const columns = ["select", "order by", "a.b", "größe", "$x-1"];
      const declared = columns.map((column) => `${database.quote(column)} INTEGER`).join(", ");
      await database.exec(`CREATE TABLE ${database.quote("group")} (${declared})`);
      await database.exec(`INSERT INTO ${database.quote("group")} VALUES (1, 2, 3, 4, 5)`);
      const [row = {}] = await readRows(database.config(), query("group", ...columns));
      assert.deepEqual(Object.values(row), ["1", "2", "3", "4", "5"]);
    },
  },
  {
    name: "one column may be mapped to several variables, of any name",
    async run(database) {
      const columns = ["uid", "__proto__", "toString"].map((variable) => ({ variable, column: "plan" }));
      const [row] = await readRows(database.config(), { table: "paying", columns });
      assert.ok(row !== undefined && Object.getPrototypeOf(row) === null);
      assert.deepEqual(Object.entries(row), [["uid", "pro"], ["__proto__", "pro"], ["toString", "pro"]]);
    },
  },
  {
    name: "a name that could mean something else is refused before connecting",
    async run(database) {
      const names = [
        "t; DROP TABLE tenants",
        "t`",
        't"x',
        "t'x",
        "t\0",
        "",
        "a b ",
        "t--\n",
        "t(1)",
        "*",
        "x".repeat(200),
      ];
      for (const name of names) {
        await failure(readRows(database.unreachable(), query(name, "id")), "InvalidConfig");
        await failure(readRows(database.unreachable(), query("tenants", name)), "InvalidConfig");
      }
      await failure(readRows(database.unreachable(), query("a.b.c", "id")), "InvalidConfig");
      await failure(readRows(database.unreachable(), query("tenants")), "InvalidConfig");
      assert.equal((await readRows(database.config(), query("tenants", "id"))).length, 2);
    },
  },
  {
    name: "a missing table is told by its name",
    async run(database) {
      const error = await failure(readRows(database.config(), query("tenant", "id")), "TableNotFound");
      assert.match(error.message, /tenant/);
      await failure(readRows(database.config(), query("nowhere.tenants", "id")), "TableNotFound");
    },
  },
  {
    name: "a missing column is told with those that exist and the nearest",
    async run(database) {
      const error = await failure(
        readRows(database.config(), query("tenants", "id", "plann")),
        "ColumnNotFound",
      );
      assert.match(error.message, /"plann"/);
      assert.match(error.remedy, /did you mean "plan"\?/);
      assert.match(error.remedy, /id, plan/);
    },
  },
  {
    name: "bytes that are no text make their cell unusable, and no other; the column is named, the value not",
    async run(database) {
      const { type, literal } = database.notUtf8;
      await database.exec(`CREATE TABLE bytes_table (id INTEGER, secret_bytes ${type})`);
      await database.exec(`INSERT INTO bytes_table VALUES (1, ${literal}), (2, NULL)`);
      const rows = await readRows(database.config(), query("bytes_table", "id", "secret_bytes"));
      assert.deepEqual(rows.map((row) => row["id"]), ["1", "2"]);
      const [cell, empty] = rows.map((row) => row["secret_bytes"]);
      assert.equal(empty, "");
      assert.ok(typeof cell === "object");
      assert.equal(cell.column, "secret_bytes");
      assert.match(cell.problem, /bytes are not UTF-8/);
    },
  },
  {
    name: "a cell that no LynqNode could hold is unusable, and the rows beside it are read",
    async run(database) {
      await database.exec(database.fill("long_cells", { count: 1, bytes: 1_048_576 }));
      await database.exec(database.fill("longer_cells", { count: 2, bytes: 10_485_760 }));
      await database.exec("UPDATE longer_cells SET pad = 'short' WHERE id = 2");
      const [long] = await readRows(database.config(), query("long_cells", "pad"));
      assert.equal(String(long?.["pad"]).length, 1_048_576);
      const rows = await readRows(database.config(), query("longer_cells", "pad"));
      assert.deepEqual(rows.map((row) => row["pad"]).filter((cell) => typeof cell === "string"), ["short"]);
      const unusable = rows.map((row) => row["pad"]).filter((cell) => typeof cell === "object");
      assert.deepEqual(unusable, [{ column: "pad", problem: "it is longer than 1048576 bytes" }]);
    },
  },
  {
    name: "rows come in pages of 500, as they are asked for",
    async run(database) {
      await database.exec(database.fill("late_rows", { count: 1_200, bytes: 10 }));
      const pages = openSource(database.config(), never).read(query("late_rows", "id"), never)
        [Symbol.asyncIterator]();
      assert.equal((await pages.next()).value?.length, 500);
      assert.equal((await pages.next()).value?.length, 500);
      await pages.return?.();
    },
  },
  ...endings(),
];

function endings(): readonly Behaviour[] {
  return [
    {
      name: "a query past its deadline fails and leaves no connection",
      async run(database) {
        await database.exec(`CREATE VIEW slow AS ${database.slowSelect}`);
        const error = await failure(readRows(database.config(300), query("slow", "id")), "QueryTimeout");
        assert.match(error.message, /slow/);
        await noConnectionIsLeft(database);
      },
    },
    {
      name: "an aborted read fails as aborted, also when it had not begun",
      async run(database) {
        const source = openSource(database.config(), never);
        await failure(collect(source.read(query("tenants", "id"), AbortSignal.abort())), "Aborted");
        const controller = new AbortController();
        const reading = failure(collect(source.read(query("slow", "id"), controller.signal)), "Aborted");
        await eventually("the slow read", async () => await database.connections() > 0);
        controller.abort();
        await reading;
        await source.close();
      },
    },
    {
      name: "the signal that opened the source aborts its reads",
      async run(database) {
        const source = openSource(database.config(), AbortSignal.abort());
        await failure(collect(source.read(query("tenants", "id"), never)), "Aborted");
      },
    },
    {
      name: "closing ends a read under way, and may be done twice",
      async run(database) {
        const source = openSource(database.config(), never);
        const pages = source.read(query("many", "id"), never)[Symbol.asyncIterator]();
        assert.equal((await pages.next()).value?.length, 500);
        await source.close();
        await source.close();
        await failure(drain(pages), "Aborted");
        await noConnectionIsLeft(database);
      },
    },
    {
      name: "a consumer that stops early leaves no connection",
      async run(database) {
        const source = openSource(database.config(), never);
        for await (const page of source.read(query("many", "id"), never)) {
          assert.equal(page.length, 500);
          break;
        }
        await noConnectionIsLeft(database);
      },
    },
  ];
}

/** Rows without their null prototype, to compare. */
function plain(rows: readonly RawRow[]): Record<string, Cell>[] {
  return rows.map((row) => ({ ...row }));
}

async function noConnectionIsLeft(database: ContractDatabase): Promise<void> {
  await eventually("the end of the connection", async () => await database.connections() === 0);
}

async function collect<T>(pages: AsyncIterable<T>): Promise<void> {
  for await (const _ of pages);
}

async function drain<T>(pages: AsyncIterator<T>): Promise<void> {
  while ((await pages.next()).done !== true);
}
