import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";

const spec = { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } };
const of = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });

async function deleted(lab: NodeLab, going: string | undefined): Promise<void> {
  await lab.want([resourceOf({ id: "a", spec })]);
  await lab.pass();
  await lab.remove();
  if (going !== undefined) lab.ground.going = going;
  await lab.pass();
}

Deno.test("a node that goes with what it lives in leaves its resources behind, with markers", async () => {
  await withNode(async (lab) => {
    await deleted(lab, "CustomResourceDefinition lynqhubs.operator.lynq.sh");
    assert.equal(await lab.stored(), undefined);
    const left = (await lab.objects.get(of("acme-a")))?.metadata;
    assert.equal(left?.labels?.["lynq.sh/orphaned"], "true");
    const told = lab.events.events.find(({ reason }) => reason === "TeardownRetained");
    assert.match(
      told?.message ?? "",
      /lynqhubs\.operator\.lynq\.sh is being deleted.*lynq\.sh\/confirm-teardown=true/,
    );
  });
});

Deno.test("a node that goes alone takes its resources along", async () => {
  await withNode(async (lab) => {
    await deleted(lab, undefined);
    assert.equal(await lab.stored(), undefined);
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
  });
});
