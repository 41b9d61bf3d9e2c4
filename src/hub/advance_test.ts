import assert from "node:assert/strict";
import { becomesReady, tenantsHub } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { SourceError } from "../source/port.ts";

const HUB = `${tenantsHub("24h")}  extraValueMappings: {plan: plan}
`;
const form = (greeting: string, maxSkew = 1) => `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  rollout: {maxSkew: ${maxSkew}}
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {greeting: "${greeting}"}}}
`;
const row = (id: string, plan = "pro") => ({ id, active: "1", plan });

async function start(lab: HubLab, maxSkew = 1): Promise<void> {
  await lab.objects.apply(HUB);
  await lab.objects.apply(form("hello", maxSkew));
  await lab.formPass("web");
  lab.table.rows = ["a", "b", "c"].map((id) => row(id));
  await lab.hubPass("tenants");
}

async function names(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).map(({ name }) => name).sort();
}

/** Each node that is there becomes ready, and the hub comes by. */
async function step(lab: HubLab): Promise<void> {
  for (const name of await names(lab)) await becomesReady(lab, name);
  await lab.hubPass("tenants");
}

async function revisions(lab: HubLab): Promise<number> {
  return new Set((await lab.nodes()).map(({ spec }) => spec.revision)).size;
}

Deno.test("new nodes that waited for room come one by one without another read of the rows", async () => {
  await withHub(async (lab) => {
    await start(lab);
    assert.deepEqual(await names(lab), ["a-web"]);
    const throttled = lab.events.events.find(({ reason }) => reason === "RolloutThrottled");
    assert.equal(
      throttled?.message,
      "LynqForm 'web': 2 node updates throttled (maxSkew=1, currently updating=0)",
    );
    await lab.hubPass("tenants");
    assert.deepEqual(await names(lab), ["a-web"]);
    await step(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web"]);
    await step(lab);
    assert.deepEqual(await names(lab), ["a-web", "b-web", "c-web"]);
    assert.equal(lab.table.reads, 1);
    assert.deepEqual(lab.memory.get("default/tenants")?.waiting, []);
  });
});

Deno.test("a form that is edited while the database is away reaches its nodes all the same", async () => {
  await withHub(async (lab) => {
    await start(lab, 9);
    await step(lab);
    lab.table.error = new SourceError("gone", { code: "ConnectionLost", remedy: "Start it" });
    lab.clock.ahead += 90_000;
    await lab.objects.apply(form("good day", 9));
    await lab.formPass("web");
    await lab.hubPass("tenants");
    assert.equal(await revisions(lab), 1);
    assert.equal(lab.memory.get("default/tenants")?.sync.kind, "failed");
  });
});

Deno.test("a changed row that waits for room reaches its node, as the row was read", async () => {
  await withHub(async (lab) => {
    await start(lab, 9);
    await step(lab);
    await lab.objects.apply(form("hello", 1));
    lab.table.rows = ["a", "b", "c"].map((id) => row(id, "gold"));
    lab.clock.ahead += 90_000;
    await lab.hubPass("tenants");
    const gold = async () =>
      (await lab.nodes()).filter(({ spec }) => spec.values?.["plan"] === "gold").length;
    assert.equal(await gold(), 1);
    await step(lab);
    await step(lab);
    assert.deepEqual([await gold(), lab.table.reads], [3, 2]);
  });
});

for (
  const [what, error] of [
    ["no answer came", new KubeUnreachable("reset", { code: "Reset" })],
    ["the answer doesn't tell", new KubeError("timeout", { status: 504, reason: "Timeout" })],
  ] as const
) {
  Deno.test(`a create of which ${what} keeps its room, and is sent again before any other`, async () => {
    await withHub(async (lab) => {
      lab.faults.set("create a-web", error);
      await start(lab).catch((thrown: unknown) => assert.equal(thrown, error));
      assert.deepEqual(await names(lab), []);
      assert.deepEqual([...lab.memory.get("default/tenants")?.doubts.keys() ?? []], ["a-web"]);
      // A name that sorts before it must not take the room.
      lab.table.rows = ["0", "a", "b"].map((id) => row(id));
      lab.faults.set("create a-web", error);
      await lab.hubPass("tenants").catch((thrown: unknown) => assert.equal(thrown, error));
      assert.deepEqual(await names(lab), []);
      lab.faults.clear();
      lab.clock.ahead += 2;
      await lab.hubPass("tenants");
      assert.deepEqual(await names(lab), ["a-web"]);
      assert.equal(lab.memory.get("default/tenants")?.doubts.size, 0);
    });
  });
}

Deno.test("that changes wait for room is told once, however often the rows are read meanwhile", async () => {
  await withHub(async (lab) => {
    const told = () => lab.events.events.filter(({ reason }) => reason === "RolloutThrottled").length;
    await start(lab);
    for (let read = 0; read < 3; read++) {
      lab.clock.ahead += 90_000;
      assert.equal((await lab.hubPass("tenants")).writes, 0);
    }
    assert.deepEqual([told(), lab.table.reads], [1, 4]);
    await step(lab);
    await step(lab);
    await step(lab);
    lab.table.rows = ["a", "b", "c"].map((id) => row(id, "gold"));
    lab.clock.ahead += 90_000;
    await lab.hubPass("tenants");
    assert.equal(told(), 2);
  });
});
