import assert from "node:assert/strict";
import { withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { KubeError } from "../kube/error.ts";

const CONFIG = { apiVersion: "v1", kind: "ConfigMap", data: {} };

Deno.test("a deletion that fails waits the longer with each try, and not with each look meanwhile", async () => {
  await withNode(async (lab) => {
    await lab.want([resourceOf({ id: "a", spec: CONFIG })]);
    await lab.pass();
    await lab.remove();
    lab.faults.get.set("acme-web", new KubeError("no", { status: 403, reason: "Forbidden" }));
    const wait = async () => {
      const { verdict } = await lab.pass();
      assert(verdict.kind === "requeue");
      return verdict.afterMs;
    };
    assert.equal(await wait(), 1000);
    for (let look = 0; look < 5; look++) assert(await wait() <= 1000);
    lab.clock.ahead = 1;
    const second = await wait();
    assert(second > 1000 && second <= 2000, String(second));
    lab.faults.get.clear();
    await lab.pass();
    assert.equal(await lab.stored(), undefined);
  });
});
