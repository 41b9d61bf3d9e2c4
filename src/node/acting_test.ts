import assert from "node:assert/strict";
import { type NodeLab, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { NodeStatus } from "../api/node.ts";

const NODE = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };
const configMap = { apiVersion: "v1", kind: "ConfigMap", data: { x: "1" } };
const accounts = ({ resources = [] }: NodeStatus) => resources.map(({ account }) => account);

async function give(lab: NodeLab, account: string | null) {
  await lab.objects.merge(NODE, { spec: { serviceAccountName: account } });
  return await lab.pass();
}

Deno.test("an account that a node gets, changes or loses is tried once on each object, and no object is written", async () => {
  await withNode(async (lab) => {
    const versions = () =>
      Promise.all(["acme-a", "acme-b"].map(async (name) => {
        const which = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name };
        return (await lab.objects.get(which))?.metadata.resourceVersion;
      }));
    await lab.want(["a", "b"].map((id) => resourceOf({ id, spec: configMap })));
    await lab.pass();
    const before = await versions();
    for (const account of ["tenant", "other", null]) {
      const { status, writes } = await give(lab, account);
      assert.deepEqual(accounts(status), [account ?? undefined, account ?? undefined]);
      // A trial of each, and the record of both.
      assert.equal(writes, 3);
      assert.equal((await lab.pass()).writes, 0);
    }
    assert.deepEqual(await versions(), before);
  });
});

Deno.test("what an account writes is recorded as its own, and its repair is no trial", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec: configMap })]);
    const made = await give(lab, "tenant");
    assert.deepEqual(accounts(made.status), ["tenant"]);
    const which = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "acme-a" };
    await lab.objects.merge(which, { data: { x: "2" } });
    let pass = await lab.pass();
    while (pass.writes === 0) pass = await lab.pass();
    assert.deepEqual((await lab.objects.get(which))?.["data"], { x: "1" });
    assert.deepEqual(accounts(pass.status), ["tenant"]);
  });
});
