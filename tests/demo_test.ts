import assert from "node:assert/strict";
import { type Demo, demoLeftovers, startDemo, startDemoSql } from "./support/demo_process.ts";

Deno.test("deno task demo --once ends with 0 and the summary when every node is Ready", async () => {
  const demo = startDemo("--once");
  const { code, text } = await demo.ended();
  assert.equal(code, 0, text);
  assert.match(
    text,
    /✓ 3 rows → 12 nodes → 36 resources, all Ready in \d+\.\d s with \d+ requests/,
  );
  assert.equal(text.includes("\x1b"), false, "a pipe gets no escape sequences");
  assert.deepEqual(await demoLeftovers(text), []);
});

Deno.test("--once ends with 1 and names what is not Ready when its time is over", async () => {
  // Simulated pods take longer than this.
  const demo = startDemo("--once", "--timeout", "1");
  const { code, text } = await demo.ended();
  assert.equal(code, 1, text);
  assert.match(text, /✗ not every node is Ready after 1 s:/);
  assert.match(text, /LynqNode acme-worker-tier|row acme: no LynqNode of the form worker-tier yet/);
  assert.deepEqual(await demoLeftovers(text), []);
});

Deno.test("a port that is taken is told with the remedy, and nothing is left", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { code, text } = await startDemo("--port", String(taken.addr.port)).ended();
    assert.equal(code, 1);
    assert.match(text, /^lynq demo: the port is in use: give another one with --port/m);
  } finally {
    taken.close();
  }
});

Deno.test("the demo follows what its commands do, and a signal leaves nothing behind", async (t) => {
  const demo = startDemo();
  try {
    await demo.line(/✓ 3 rows → 12 nodes → 36 resources, all Ready/);
    await demo.line(/Ctrl-C ends it and leaves nothing behind/);
    await t.step("an UPDATE changes the objects of that row", () => followsUpdate(demo));
    await t.step("a Deployment that somebody deleted is made anew", () => repairs(demo));
    await t.step("a DELETE takes the tenant's namespace away", () => followsDelete(demo));
    await t.step("a statement that SQLite refuses is told with exit code 1", () => refusesSql(demo));
  } finally {
    demo.signal("SIGTERM");
  }
  const { code, text } = await demo.ended();
  assert.equal(code, 0, text);
  assert.match(text, /Ended; nothing is left behind/);
  assert.deepEqual(await demoLeftovers(text), []);
});

interface Replicas {
  readonly spec: { readonly replicas: number };
}

async function followsUpdate(demo: Demo): Promise<void> {
  const { code, text } = await sql(demo, "UPDATE customers SET plan='enterprise' WHERE id='sprout'");
  assert.equal(code, 0, text);
  assert.match(text, /^1 row changed/);
  await demo.line(/→ row sprout: plan free → enterprise/);
  await demo.line(/· Deployment sprout-web was updated/);
  const path = "/apis/apps/v1/namespaces/node-sprout/deployments/sprout-web";
  assert.equal((await demo.get<Replicas>(path)).body.spec.replicas, 4);
}

async function repairs(demo: Demo): Promise<void> {
  const path = "/apis/apps/v1/namespaces/node-acme/deployments/acme-api";
  assert.equal(await demo.remove(path), 200);
  await demo.line(/↻ Deployment acme-api was gone and is made anew/);
  await demo.line(/✓ acme is Ready: 4 nodes, 12 resources/, "after the last one");
  assert.equal((await demo.get<Replicas>(path)).body.spec.replicas, 3);
}

async function followsDelete(demo: Demo): Promise<void> {
  const { code, text } = await sql(demo, "DELETE FROM customers WHERE id='globex'");
  assert.equal(code, 0, text);
  await demo.line(/→ row globex was deleted/);
  await demo.line(/− globex is gone/);
  // The namespace goes when the last of its objects has.
  await demo.absent("/api/v1/namespaces/node-globex");
}

async function refusesSql(demo: Demo): Promise<void> {
  const { code, text } = await sql(demo, "UPDATE nobody SET a = 1");
  assert.equal(code, 1);
  assert.match(text, /customers\.sqlite: no such table: nobody/);
}

/** On this demo's folder: another may run on the same machine. */
async function sql(demo: Demo, statement: string): Promise<{ code: number; text: string }> {
  return await startDemoSql(demo.folder(), statement);
}
