import assert from "node:assert/strict";
import { SourceError } from "../source/port.ts";
import { tenantsHub, WEB_FORM } from "../../tests/support/hub_documents.ts";
import { type HubLab, withHub } from "../../tests/support/hub_world.ts";

const hub = (account?: string) =>
  tenantsHub("60s") + (account === undefined ? "" : `  serviceAccountName: ${account}\n`);

async function accounts(lab: HubLab): Promise<(string | undefined)[]> {
  return (await lab.nodes()).sort((a, b) => a.name < b.name ? -1 : 1).map(({ spec }) =>
    spec.serviceAccountName
  );
}

Deno.test("the hub's account reaches every node it has or gets, also where rows can't be read, and costs nothing then", async () => {
  await withHub(async (lab) => {
    await lab.objects.apply(hub("first"));
    await lab.objects.apply(WEB_FORM);
    await lab.formPass("web");
    lab.table.rows = [{ id: "a", active: "1" }, { id: "b", active: "1" }];
    await lab.hubPass("tenants");
    assert.deepEqual(await accounts(lab), ["first", "first"]);

    const which = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqHub",
      namespace: "default",
      name: "tenants",
    };
    await lab.objects.merge(which, { spec: { serviceAccountName: "second" } });
    lab.table.error = new SourceError("it went away", { code: "ConnectionLost", remedy: "Start it" });
    await lab.hubPass("tenants");
    assert.deepEqual(await accounts(lab), ["second", "second"]);

    lab.table.error = undefined;
    await lab.objects.merge(which, { spec: { serviceAccountName: null } });
    await lab.hubPass("tenants");
    assert.deepEqual(await accounts(lab), [undefined, undefined]);
    await lab.hubPass("tenants");
    lab.clock.ahead += 120;
    assert.equal((await lab.hubPass("tenants")).writes, 0);
  });
});
