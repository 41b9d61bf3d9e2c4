import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { NodeStatus } from "../api/node.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";

const configMap = { apiVersion: "v1", kind: "ConfigMap", data: { x: "1" } };
const secret = { apiVersion: "v1", kind: "Secret", stringData: { x: "1" } };
const of = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });
const forbidden = new KubeError("secrets is forbidden", { status: 403, reason: "Forbidden" });
const states = (status: NodeStatus) =>
  Object.fromEntries((status.resources ?? []).map(({ id, state, reason }) => [id, reason ?? state]));

Deno.test("a kind that may not be watched fails its own resources, with the right to grant, and holds no worker", async () => {
  await withNode(async (lab) => {
    lab.faults.list.set("Secret", forbidden);
    await lab.want([resourceOf({ id: "a", spec: configMap }), resourceOf({ id: "s", spec: secret })]);
    const { status, verdict } = await lab.pass();
    assert.deepEqual(states(status), { a: "Ready", s: "ApplyFailed" });
    assert.match(status.resources?.[1]?.message ?? "", /grant get, list, watch/);
    assert.equal(verdict.kind, "requeue");
    await lab.remove();
    await lab.pass();
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
    assert.equal(await lab.stored(), undefined);
  });
});

Deno.test("a kind whose first list gets no answer fails the pass and changes nothing", async () => {
  await withNode(async (lab) => {
    lab.faults.list.set("Secret", new KubeUnreachable("no answer", { code: "Reset" }));
    await lab.want([resourceOf({ id: "a", spec: configMap }), resourceOf({ id: "s", spec: secret })]);
    await assert.rejects(lab.pass(), KubeUnreachable);
    assert.equal((await lab.stored())?.["status"], undefined);
  });
});

Deno.test("a read that fails is the failure of its own resource: what the others wrote is recorded", async () => {
  await withNode(async (lab) => {
    const want = (ids: readonly string[]) => lab.want(ids.map((id) => resourceOf({ id, spec: configMap })));
    await want(["a"]);
    await lab.pass();
    await lab.objects.merge(of("acme-a"), { metadata: { labels: { "lynq.sh/node": null } } });
    lab.faults.get.set("acme-a", new KubeUnreachable("no answer", { code: "Reset" }));
    await want(["a", "b"]);
    let pass = await lab.pass();
    while (states(pass.status)["a"] === "Ready") pass = await lab.pass();
    assert.deepEqual(states(pass.status), { a: "ApplyFailed", b: "Ready" });
    assert.equal(pass.status.appliedResources?.length, 2);
  });
});

Deno.test("an object that moves on while it is written is read again at once, and is no failure", async () => {
  await withNode(async (lab) => {
    const want = (x: string) => lab.want([resourceOf({ id: "a", spec: { ...configMap, data: { x } } })]);
    await want("1");
    await lab.pass();
    await want("2");
    lab.faults.apply.set(
      "acme-a",
      new KubeError("the object has been modified", { status: 409, reason: "Conflict" }),
    );
    const { status, verdict } = await lab.pass();
    assert.deepEqual(states(status), { a: "Ready" });
    assert.deepEqual(verdict, { kind: "await" });
    assert.deepEqual((await lab.objects.get(of("acme-a")))?.["data"], { x: "2" });
  });
});

Deno.test("a child whose deletion can't be looked at keeps the finalizer, and its siblings go", async () => {
  await withNode(async (lab) => {
    await lab.want(["a", "b"].map((id) => resourceOf({ id, spec: configMap })));
    await lab.pass();
    await lab.objects.merge(of("acme-a"), { metadata: { labels: { "lynq.sh/node": null } } });
    lab.faults.get.set("acme-a", forbidden);
    await lab.remove();
    await assertEventually(async () => {
      await lab.pass();
      return await lab.objects.get(of("acme-b")) === undefined;
    });
    assert(await lab.objects.get(of("acme-a")));
    assert(await lab.stored());
    lab.faults.get.clear();
    await lab.pass();
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
    assert.equal(await lab.stored(), undefined);
  });
});

Deno.test("a child on its way out that lost its label, so that no watch tells its end, is looked at again", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec: configMap })]);
    await lab.pass();
    await lab.objects.merge(of("acme-a"), {
      metadata: { labels: { "lynq.sh/node": null }, finalizers: ["test/held"] },
    });
    await lab.remove();
    const { verdict } = await lab.pass();
    assert(verdict.kind === "requeue" && verdict.afterMs <= 30_000);
    assert(await lab.stored());
    await lab.objects.merge(of("acme-a"), { metadata: { finalizers: null } });
    await assertEventually(async () => {
      await lab.pass();
      return await lab.stored() === undefined;
    });
  });
});

/** Passes go on until the watch has told what the test did. */
async function assertEventually(done: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < 50; n++) if (await done()) return;
  assert.fail("it did not happen in 50 passes");
}
