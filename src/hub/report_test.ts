import assert from "node:assert/strict";
import { tenantsHub } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";
import type { HubStatus } from "../api/hub.ts";

const HUB = { apiVersion: "operator.lynq.sh/v1", kind: "LynqHub", namespace: "default", name: "tenants" };
const OBJECTS = tenantsHub("60s");
const row = (id: string, active = "1") => ({ id, active });

async function nextSync(lab: HubLab, ...rows: readonly ReturnType<typeof row>[]): Promise<number> {
  lab.table.rows = rows;
  lab.clock.ahead += 120;
  return (await lab.hubPass("tenants")).writes;
}

const told = (lab: HubLab) =>
  lab.events.events.filter(({ reason }) => reason === "RowQuarantined").map(({ message }) => message);

Deno.test("rows that can't be followed are told once for each reason, and again when another one comes", async () => {
  await withHub(async (lab) => {
    await lab.objects.apply(OBJECTS);
    await nextSync(lab, row("B"), row("A"), row("x", "maybe"), row("A\n"), row(""));
    assert.deepEqual(
      told(lab),
      [
        '4 rows are left as they are (InvalidUid): "", "A", "A\\n", "B": the uid can\'t name a Kubernetes object: it is ' +
        "empty or NULL; use lower-case letters, digits and '-'. Their nodes stay as they are, and none is made or deleted",
        '1 row is left as it is (UnknownActivate): "x": the activate column holds neither a yes (1, true, yes) nor a no ' +
        "(0, false, no, off, empty). Their nodes stay as they are, and none is made or deleted",
      ].map((text) => text.replace("1 row is left as they are", "1 row is left as it is")),
    );
    assert.equal(await nextSync(lab, row("A"), row(""), row("x", "maybe"), row("A\n"), row("B")), 0);
    assert.equal(told(lab).length, 2);
    await nextSync(lab, row("A"), row(""), row("x", "maybe"), row("A\n"), row("B"), row("C"));
    assert.deepEqual(told(lab).length, 3);
  });
});

Deno.test("a restart tells nothing again, and what is mended leaves the status", async () => {
  await withHub(async (lab) => {
    await lab.objects.apply(OBJECTS);
    await nextSync(lab, ...Array.from({ length: 12 }, (_, n) => row(`U${n}`)));
    const status = async () => (await lab.objects.get(HUB))?.["status"] as HubStatus;
    assert.deepEqual([(await status()).quarantined, (await status()).quarantinedRows?.length], [12, 10]);
    lab.memory.clear();
    assert.equal(await nextSync(lab, ...Array.from({ length: 12 }, (_, n) => row(`U${11 - n}`))), 0);
    assert.equal(told(lab).length, 1);
    await nextSync(lab, row("ok"));
    assert.deepEqual([(await status()).quarantined, (await status()).quarantinedRows], [0, undefined]);
  });
});
