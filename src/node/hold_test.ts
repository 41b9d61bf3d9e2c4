import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { findCondition } from "../api/conditions.ts";
import type { NodeStatus } from "../api/node.ts";

const WHICH = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };
const config = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });
const resource = (id: string, text = "{{ .plan }}") =>
  resourceOf({ id, spec: { apiVersion: "v1", kind: "ConfigMap", data: { text } } });

async function pause(lab: NodeLab, text: string | null): Promise<void> {
  await lab.objects.merge(WHICH, { metadata: { annotations: { "lynq.sh/paused": text } } });
}

const ready = (status: NodeStatus) => findCondition(status.conditions, "Ready");
const paused = (status: NodeStatus) => findCondition(status.conditions, "Paused")?.status;
const states = ({ resources = [] }: NodeStatus) =>
  resources.map(({ id, state, reason }) => [id, state, reason]);

Deno.test("a node that is paused from the start makes nothing and says so once", async () => {
  await withNode(async (lab) => {
    await lab.want([resource("a"), resource("b")], { plan: "x" });
    await pause(lab, "true");
    const { status, writes, verdict } = await lab.pass();
    assert.equal(writes, 1);
    assert.equal(await lab.objects.get(config("acme-a")), undefined);
    assert.equal(ready(status)?.reason, "NotAllResourcesReady");
    assert.match(ready(status)?.message ?? "", /^2 resources are not applied yet \(a, b\)/);
    assert.deepEqual([paused(status), verdict.kind], ["True", "await"]);
    assert.notEqual(status.observedGeneration, (await lab.stored())?.metadata.generation);
    assert.equal((await lab.pass()).writes, 0);
  });
});

Deno.test("a paused node goes on counting what is there, and one pass after its end mends all", async () => {
  await withNode(async (lab) => {
    await lab.want([resource("a"), resource("b")], { plan: "x" });
    await lab.pass();
    await pause(lab, "true");
    const first = await lab.pass();
    assert.deepEqual([ready(first.status)?.status, paused(first.status)], ["True", "True"]);
    assert.equal(first.status.observedGeneration, (await lab.stored())?.metadata.generation);
    await lab.want([resource("a"), resource("c")], { plan: "y" });
    await pause(lab, "true");
    const second = await lab.pass();
    assert.deepEqual(states(second.status), [["a", "Ready", undefined], ["b", "Ready", undefined]]);
    assert.notEqual(second.status.observedGeneration, (await lab.stored())?.metadata.generation);
    assert.equal(await lab.objects.get(config("acme-c")), undefined);
    await pause(lab, null);
    const last = await lab.pass();
    assert.deepEqual(states(last.status), [["a", "Ready", undefined], ["c", "Ready", undefined]]);
    assert.equal(await lab.objects.get(config("acme-b")), undefined);
    assert.equal(paused(last.status), "False");
    assert.deepEqual(
      lab.events.events.filter(({ reason }) => ["Paused", "Resumed"].includes(reason)).map(({ reason }) =>
        reason
      ),
      ["Paused", "Resumed"],
    );
  });
});

Deno.test("a pause that ends by its time brings the node back then", async () => {
  await withNode(async (lab) => {
    await lab.want([resource("a")], { plan: "x" });
    await pause(lab, new Date(Date.now() + 3_600_000).toISOString());
    const { verdict } = await lab.pass();
    assert(verdict.kind === "requeue" && verdict.afterMs > 3_500_000 && verdict.afterMs <= 3_600_001);
    lab.clock.ahead = 3601;
    assert.equal(paused((await lab.pass()).status), "False");
    assert.notEqual(await lab.objects.get(config("acme-a")), undefined);
  });
});

Deno.test("a paused node that is deleted goes, and its children with it", async () => {
  await withNode(async (lab) => {
    await lab.want([resource("a")], { plan: "x" });
    await lab.pass();
    await pause(lab, "true");
    await lab.pass();
    await lab.remove();
    await lab.pass();
    assert.equal(await lab.stored(), undefined);
    assert.equal(await lab.objects.get(config("acme-a")), undefined);
  });
});

Deno.test("what waits for a namespace that never comes does not bring a paused node back again and again", async () => {
  await withNode(async (lab) => {
    const policy = { targetNamespace: "nowhere", timeoutSeconds: 5 };
    await lab.want([{ ...resource("a"), ...policy }], { plan: "x" });
    assert.deepEqual(states((await lab.pass()).status), [["a", "Waiting", "NamespaceMissing"]]);
    await pause(lab, "true");
    assert.equal((await lab.pass()).verdict.kind, "requeue");
    lab.clock.ahead = 60;
    const { verdict, writes } = await lab.pass();
    assert.deepEqual([verdict.kind, writes], ["await", 0]);
  });
});

Deno.test("what was created once and is gone stays done while its node is paused", async () => {
  await withNode(async (lab) => {
    await lab.want([{ ...resource("a"), creationPolicy: "Once" }], { plan: "x" });
    await lab.pass();
    await pause(lab, "true");
    await lab.pass();
    await lab.objects.remove(config("acme-a"));
    assert.equal(ready((await lab.pass()).status)?.status, "True");
  });
});
