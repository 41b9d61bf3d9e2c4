import assert from "node:assert/strict";
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
