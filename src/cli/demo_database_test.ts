import assert from "node:assert/strict";
import { createDatabase, readCustomers, runSql } from "./demo_database.ts";
import { readDemoManifests, withDatabase } from "./demo_manifests.ts";
import { answerText } from "./demo_sql.ts";

async function withSample(run: (path: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/customers.sqlite`;
    const { schema } = await readDemoManifests(path);
    createDatabase(path, { schema, extra: 2 });
    run(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the demo's rows are the sample's and as many more as asked for", async () => {
  await withSample((path) => {
    assert.deepEqual(readCustomers(path).map(({ uid, plan, active }) => `${uid} ${plan} ${active}`), [
      "sprout free true",
      "acme pro true",
      "globex enterprise true",
      "tenant-001 pro true",
      "tenant-002 enterprise true",
    ]);
  });
});

Deno.test("a statement tells how many rows it changed, several together", async () => {
  await withSample((path) => {
    assert.deepEqual(runSql(path, "UPDATE customers SET active=0 WHERE id='acme'"), {
      kind: "changed",
      rows: 1,
    });
    const both = "DELETE FROM customers WHERE id='acme'; DELETE FROM customers WHERE id='sprout'";
    assert.deepEqual(runSql(path, both), { kind: "changed", rows: 2 });
    assert.deepEqual(readCustomers(path).map(({ uid }) => uid), ["globex", "tenant-001", "tenant-002"]);
  });
});

Deno.test("a query is shown as columns", async () => {
  await withSample((path) => {
    const answer = runSql(path, "SELECT id, plan, NULL AS none FROM customers WHERE plan='pro' ORDER BY id");
    assert.equal(
      answerText(answer),
      "id          plan  none\nacme        pro   NULL\ntenant-001  pro   NULL",
    );
  });
});

Deno.test("the sample's hub reads the demo's file, and nothing else of it changes", async () => {
  const { hub, forms, kinds } = await readDemoManifests("/tmp/x/customers.sqlite");
  const { source, ...rest } = hub["spec"] as { source: Record<string, unknown> };
  assert.deepEqual(source["sqlite"], { path: "/tmp/x/customers.sqlite", table: "nodes" });
  assert.deepEqual(withDatabase(hub, "/tmp/x/customers.sqlite"), hub);
  assert.ok("valueMappings" in rest);
  assert.deepEqual([forms.length, kinds.length], [4, 3]);
});
