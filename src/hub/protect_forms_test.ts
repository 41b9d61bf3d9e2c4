import assert from "node:assert/strict";
import { tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { FormStatus } from "../api/form.ts";
import type { HubStatus } from "../api/hub.ts";

const API = { apiVersion: "operator.lynq.sh/v1", namespace: "default" };
const HUB = { ...API, kind: "LynqHub", name: "tenants" };
const FORM = { ...API, kind: "LynqForm", name: "web" };

const objects = (guard: string) =>
  `${tenantsHub("60s")}  deletionGuard: ${guard}
---
${WEB_FORM}`;

async function deletedForm(lab: HubLab, guard: string, rows: readonly string[]): Promise<void> {
  await lab.objects.apply(objects(guard));
  await lab.formPass("web");
  lab.table.rows = rows.map((id) => ({ id, active: "1" }));
  await lab.hubPass("tenants");
  await lab.objects.remove(FORM);
  await lab.formPass("web");
}

async function standing(lab: HubLab): Promise<string[]> {
  return (await lab.nodes()).filter((node) => !node.deleting).map(({ name }) => name).sort();
}

async function heldHash(lab: HubLab): Promise<string | undefined> {
  const { conditions } = (await lab.objects.get(HUB))?.["status"] as HubStatus;
  return /approve-deletions=([0-9a-f]+)/.exec(findCondition(conditions, "DeletionHeld")?.message ?? "")?.[1];
}

Deno.test("the deletion of a form goes through, unless its hub protects forms", async () => {
  await withHub(async (lab) => {
    await deletedForm(lab, "{}", ["a", "b"]);
    assert.deepEqual(await standing(lab), []);
  });
});

Deno.test("a protected form waits for its nodes until the hub's annotation approves them", async () => {
  await withHub(async (lab) => {
    await deletedForm(lab, "{protectForms: true}", ["a", "b"]);
    assert.deepEqual(await standing(lab), ["a-web", "b-web"]);
    const { conditions } = (await lab.objects.get(FORM))?.["status"] as FormStatus;
    assert.match(findCondition(conditions, "Applied")?.message ?? "", /tenants protects its forms/);
    await lab.hubPass("tenants");
    assert.deepEqual(await standing(lab), ["a-web", "b-web"]);
    const hash = await heldHash(lab);
    assert.notEqual(hash, undefined);
    await lab.objects.merge(HUB, { metadata: { annotations: { "lynq.sh/approve-deletions": hash } } });
    await lab.hubPass("tenants");
    assert.deepEqual(await standing(lab), []);
  });
});

Deno.test("a paused hub that protects its forms deletes nothing of them", async () => {
  await withHub(async (lab) => {
    await deletedForm(lab, "{protectForms: true}", ["a"]);
    lab.pauseHub("tenants");
    await lab.hubPass("tenants");
    assert.deepEqual(await standing(lab), ["a-web"]);
  });
});
