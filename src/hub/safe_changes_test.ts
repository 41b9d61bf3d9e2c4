import assert from "node:assert/strict";
import { tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";

const WHICH = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: "default", name: "tenants" };
const OBJECTS = `${tenantsHub("60s")}---
${WEB_FORM}`;
const row = (id: string) => ({ id, active: "1" });

async function started(lab: HubLab, rows: readonly string[]): Promise<void> {
  await lab.objects.apply(OBJECTS);
  await lab.formPass("web");
  lab.table.rows = rows.map(row);
  await lab.hubPass("tenants");
}

async function nextSync(lab: HubLab): Promise<void> {
  lab.clock.ahead += 120;
  await lab.hubPass("tenants");
}

async function standing(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).filter((node) => !node.deleting).map(({ name }) => name).sort();
}

async function heldMessage(lab: HubLab): Promise<string | undefined> {
  const status = (await lab.objects.get(WHICH))?.["status"] as HubStatus;
  const condition = findCondition(status.conditions, "DeletionHeld");
  return condition?.status === "True" ? condition.message : undefined;
}

Deno.test("an empty table deletes no node, and the rows that come back end the hold", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b", "c"]);
    lab.table.rows = [];
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web", "c-web"]);
    assert.match(await heldMessage(lab) ?? "", /3 of 3 rows are gone; their nodes stay: a-web, b-web, c-web/);
    lab.table.rows = ["a", "b", "c"].map(row);
    await nextSync(lab);
    assert.equal(await heldMessage(lab), undefined);
  });
});

Deno.test("the annotation with the hash lets the held deletions go", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b"]);
    lab.table.rows = [];
    await nextSync(lab);
    const hash = /approve-deletions=([0-9a-f]+)/.exec(await heldMessage(lab) ?? "")?.[1] ?? "";
    await lab.objects.merge(WHICH, { metadata: { annotations: { "lynq.sh/approve-deletions": hash } } });
    await nextSync(lab);
    assert.deepEqual(await standing(lab), []);
    assert.equal(await heldMessage(lab), undefined);
  });
});

Deno.test("new and changed rows go on while deletions are held", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b", "c", "d", "e"]);
    lab.table.rows = [row("a"), row("new")];
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web", "c-web", "d-web", "e-web", "new-web"]);
  });
});

/** What the node controller does with nodes that go. */
async function finalizeAll(lab: HubLab): Promise<void> {
  for (const { name, deleting } of await lab.nodes()) {
    if (deleting) {
      await lab.objects.merge({ ...WHICH, kind: "LynqNode", name }, { metadata: { finalizers: null } });
    }
  }
}

const STATUS = async (lab: HubLab) => (await lab.objects.get(WHICH))?.["status"] as HubStatus;
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

Deno.test("a restart within ten minutes lets no more rows go than without it", async () => {
  await withHub(async (lab) => {
    const all = rowsOf(12);
    await started(lab, all);
    lab.table.rows = all.slice(3).map(row);
    await nextSync(lab);
    assert.equal((await standing(lab)).length, 9);
    assert.deepEqual((await STATUS(lab)).deletions?.went?.map(({ rows }) => rows), [3]);
    lab.restart();
    lab.table.rows = all.slice(5).map(row);
    await nextSync(lab);
    assert.equal((await standing(lab)).length, 9);
    assert.match(await heldMessage(lab) ?? "", /2 of 9 rows are gone/);
  });
});

Deno.test("an approval covers what is left of it after a restart, and is told once", async () => {
  await withHub(async (lab) => {
    const all = rowsOf(6);
    await started(lab, all);
    lab.table.rows = [row("r0")];
    await nextSync(lab);
    const hash = /approve-deletions=([0-9a-f]+)/.exec(await heldMessage(lab) ?? "")?.[1] ?? "";
    lab.restart();
    await nextSync(lab);
    assert.equal(lab.events.events.filter(({ reason }) => reason === "DeletionHeld").length, 1);
    for (const name of ["r3", "r4", "r5"]) lab.faults.set(`delete ${name}-web`, new Error("no answer"));
    await lab.objects.merge(WHICH, { metadata: { annotations: { "lynq.sh/approve-deletions": hash } } });
    await assert.rejects(nextSync(lab));
    lab.faults.clear();
    lab.restart();
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["r0-web"]);
    await finalizeAll(lab);
    lab.table.rows = all.map(row);
    await nextSync(lab);
    lab.table.rows = [row("r0")];
    await nextSync(lab);
    assert.equal((await standing(lab)).length, 6);
    assert.match(await heldMessage(lab) ?? "", /remove it first/);
  });
});

Deno.test("rows that all turn inactive are held, and one of them is not", async () => {
  await withHub(async (lab) => {
    const all = rowsOf(3);
    await started(lab, all);
    lab.table.rows = all.map((id) => ({ id, active: "0" }));
    await nextSync(lab);
    assert.equal((await standing(lab)).length, 3);
    assert.match(await heldMessage(lab) ?? "", /3 of 3 rows are inactive; their nodes stay/);
    lab.table.rows = all.map((id) => ({ id, active: id === "r0" ? "0" : "1" }));
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["r1-web", "r2-web"]);
    assert.equal(await heldMessage(lab), undefined);
  });
});

Deno.test("a table that is another one makes and deletes nothing until it is approved", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b"]);
    const { source } = await STATUS(lab);
    const path = (table: string) => ({ spec: { source: { sqlite: { path: "/data/a.db", table } } } });
    await lab.objects.merge(WHICH, path("other"));
    lab.table.rows = [row("a"), row("b"), row("x"), row("y")];
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web"]);
    const told = findCondition((await STATUS(lab)).conditions, "CreationHeld");
    assert.deepEqual([told?.status, told?.reason], ["True", "SourceChanged"]);
    assert.equal((await STATUS(lab)).source, source);
    const hash = /approve-creations=([0-9a-f]+)/.exec(told?.message ?? "")?.[1] ?? "";
    lab.restart();
    await lab.objects.merge(WHICH, { metadata: { annotations: { "lynq.sh/approve-creations": hash } } });
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web", "x-web", "y-web"]);
    assert.notEqual((await STATUS(lab)).source, source);
    assert.equal(findCondition((await STATUS(lab)).conditions, "CreationHeld")?.status, "False");
    assert.equal(lab.events.events.filter(({ reason }) => reason === "CreationHeld").length, 1);
  });
});

Deno.test("where every row was replaced, neither the old nodes go nor new ones come", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b"]);
    lab.table.rows = [row("x"), row("y")];
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web"]);
    assert.equal(findCondition((await STATUS(lab)).conditions, "CreationHeld")?.reason, "NoKnownRow");
    lab.table.rows = [row("a"), row("b"), row("x")];
    await nextSync(lab);
    assert.deepEqual(await standing(lab), ["a-web", "b-web", "x-web"]);
  });
});

Deno.test("a hub that deletes nothing writes nothing of its guard, also after a restart", async () => {
  await withHub(async (lab) => {
    await started(lab, ["a", "b"]);
    await nextSync(lab);
    lab.restart();
    lab.clock.ahead += 120;
    assert.equal((await lab.hubPass("tenants")).writes, 0);
    assert.equal((await STATUS(lab)).deletions, undefined);
  });
});
