import assert from "node:assert/strict";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";

const WHICH = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: "default", name: "tenants" };
const OBJECTS = `
apiVersion: operator.lynq.sh/v1
kind: LynqHub
metadata: {name: tenants, namespace: default}
spec:
  source: {type: sqlite, syncInterval: 60s, sqlite: {path: /data/a.db, table: rows}}
  valueMappings: {uid: id, activate: active}
---
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: default}
spec:
  hubId: tenants
  configMaps:
  - {id: a, nameTemplate: "{{ .uid }}", spec: {apiVersion: v1, kind: ConfigMap}}
`;
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
