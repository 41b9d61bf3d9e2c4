import assert from "node:assert/strict";
import { WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";

const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const HUB = { ...API, kind: "LynqHub", name: "tenants" };
const OBJECTS = `
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: tenants, namespace: default}
spec:
  source: {type: sqlite, syncInterval: 60s, sqlite: {path: /data/a.db, table: rows}}
  valueMappings: {uid: id, activate: active, pause: hold}
  extraValueMappings: {plan: plan}
---
${WEB_FORM}`;
const row = (id: string, plan = "free", hold = "") => ({ id, active: "1", plan, hold });

async function started(lab: HubLab): Promise<void> {
  await lab.objects.apply(OBJECTS);
  await lab.formPass("web");
  lab.table.rows = [row("a"), row("b")];
  await lab.hubPass("tenants");
}

const inSeconds = (lab: HubLab, seconds: number) =>
  new Date(Date.now() + (lab.clock.ahead + seconds) * 1000).toISOString();

async function pause(lab: HubLab, which: Parameters<HubLab["objects"]["merge"]>[0], text: string | null) {
  await lab.objects.merge(which, { metadata: { annotations: { "lynq.sh/paused": text } } });
}

async function plans(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).map(({ name, spec }) => `${name} ${spec.values?.["plan"]}`).sort();
}

Deno.test("a paused hub reads nothing, and reads at once when its time is over", async () => {
  await withHub(async (lab) => {
    await started(lab);
    await pause(lab, HUB, inSeconds(lab, 600));
    lab.table.rows = [row("a", "gold"), row("b"), row("c")];
    const { verdict } = await lab.hubPass("tenants");
    assert(verdict.kind === "requeue" && verdict.afterMs > 500_000);
    assert.equal(lab.table.reads, 1);
    const status = (await lab.objects.get(HUB))?.["status"] as HubStatus;
    assert.equal(findCondition(status.conditions, "Paused")?.status, "True");
    assert.equal((await lab.hubPass("tenants")).writes, 0);
    lab.clock.ahead += 601;
    await lab.hubPass("tenants");
    assert.deepEqual(await plans(lab), ["a-web gold", "b-web free", "c-web free"]);
    assert.deepEqual(
      lab.events.events.filter(({ reason }) => ["Paused", "Resumed"].includes(reason)).map(({ reason }) =>
        reason
      ),
      ["Paused", "Resumed"],
    );
  });
});

Deno.test("the end of a form's or a node's pause is a reason to read at once", async () => {
  await withHub(async (lab) => {
    await started(lab);
    const form = { ...API, kind: "LynqForm", name: "web" };
    const node = { ...API, kind: "LynqNode", name: "a-web" };
    await pause(lab, form, inSeconds(lab, 20));
    lab.table.rows = [row("a", "gold"), row("b", "gold"), row("c")];
    const first = await lab.hubPass("tenants");
    assert(first.verdict.kind === "requeue" && first.verdict.afterMs <= 20_000);
    assert.deepEqual(await plans(lab), ["a-web free", "b-web free"]);
    await pause(lab, node, inSeconds(lab, 40));
    lab.clock.ahead += 21;
    const second = await lab.hubPass("tenants");
    assert(second.verdict.kind === "requeue" && second.verdict.afterMs <= 20_000);
    assert.deepEqual(await plans(lab), ["a-web free", "b-web gold", "c-web free"]);
    lab.clock.ahead += 20;
    await lab.hubPass("tenants");
    assert.deepEqual(await plans(lab), ["a-web gold", "b-web gold", "c-web free"]);
  });
});

Deno.test("a paused form keeps the nodes of rows that went until its pause ends", async () => {
  await withHub(async (lab) => {
    await started(lab);
    await pause(lab, { ...API, kind: "LynqForm", name: "web" }, inSeconds(lab, 200));
    lab.table.rows = [row("a")];
    lab.clock.ahead += 120;
    await lab.hubPass("tenants");
    assert.equal(lab.table.reads, 2);
    const leaving = async () => (await lab.nodes()).flatMap(({ name, deleting }) => deleting ? [name] : []);
    assert.deepEqual(await leaving(), []);
    lab.clock.ahead += 120;
    await lab.hubPass("tenants");
    assert.deepEqual(await leaving(), ["b-web"]);
  });
});

Deno.test("a pause that begins while rows are read stops what was planned", async () => {
  await withHub(async (lab) => {
    await started(lab);
    lab.table.rows = [row("a", "gold"), row("b", "gold")];
    lab.clock.ahead += 120;
    lab.table.meanwhile = () => lab.pauseHub("tenants");
    const { writes } = await lab.hubPass("tenants");
    assert.deepEqual(await plans(lab), ["a-web free", "b-web free"]);
    assert.equal(writes, 0);
  });
});

Deno.test("a row's pause is put on its nodes and taken off again, each with one write", async () => {
  await withHub(async (lab) => {
    await started(lab);
    lab.table.rows = [row("a", "gold", "yes"), row("b"), row("c", "free", "1")];
    lab.clock.ahead += 120;
    await lab.hubPass("tenants");
    assert.deepEqual(await plans(lab), ["a-web free", "b-web free"]);
    const [paused] = await lab.nodes();
    assert.deepEqual([paused?.spec.paused, paused?.annotations["lynq.sh/paused-by"]], [true, "row"]);
    lab.clock.ahead += 120;
    assert.equal((await lab.hubPass("tenants")).writes, 0);
    lab.table.rows = [row("a", "gold"), row("b")];
    lab.clock.ahead += 120;
    assert.equal((await lab.hubPass("tenants")).writes, 1);
    const [running] = await lab.nodes();
    assert.deepEqual([running?.spec.paused, running?.annotations["lynq.sh/paused-by"]], [
      undefined,
      undefined,
    ]);
    assert.deepEqual(await plans(lab), ["a-web gold", "b-web free"]);
  });
});
