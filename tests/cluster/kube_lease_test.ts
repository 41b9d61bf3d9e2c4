import assert from "node:assert/strict";
import { sleep } from "../../src/kube/deadline.ts";
import { holdLease, LEASE } from "../../src/kube/lease.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest } from "../support/control_plane_case.ts";

const answer = await requireControlPlane();
const timing = { durationSeconds: 4, renewDeadlineSeconds: 3, retrySeconds: 0.2 };

clusterTest(
  answer,
  "a lease passes on when its holder gives it up, and when its holder is gone",
  async (on) => {
    const { client, namespace } = on;
    const candidate = (identity: string, over: typeof client = client) =>
      holdLease({ client: over, namespace, name: "leader", identity, timing });
    const first = candidate("first");
    assert.equal(await first.acquired, "acquired");
    const second = candidate("second");
    await first.stop();
    assert.equal(await first.ended, "released");
    assert.equal(first.isHeld(), false);
    assert.equal(await second.acquired, "acquired");

    const ref = { type: LEASE, namespace, name: "leader" };
    const spec = async () => (await client.get(ref)).spec as Record<string, unknown>;
    assert.equal((await spec()).holderIdentity, "second");
    const taken = { spec: { holderIdentity: "vanished", leaseDurationSeconds: 1 } };
    await client.patch(ref, { type: "merge", body: taken });
    assert.equal(await second.ended, "lost");
    assert.equal(second.signal.aborted, true);
    const third = candidate("third");
    assert.equal(await third.acquired, "acquired");
    assert.equal((await spec()).leaseTransitions, 2);
    await third.stop();
  },
);

class NotHeld extends Error {}

clusterTest(answer, "a fenced client sends no write from the moment that its lease is over", async (on) => {
  const { client, namespace } = on;
  const clock = { aheadMs: 0 };
  const lease = holdLease({
    client,
    namespace,
    name: "fence",
    identity: "frozen",
    timing,
    clock: {
      now: () => performance.now() + clock.aheadMs,
      wall: () => new Date().toISOString().replace("Z", "000Z"),
      sleep,
    },
  });
  const fenced = client.fenced(() => {
    if (!lease.isHeld()) throw new NotHeld();
  });
  const config = (name: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
  });
  const type = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
  await assert.rejects(fenced.create(type, config("early")), NotHeld);
  assert.equal(await lease.acquired, "acquired");
  const made = await fenced.create(type, config("held"));
  const ref = { type, namespace, name: "held" };
  clock.aheadMs = 3000;
  await assert.rejects(fenced.create(type, config("late")), NotHeld);
  await assert.rejects(fenced.update(ref, made), NotHeld);
  await assert.rejects(fenced.patch(ref, { type: "merge", body: { data: { a: "b" } } }), NotHeld);
  await assert.rejects(fenced.apply(ref, config("held"), { fieldManager: "test", force: true }), NotHeld);
  await assert.rejects(fenced.delete(ref), NotHeld);
  assert.equal((await fenced.get(ref)).metadata.resourceVersion, made.metadata.resourceVersion);
  assert.equal(await lease.ended, "lost");
});
