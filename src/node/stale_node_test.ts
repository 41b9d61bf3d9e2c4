import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { KubeError } from "../kube/error.ts";

const WHICH = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "acme-a" };
const spec = { apiVersion: "v1", kind: "ConfigMap", data: { a: "b" } };

Deno.test("what is missing is made again only once it is sure that the node still asks for it", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec })]);
    const { status } = await lab.pass();
    await lab.objects.remove(WHICH);
    lab.faults.get.set("acme-web", new KubeError("no", { status: 503, reason: "ServiceUnavailable" }));
    for (let missed = false; !missed;) {
      const { verdict, reads, writes } = await lab.pass();
      assert.equal(writes, 0, "also the record stays");
      missed = reads.includes("get lynqnodes acme-web");
      if (missed) assert.deepEqual(verdict, { kind: "requeue", afterMs: 5000 });
    }
    assert.equal(await lab.objects.get(WHICH), undefined);
    lab.faults.get.clear();
    const healed = await lab.pass();
    assert.deepEqual(healed.status.readyResources, status.readyResources);
    assert.notEqual(await lab.objects.get(WHICH), undefined);
    assert.deepEqual(lab.events.events.map(({ reason }) => reason), ["DriftCorrected"]);
  });
});

Deno.test("what is asked to be made again is deleted only while the annotation stands", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec, creationPolicy: "Once" })]);
    await lab.pass();
    const node = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqNode",
      namespace: "default",
      name: "acme-web",
    };
    await lab.objects.merge(node, { metadata: { annotations: { "lynq.sh/recreate": "a" } } });
    const uid = (await lab.objects.get(WHICH))?.metadata.uid;
    lab.meanwhile(() => lab.objects.merge(node, { metadata: { annotations: { "lynq.sh/recreate": null } } }));
    await assert.rejects(lab.pass(), { status: 409 });
    assert.equal((await lab.objects.get(WHICH))?.metadata.uid, uid);
  });
});
