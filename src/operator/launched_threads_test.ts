import assert from "node:assert/strict";
import { dirname } from "node:path";
import { sqliteFile } from "../../tests/support/databases.ts";
import { openSource } from "../source/open.ts";
import type { RowSource } from "../source/port.ts";
import { launchedReaders, serveReader } from "./launched_readers.ts";
import type { LaunchedReader } from "./messages.ts";

const TABLES = `CREATE TABLE tenants (id INTEGER); INSERT INTO tenants VALUES (7);
  CREATE VIEW endless AS WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids) SELECT id FROM ids;
  CREATE VIEW heavy AS SELECT count(*) AS id FROM (SELECT id FROM endless LIMIT 8000000)`;

const never = new AbortController().signal;

/** A source whose threads are begun over two messages, as between the controllers' thread and the launching one. */
function launched(path: string, queryMs = 60_000): RowSource {
  const startReader = launchedReaders((reader, transfer) => {
    const moved: LaunchedReader = structuredClone(reader, { transfer: [...transfer] });
    serveReader(moved, [dirname(path)]);
  });
  return openSource({ type: "sqlite", path, deadlines: { connectMs: 60_000, queryMs } }, never, {
    startReader,
  });
}

function read(source: RowSource, table: string) {
  return source.read({ table, columns: [{ variable: "id", column: "id" }] }, never);
}

async function untilClosed(file: { openDescriptors(): number }): Promise<void> {
  for (let attempt = 0; file.openDescriptors() > 0; attempt++) {
    assert(attempt < 600, "the file is still open");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

Deno.test("every read has a thread of its own, which ends with it", async () => {
  const file = await sqliteFile(TABLES);
  try {
    const source = launched(file.path);
    for (let times = 0; times < 2; times++) {
      assert.deepEqual((await Array.fromAsync(read(source, "tenants"))).flat().map((row) => row["id"]), [
        "7",
      ]);
    }
    await untilClosed(file);
    for await (const page of read(source, "endless")) {
      assert.equal(page.length, 500);
      assert(file.openDescriptors() > 0);
      break;
    }
    await untilClosed(file);
    await source.close();
  } finally {
    await file.remove();
  }
});

Deno.test("a query that takes too long is given up at its deadline, and so is its thread", async () => {
  const file = await sqliteFile(TABLES);
  try {
    const source = launched(file.path, 20);
    await assert.rejects(Array.fromAsync(read(source, "heavy")), {
      name: "SourceError",
      code: "QueryTimeout",
    });
    await source.close();
    await untilClosed(file);
  } finally {
    await file.remove();
  }
});

Deno.test("a thread that is gone fails the read", async () => {
  const orders: LaunchedReader[] = [];
  const startReader = launchedReaders((reader, transfer) => {
    orders.push(structuredClone(reader, { transfer: [...transfer] }));
  });
  const deadlines = { connectMs: 60_000, queryMs: 60_000 };
  const source = openSource({ type: "sqlite", path: "/a.db", deadlines }, never, { startReader });
  const reading = Array.fromAsync(read(source, "tenants"));
  const [order] = orders;
  assert(order !== undefined);
  const ended = new Promise((resolve) => order.control.onmessage = resolve);
  order.control.postMessage("lost");
  await assert.rejects(reading, { name: "SourceError", code: "ConnectionLost" });
  await ended;
  order.control.close();
  order.port.close();
});
