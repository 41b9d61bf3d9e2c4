import assert from "node:assert/strict";
import { becomesReady, tenantsHub } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";

const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const HUB = tenantsHub("24h");
const form = (text: string) => `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {text: "${text}"}}}
`;

/** A form of three nodes, told at an instant at which the clock stands. */
async function started(lab: HubLab): Promise<void> {
  lab.clock.stopped = Date.now();
  await lab.objects.apply(HUB);
  await lab.objects.apply(form("one"));
  await lab.formPass("web");
  lab.table.rows = ["a", "b", "c"].map((id) => ({ id, active: "1" }));
  await lab.hubPass("tenants");
  lab.clock.ahead += 1;
  await lab.formPass("web");
}

async function told(lab: HubLab): Promise<FormStatus> {
  return (await lab.objects.get({ ...API, kind: "LynqForm", name: "web" }))?.["status"] as FormStatus;
}

Deno.test("nodes that become ready are told once a second, and the last of them at once with its condition", async () => {
  await withHub(async (lab) => {
    await started(lab);
    for (const name of ["a-web", "b-web"]) {
      await becomesReady(lab, name);
      const { verdict, writes } = await lab.formPass("web");
      assert(verdict.kind === "requeue" && verdict.afterMs <= 1001);
      assert.equal(writes, 0);
    }
    lab.clock.ahead += 1;
    assert.deepEqual(await lab.formPass("web"), { verdict: { kind: "await" }, writes: 1 });
    assert.equal((await told(lab)).readyNodes, 2);
    await becomesReady(lab, "c-web");
    assert.equal((await lab.formPass("web")).writes, 1);
    const { readyNodes, conditions } = await told(lab);
    assert.deepEqual([readyNodes, findCondition(conditions, "Applied")?.status], [3, "True"]);
  });
});

Deno.test("another generation and what is wrong with it are told at once, by one event each", async () => {
  await withHub(async (lab) => {
    await started(lab);
    await lab.objects.apply(form("{{ nofn }}"));
    await lab.formPass("web");
    assert.equal((await told(lab)).observedGeneration, 2);
    await lab.objects.apply(form("{{ norme }}"));
    await lab.formPass("web");
    assert.equal((await told(lab)).observedGeneration, 3);
    await becomesReady(lab, "a-web");
    await lab.formPass("web");
    await lab.formPass("web");
    const events = lab.events.events.filter(({ reason }) => reason === "ValidationFailed");
    assert.equal(events.length, 2);
  });
});

Deno.test("a form that is deleted tells once a second how many nodes are left", async () => {
  await withHub(async (lab) => {
    const left = async () => findCondition((await told(lab)).conditions, "Applied")?.message;
    await started(lab);
    await lab.objects.remove({ ...API, kind: "LynqForm", name: "web" });
    await lab.formPass("web");
    assert.match(await left() ?? "", /, 3 of its LynqNodes are left$/);
    await lab.objects.merge({ ...API, kind: "LynqNode", name: "a-web" }, { metadata: { finalizers: null } });
    assert.deepEqual(await lab.formPass("web"), {
      verdict: { kind: "requeue", afterMs: 1000 },
      writes: 0,
    });
    lab.clock.ahead += 1;
    assert.deepEqual(await lab.formPass("web"), { verdict: { kind: "await" }, writes: 1 });
    assert.match(await left() ?? "", /, 2 of its LynqNodes are left$/);
  });
});

Deno.test("a rollout is told to be complete when nodes are, once, and not where there is none", async () => {
  await withHub(async (lab) => {
    const completed = () => lab.events.events.filter(({ reason }) => reason === "RolloutComplete");
    const reason = async () => findCondition((await told(lab)).conditions, "Progressing")?.reason;
    const pass = async (rows: readonly string[]) => {
      lab.table.rows = rows.map((id) => ({ id, active: "1" }));
      lab.clock.ahead += 1;
      lab.restart();
      await lab.hubPass("tenants");
      await lab.formPass("web");
    };
    lab.clock.stopped = Date.now();
    await lab.objects.apply(`${HUB}  deletionGuard: {maxPercent: 100}\n`);
    await lab.objects.apply(form("one"));
    await lab.formPass("web");
    await pass([]);
    assert.deepEqual([await reason(), completed().length], ["NoNodes", 0]);
    await pass(["a"]);
    await becomesReady(lab, "a-web");
    await pass(["a"]);
    assert.deepEqual([await reason(), completed().length], ["RolloutComplete", 1]);
    await pass([]);
    const node = { ...API, kind: "LynqNode", name: "a-web" };
    await lab.objects.merge(node, { metadata: { finalizers: null } });
    await lab.formPass("web");
    lab.clock.ahead += 1;
    await lab.formPass("web");
    assert.deepEqual([await reason(), completed().length], ["NoNodes", 1]);
    await pass(["a"]);
    assert.deepEqual([await reason(), completed().length], ["RolloutComplete", 1]);
  });
});
