import assert from "node:assert/strict";
import { tenantsHub } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import type { HubStatus } from "../api/hub.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";

const HUB = tenantsHub("24h");
const FORM = `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap, data: {x: "1"}}}
`;
const KEY = "default/tenants";
const which = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: "default", name: "tenants" };
const rows = (...ids: string[]) => ids.map((id) => ({ id, active: "1" }));
const OFFLINE = new KubeUnreachable("no answer", { code: "Reset" });
const BUSY = new KubeError("try later", { status: 500, reason: "InternalError" });

async function names(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).filter(({ deleting }) => !deleting).map(({ name }) => name).sort();
}

async function start(lab: HubLab, ...ids: string[]): Promise<void> {
  await lab.objects.apply(HUB);
  await lab.objects.apply(FORM);
  await lab.formPass("web");
  lab.table.rows = rows(...ids);
  await lab.hubPass("tenants");
}

Deno.test("deletions count for the guard even where a later write got no answer", async () => {
  await withHub(async (lab) => {
    await start(lab, ..."abcdefghij");
    lab.clock.ahead += 90_000;
    lab.table.rows = rows(..."cdefghijk");
    lab.faults.set("create k-web", OFFLINE);
    await assert.rejects(lab.hubPass("tenants"), KubeUnreachable);
    const { deletions } = (await lab.objects.get(which))?.["status"] as HubStatus;
    assert.deepEqual(deletions?.went?.map(({ rows }) => rows), [2]);
    lab.faults.clear();
    await lab.hubPass("tenants");
    assert.deepEqual(await names(lab), [..."cdefghijk"].map((id) => `${id}-web`));
  });
});

Deno.test("a deletion that gets no answer counts once, however often it is tried", async () => {
  await withHub(async (lab) => {
    await start(lab, ..."abcdefghij");
    lab.clock.ahead += 90_000;
    lab.table.rows = rows(..."cdefghij");
    lab.faults.set("delete a-web", OFFLINE).set("delete b-web", OFFLINE);
    for (let n = 0; n < 4; n++) {
      await assert.rejects(lab.hubPass("tenants"), KubeUnreachable);
      lab.restart();
    }
    lab.faults.clear();
    await lab.hubPass("tenants");
    assert.deepEqual(await names(lab), [..."cdefghij"].map((id) => `${id}-web`));
  });
});

Deno.test("a write that was refused is tried again soon, however long the sync interval is", async () => {
  await withHub(async (lab) => {
    await start(lab);
    lab.clock.ahead += 90_000;
    lab.table.rows = rows("a", "b");
    lab.faults.set("create a-web", BUSY);
    const { verdict } = await lab.hubPass("tenants");
    assert(verdict.kind === "requeue" && verdict.afterMs <= 1000);
    assert.deepEqual(await names(lab), ["b-web"]);
    lab.faults.clear();
    lab.clock.ahead += 1;
    await lab.hubPass("tenants");
    assert.deepEqual(await names(lab), ["a-web", "b-web"]);
  });
});

Deno.test("a hub that is deleted tries again where a node of it could not be", async () => {
  await withHub(async (lab) => {
    await start(lab, "a", "b");
    lab.faults.set("delete a-web", BUSY);
    await lab.objects.remove(which);
    const { verdict } = await lab.hubPass("tenants");
    assert.equal(verdict.kind, "requeue");
    assert.deepEqual(await names(lab), ["a-web"]);
    lab.faults.clear();
    assert.deepEqual((await lab.hubPass("tenants")).verdict, { kind: "await" });
    assert.deepEqual(await names(lab), []);
  });
});

Deno.test("a node that goes while rows are read is planned for again within a second", async () => {
  await withHub(async (lab) => {
    await start(lab, "a");
    lab.clock.stopped = Date.now() + 90_000_000;
    lab.table.meanwhile = () => {
      const known = lab.memory.get(KEY);
      if (known !== undefined) lab.memory.set(KEY, { ...known, overtaken: "nodeGone" });
    };
    assert.deepEqual((await lab.hubPass("tenants")).verdict, { kind: "requeue", afterMs: 1000 });
    delete lab.table.meanwhile;
    await lab.hubPass("tenants");
    assert.equal(lab.table.reads, 2);
    lab.clock.ahead += 1;
    const { verdict } = await lab.hubPass("tenants");
    assert(verdict.kind === "requeue" && verdict.afterMs > 1000);
    assert.equal(lab.table.reads, 3);
  });
});

Deno.test("a create that got no answer between two reads is asked for again by the next", async () => {
  await withHub(async (lab) => {
    await lab.objects.apply(HUB);
    await lab.objects.apply(FORM.replace("hubId: tenants", "hubId: tenants\n  rollout: {maxSkew: 1}"));
    await lab.formPass("web");
    lab.table.rows = rows("a", "b");
    await lab.hubPass("tenants");
    assert.deepEqual(await names(lab), ["a-web"]);
    const ready = { type: "Ready", status: "True", reason: "R", message: "" };
    const conditions = [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }];
    await lab.objects.merge({ ...which, kind: "LynqNode", name: "a-web" }, {
      status: { observedGeneration: 1, conditions },
    }, "status");
    lab.faults.set("create b-web", OFFLINE);
    await assert.rejects(lab.hubPass("tenants"), KubeUnreachable);
    lab.faults.clear();
    await lab.hubPass("tenants");
    assert.deepEqual([await names(lab), lab.table.reads], [["a-web", "b-web"], 2]);
  });
});

Deno.test("a form that goes without its nodes while rows are read gets no others beside them", async () => {
  await withHub(async (lab) => {
    await start(lab, "a", "b");
    lab.clock.ahead += 90_000;
    lab.table.rows = rows("a", "b", "c");
    lab.table.meanwhile = () => lab.leaveForm("web");
    await lab.hubPass("tenants");
    assert.deepEqual([await names(lab), lab.table.reads], [["a-web", "b-web"], 2]);
  });
});
