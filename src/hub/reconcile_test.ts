import assert from "node:assert/strict";
import { tenantsHub } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";
import { SourceError } from "../source/port.ts";

const HUB = `${tenantsHub("60s")}  extraValueMappings: {plan: plan}
`;
const form = (greeting: string, rollout = "") => `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  ${rollout}
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {greeting: "${greeting}"}}}
`;
const row = (id: string, plan = "pro", active = "1") => ({ id, active, plan });
const OFF = new SourceError("the server went away", { code: "ConnectionLost", remedy: "Start it" });

async function names(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).map(({ name }) => name).sort();
}

async function status(lab: HubLab): Promise<HubStatus> {
  const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: "default", name: "tenants" };
  return ((await lab.objects.get(which))?.["status"] ?? {}) as HubStatus;
}

/** A hub and a valid form, read once with two rows. */
async function twoNodes(lab: HubLab, rollout?: string): Promise<void> {
  await lab.objects.apply(HUB);
  await lab.objects.apply(form("hello", rollout));
  await lab.formPass("web");
  lab.table.rows = [row("a"), row("b")];
  await lab.hubPass("tenants");
}

/** Lets the sync interval pass. */
async function nextSync(lab: HubLab) {
  lab.clock.ahead += 120;
  return await lab.hubPass("tenants");
}

Deno.test("active rows become nodes that follow the form's revision, and the next read writes nothing", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web"]);
    const [first] = await lab.nodes();
    assert.deepEqual(first?.spec.values, { activate: "1", plan: "pro" });
    assert.match(first?.spec.revision ?? "", /^web-[0-9a-f]{10}$/);
    assert.equal((await status(lab)).desired, 2);
    const again = await nextSync(lab);
    assert.deepEqual([lab.table.reads, again.writes], [2, 0]);
  });
});

Deno.test("between two reads the database is left alone", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    const { verdict } = await lab.hubPass("tenants");
    assert.equal(lab.table.reads, 1);
    assert(verdict.kind === "requeue" && verdict.afterMs <= 60_000);
  });
});

Deno.test("a hub whose interval is shortened reads at once, however long the one before was", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    const which = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqHub",
      namespace: "default",
      name: "tenants",
    };
    const every = (syncInterval: string) => lab.objects.merge(which, { spec: { source: { syncInterval } } });
    await every("9999999h");
    await lab.hubPass("tenants");
    lab.table.rows = [row("a"), row("b", "free")];
    await nextSync(lab);
    assert.equal(lab.table.reads, 2);
    await every("1s");
    await lab.hubPass("tenants");
    assert.deepEqual((await lab.nodes()).map(({ spec }) => spec.values?.["plan"]).sort(), ["free", "pro"]);
  });
});

Deno.test("writing that takes most of the interval puts off no read", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    lab.clock.stopped = Date.now();
    lab.faults.get = (write) => {
      if (write.endsWith("-web")) lab.clock.ahead += 25;
      return undefined;
    };
    lab.table.rows = [row("a", "gold"), row("b", "gold")];
    await nextSync(lab);
    const reads = [lab.table.reads];
    for (const seconds of [9, 1]) {
      lab.clock.ahead += seconds;
      await lab.hubPass("tenants");
      reads.push(lab.table.reads);
    }
    assert.deepEqual(reads, [2, 2, 3]);
  });
});

Deno.test("a changed row changes its node, one that went or is off takes it away", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    lab.table.rows = [row("a", "gold"), row("b", "pro", "0")];
    await nextSync(lab);
    const nodes = await lab.nodes();
    assert.deepEqual(nodes.map(({ name, spec }) => [name, spec.values?.["plan"]]).slice(0, 1), [[
      "a-web",
      "gold",
    ]]);
    assert.deepEqual(nodes.filter(({ deleting }) => deleting).map(({ name }) => name), ["b-web"]);
    assert.deepEqual(lab.events.events.filter((e) => e.reason === "NodeDeleting").length, 1);
  });
});

Deno.test("a read that breaks off changes no node, keeps the counts and says why", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    lab.table.rows = [row("c")];
    lab.table.error = OFF;
    const { verdict } = await nextSync(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web"]);
    const after = await status(lab);
    assert.equal(after.desired, 2);
    const ready = findCondition(after.conditions, "Ready");
    assert.equal(ready?.reason, "DatabaseConnectionFailed");
    assert.match(ready?.message ?? "", /the server went away\. Start it/);
    assert(verdict.kind === "requeue" && verdict.afterMs <= 1000, "it tries again soon");
    lab.table.error = undefined;
    lab.table.rows = [row("a"), row("b"), row("c")];
    await nextSync(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web", "c-web"]);
  });
});

Deno.test("a hub whose last read failed waits for its turn while others like it have theirs, and follows its forms", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    lab.table.error = OFF;
    await nextSync(lab);
    lab.table.error = undefined;
    lab.table.rows = [row("a"), row("b"), row("c")];
    const reads = lab.table.reads;
    for (const other of ["x", "y"]) assert.equal(lab.sickReads.begin(other), true);
    await lab.objects.apply(form("good day"));
    await lab.formPass("web");
    const { verdict, writes } = await nextSync(lab);
    assert.equal(lab.table.reads, reads);
    assert.equal(writes > 0, true);
    assert(verdict.kind === "requeue" && verdict.afterMs > 0, "it asks again, and not at once");
    lab.sickReads.end("x");
    await nextSync(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web", "c-web"]);
    assert.equal(lab.sickReads.begin("z"), true);
  });
});

Deno.test("an edited form reaches its nodes without a read, an invalid one leaves them on the last good revision", async () => {
  await withHub(async (lab) => {
    await twoNodes(lab);
    const before = (await lab.nodes())[0]?.spec.revision;
    await lab.objects.apply(form("{{ nofn }}"));
    await lab.formPass("web");
    await lab.hubPass("tenants");
    assert.equal((await lab.nodes())[0]?.spec.revision, before);
    await lab.objects.apply(form("good day"));
    await lab.formPass("web");
    const { writes } = await lab.hubPass("tenants");
    assert.notEqual((await lab.nodes())[0]?.spec.revision, before);
    assert.deepEqual([lab.table.reads, writes], [1, 2]);
  });
});

Deno.test("a form pass adds a finalizer, keeps a revision and writes its status, and the next one nothing", async () => {
  await withHub(async (lab) => {
    await lab.objects.apply(HUB);
    await lab.objects.apply(form("hello"));
    assert.equal((await lab.formPass("web")).writes, 3);
    assert.equal((await lab.formPass("web")).writes, 0);
  });
});
