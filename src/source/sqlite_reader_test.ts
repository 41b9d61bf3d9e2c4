import assert from "node:assert/strict";
import { keptByEach } from "../../tests/support/live_heap.ts";
import { SqliteReader, type ThreadOrder } from "./sqlite_reader.ts";

/** A thread that answers each request with the same. */
function reader() {
  const orders: ThreadOrder[] = [];
  const made = new SqliteReader((order) => {
    orders.push(order);
    order.port.onmessage = () => order.port.postMessage({ kind: "columns", names: ["id"] });
    return () => order.port.close();
  });
  return { made, lose: () => orders.forEach(({ lost }) => lost()) };
}

Deno.test("a thread that is kept for many reads keeps nothing of their answers", async () => {
  const { made } = reader();
  assert.ok(await keptByEach(() => made.ask({ kind: "columns", table: ["t"] }), 5000) < 100);
  made.end();
});

Deno.test("a thread that is gone answers that, what was asked before and what is asked after", async () => {
  const { made, lose } = reader();
  const gone = { kind: "failed", failure: { reason: "thread-ended" } };
  const asked = made.ask({ kind: "columns", table: ["t"] });
  lose();
  assert.deepEqual(await asked, gone);
  assert.equal(made.isGone, true);
  assert.deepEqual(await made.ask({ kind: "columns", table: ["t"] }), gone);
  made.end();
});
