import assert from "node:assert/strict";
import { dirname } from "node:path";
import { type SqliteFile, sqliteFile } from "../../tests/support/databases.ts";
import { openSource } from "../source/open.ts";
import type { RowSource } from "../source/port.ts";
import { KeptReaders } from "../source/sqlite_readers.ts";
import { launchedThreads, serveThread } from "./launched_threads.ts";
import type { LaunchedThread } from "./messages.ts";

const TABLES = `CREATE TABLE tenants (id INTEGER); INSERT INTO tenants VALUES (7);
  CREATE VIEW endless AS WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids) SELECT id FROM ids;
  CREATE VIEW heavy AS SELECT count(*) AS id FROM (SELECT id FROM endless LIMIT 8000000)`;

const never = new AbortController().signal;

/** Threads that are begun over messages, as between the controllers' thread and the launching one. */
class Launched {
  readonly #file: SqliteFile;
  readonly readers: KeptReaders;
  began = 0;

  constructor(file: SqliteFile, idleMs?: number) {
    this.#file = file;
    const start = launchedThreads((thread, transfer) => {
      this.began++;
      const moved: LaunchedThread = structuredClone(thread, { transfer: [...transfer] });
      serveThread(moved, [dirname(file.path)]);
    });
    this.readers = new KeptReaders(start, idleMs);
  }

  source(queryMs = 60_000): RowSource {
    const deadlines = { connectMs: 60_000, queryMs };
    return openSource({ type: "sqlite", path: this.#file.path, deadlines }, never, { readers: this.readers });
  }

  /** The ids of the table, read in a source of its own, as every sync does. */
  async ids(table = "tenants", queryMs?: number): Promise<unknown[]> {
    const source = this.source(queryMs);
    try {
      return (await Array.fromAsync(read(source, table))).flat().map((row) => row["id"]);
    } finally {
      await source.close();
    }
  }
}

function read(source: RowSource, table: string) {
  return source.read({ table, columns: [{ variable: "id", column: "id" }] }, never);
}

async function until(what: string, done: () => boolean): Promise<void> {
  for (let attempt = 0; !done(); attempt++) {
    assert(attempt < 600, what);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function withFile(test: (file: SqliteFile) => Promise<void>): Promise<void> {
  await using file = await sqliteFile(TABLES);
  await test(file);
  await until("the file is closed", () => file.openDescriptors() === 0);
}

Deno.test("a thread is kept for the next read, and has no file open between reads", async () => {
  await withFile(async (file) => {
    const launched = new Launched(file);
    assert.deepEqual(await launched.ids(), ["7"]);
    assert.equal(file.openDescriptors(), 0);
    file.exec("UPDATE tenants SET id = 8");
    assert.deepEqual(await launched.ids(), ["8"]);
    assert.equal(launched.began, 1);
    const both = await Promise.all([launched.ids(), launched.ids()]);
    assert.deepEqual(both, [["8"], ["8"]]);
    assert.equal(launched.began, 2);
    launched.readers.close();
  });
});

Deno.test("a thread is not kept when its read is given up, at a page, a deadline or an error", async () => {
  await withFile(async (file) => {
    const launched = new Launched(file);
    const source = launched.source();
    for await (const page of read(source, "endless")) {
      assert.equal(page.length, 500);
      assert(file.openDescriptors() > 0);
      break;
    }
    await source.close();
    await assert.rejects(launched.ids("heavy", 20), { name: "SourceError", code: "QueryTimeout" });
    await assert.rejects(launched.ids("nothing"), { name: "SourceError", code: "TableNotFound" });
    assert.deepEqual(await launched.ids(), ["7"]);
    assert.equal(launched.began, 4);
    launched.readers.close();
  });
});

Deno.test("a thread ends when nothing was read for a while", async () => {
  await withFile(async (file) => {
    const launched = new Launched(file, 0);
    assert.deepEqual(await launched.ids(), ["7"]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(await launched.ids(), ["7"]);
    assert.equal(launched.began, 2);
    launched.readers.close();
  });
});

Deno.test("a thread that is gone fails its read, and serves no other", async () => {
  const threads: LaunchedThread[] = [];
  const start = launchedThreads((thread, transfer) => {
    threads.push(structuredClone(thread, { transfer: [...transfer] }));
  });
  const readers = new KeptReaders(start);
  const deadlines = { connectMs: 60_000, queryMs: 60_000 };
  const source = openSource({ type: "sqlite", path: "/a.db", deadlines }, never, { readers });
  const reading = Array.fromAsync(read(source, "tenants"));
  const [thread] = threads;
  assert(thread !== undefined);
  const ended = new Promise((resolve) => thread.control.onmessage = resolve);
  thread.control.postMessage("lost");
  await assert.rejects(reading, { name: "SourceError", code: "ConnectionLost" });
  await ended;
  thread.control.close();
  thread.port.close();

  // One that goes while it waits.
  const waiting = readers.take();
  readers.giveBack(waiting);
  threads[1]?.control.postMessage("lost");
  await until("it is known", () => waiting.isGone);
  assert.notEqual(readers.take(), waiting);
  assert.equal(threads.length, 3);
  readers.close();
  for (const { control, port } of threads.slice(1)) {
    control.close();
    port.close();
  }
});
