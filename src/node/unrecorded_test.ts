import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { KubeUnreachable } from "../kube/error.ts";

const NODE = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };
const of = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });
const spec = { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } };

Deno.test("a child whose write had no answer and of which no watch tells goes with its node", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec }), resourceOf({ id: "b", spec })]);
    lab.faults.apply.set("acme-b", new KubeUnreachable("no answer", { code: "Reset" }));
    await lab.pass();
    // The write has reached the server all the same, and the watch is behind: it tells of nothing.
    const written = await lab.objects.get(of("acme-a"));
    const labels = written?.metadata.labels ?? {};
    lab.faults.blind = true;
    const metadata = { name: "acme-b", namespace: "default", labels };
    await lab.objects.apply(JSON.stringify({ ...spec, metadata }));
    await lab.remove();
    await lab.pass();
    assert.equal(await lab.stored(), undefined);
    assert.equal(await lab.objects.get(of("acme-b")), undefined);
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
  });
});

Deno.test("of a node whose children are all recorded and seen nothing is asked", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec })]);
    await lab.pass();
    await lab.objects.remove(NODE);
    const { reads } = await lab.pass();
    assert.deepEqual(reads.filter((read) => read === "list configmaps"), []);
    assert.equal(await lab.objects.get(of("acme-a")), undefined);
  });
});
