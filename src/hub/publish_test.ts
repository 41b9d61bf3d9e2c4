import assert from "node:assert/strict";
import { becomesReady, tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";

const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const OBJECTS = `${tenantsHub("24h")}---
${WEB_FORM}`;

/** Three nodes, read and told at an instant at which the clock stands. */
async function started(lab: HubLab): Promise<void> {
  lab.clock.stopped = Date.now();
  await lab.objects.apply(OBJECTS);
  await lab.formPass("web");
  lab.table.rows = ["a", "b", "c"].map((id) => ({ id, active: "1" }));
  await lab.hubPass("tenants");
}

async function told(lab: HubLab): Promise<HubStatus> {
  return (await lab.objects.get({ ...API, kind: "LynqHub", name: "tenants" }))?.["status"] as HubStatus;
}

Deno.test("nodes that become ready are told once a second, and the last of them too", async () => {
  await withHub(async (lab) => {
    await started(lab);
    for (const name of ["a-web", "b-web"]) {
      await becomesReady(lab, name);
      assert.deepEqual(await lab.hubPass("tenants"), {
        verdict: { kind: "requeue", afterMs: 1000 },
        writes: 0,
      });
    }
    lab.clock.ahead += 1;
    const { verdict, writes } = await lab.hubPass("tenants");
    assert.deepEqual([(await told(lab)).ready, writes], [2, 1]);
    assert(verdict.kind === "requeue" && verdict.afterMs > 1000, "nothing is left to tell");
    await becomesReady(lab, "c-web");
    assert.equal((await lab.hubPass("tenants")).writes, 0);
    lab.clock.ahead += 1;
    await lab.hubPass("tenants");
    assert.equal((await told(lab)).ready, 3);
  });
});

Deno.test("a restart tells at once what was not told before it", async () => {
  await withHub(async (lab) => {
    await started(lab);
    await becomesReady(lab, "a-web");
    await lab.hubPass("tenants");
    assert.equal((await told(lab)).ready, 0);
    lab.restart();
    await lab.hubPass("tenants");
    assert.equal((await told(lab)).ready, 1);
  });
});

Deno.test("a condition that turns is told at once, and the counts with it", async () => {
  await withHub(async (lab) => {
    await started(lab);
    await becomesReady(lab, "a-web");
    lab.pauseHub("tenants");
    await lab.hubPass("tenants");
    const { conditions, ready } = await told(lab);
    assert.deepEqual([findCondition(conditions, "Paused")?.status, ready], ["True", 1]);
    await becomesReady(lab, "b-web");
    assert.deepEqual(await lab.hubPass("tenants"), {
      verdict: { kind: "requeue", afterMs: 1000 },
      writes: 0,
    });
    lab.clock.ahead += 1;
    assert.deepEqual(await lab.hubPass("tenants"), { verdict: { kind: "await" }, writes: 1 });
  });
});

Deno.test("a hub that is deleted tells once a second how many nodes are left", async () => {
  await withHub(async (lab) => {
    const left = async () => findCondition((await told(lab)).conditions, "Ready")?.message;
    await started(lab);
    await lab.objects.remove({ ...API, kind: "LynqHub", name: "tenants" });
    await lab.hubPass("tenants");
    assert.match(await left() ?? "", /, 3 of its LynqNodes are left$/);
    await lab.objects.merge({ ...API, kind: "LynqNode", name: "a-web" }, { metadata: { finalizers: null } });
    assert.deepEqual(await lab.hubPass("tenants"), {
      verdict: { kind: "requeue", afterMs: 1000 },
      writes: 0,
    });
    lab.clock.ahead += 1;
    assert.deepEqual(await lab.hubPass("tenants"), { verdict: { kind: "await" }, writes: 1 });
    assert.match(await left() ?? "", /, 2 of its LynqNodes are left$/);
  });
});
