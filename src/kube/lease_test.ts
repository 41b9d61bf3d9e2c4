import assert from "node:assert/strict";
import { KubeError, KubeUnreachable } from "./error.ts";
import { holdLease, LEASE, type LeaseOptions } from "./lease.ts";
import { decide, DEFAULT_TIMING, type LeaseRecord, type LeaseView, released, see } from "./lease_record.ts";
import type { KubeObject } from "./object.ts";

const US = { identity: "us", timing: DEFAULT_TIMING };
const at = (monotonicMs: number) => ({ monotonicMs, wall: "2026-01-01T00:00:00.000000Z" });

function lease(holderIdentity: string, resourceVersion: string, more: Partial<LeaseRecord> = {}): KubeObject {
  const spec = { holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 3, ...more };
  return { metadata: { name: "leader", resourceVersion }, spec };
}

const seen = (object: KubeObject, ms: number, before: LeaseView = { kind: "unseen" }) =>
  see(before, object, ms);

Deno.test("a lease of another is left alone until it did not change for its duration", () => {
  const view = seen(lease("them", "5"), 1_000);
  assert.deepEqual(decide(view, US, at(15_999)), { kind: "wait", holder: "them" });
  const again = seen(lease("them", "5"), 9_000, view);
  const taken = decide(again, US, at(16_000));
  assert.ok(taken.kind === "update" && taken.record.leaseTransitions === 4 && taken.resourceVersion === "5");
  const renewed = seen(lease("them", "6"), 15_000, again);
  assert.equal(decide(renewed, US, at(16_000)).kind, "wait");
});

Deno.test("clocks of other machines do not count", () => {
  const ancient = seen(lease("them", "5", { renewTime: "1999-01-01T00:00:00.000000Z" }), 0);
  assert.equal(decide(ancient, US, at(14_999)).kind, "wait");
});

Deno.test("a lease given up is free at once, ours is renewed with its history", () => {
  const theirs = seen(lease("them", "5"), 0);
  const free = seen({ metadata: { resourceVersion: "6" }, spec: released(theirs, "now") }, 1);
  assert.equal(decide(free, US, at(1)).kind, "update");
  const ours = seen(lease("us", "7", { acquireTime: "then" }), 0);
  const renewed = decide(ours, US, at(50_000));
  assert.ok(renewed.kind === "update");
  assert.equal(renewed.record.acquireTime, "then");
  assert.equal(renewed.record.leaseTransitions, 3);
});

/** A lease in memory, and a clock that moves only when someone sleeps. */
function world() {
  const state = {
    lease: undefined as KubeObject | undefined,
    down: false,
    now: 0,
    /** How much further than the other the wall clock is. */
    wallAhead: 0,
    writes: 0,
    reads: 0,
  };
  const write = (object: KubeObject) => {
    if (state.down) throw new KubeUnreachable("down", { code: "Refused" });
    const expected = object.metadata.resourceVersion;
    if (state.lease !== undefined && expected !== state.lease.metadata.resourceVersion) {
      throw new KubeError("conflict", { status: 409, reason: "Conflict" });
    }
    state.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(++state.writes) } };
    return state.lease;
  };
  const client: LeaseOptions["client"] = {
    get: async () => {
      await Promise.resolve();
      state.reads++;
      if (state.down) throw new KubeUnreachable("down", { code: "Refused" });
      if (state.lease === undefined) throw new KubeError("none", { status: 404, reason: "NotFound" });
      return state.lease;
    },
    create: async (_type, object) => await Promise.resolve(write(object)),
    update: async (_ref, object) => await Promise.resolve(write(object)),
  };
  const onSleep: (() => void)[] = [];
  const clock = {
    now: () => state.now,
    wall: () => new Date(1_767_225_600_000 + state.now + state.wallAhead).toISOString(),
    sleep: async (ms: number, signal?: AbortSignal) => {
      state.now += ms;
      onSleep.shift()?.();
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
  const hold = (identity: string) => holdLease({ client, namespace: "n", name: "leader", identity, clock });
  return { state, onSleep, hold };
}

Deno.test("a holder that can't renew gives up before its lease expires", async () => {
  const { state, onSleep, hold } = world();
  onSleep.push(() => state.down = true);
  const held = hold("us");
  assert.equal(await held.acquired, "acquired");
  assert.equal(await held.ended, "lost");
  assert.equal(held.isHeld(), false);
  assert.equal(held.signal.aborted, true);
  assert.ok(state.now >= 10_000 && state.now < 15_000);
});

Deno.test("a holder whose lease was taken stops at once", async () => {
  const { state, onSleep, hold } = world();
  onSleep.push(() => state.lease = lease("them", "999"));
  const held = hold("us");
  assert.equal(await held.ended, "lost");
  assert.equal(state.now, 2_000);
});

Deno.test("stopping gives the lease up, and stopping a candidate that waits ends it", async () => {
  const { state, onSleep, hold } = world();
  let stopping: Promise<boolean> | undefined;
  const held = hold("us");
  onSleep.push(() => stopping = held.stop());
  assert.equal(await held.ended, "released");
  await stopping;
  assert.deepEqual((state.lease?.spec as LeaseRecord).holderIdentity, "");
  state.lease = lease("them", "999");
  const waiting = hold("us");
  onSleep.push(() => stopping = waiting.stop());
  assert.equal(await waiting.acquired, "stopped");
  await stopping;
  assert.equal(LEASE.plural, "leases");
});

Deno.test("a holder renews with one write, and reads only where that write was too late", async () => {
  const { state, onSleep, hold } = world();
  const held = hold("us");
  const touched = () => {
    assert.equal(state.reads, 1);
    state.lease = lease("us", "999");
  };
  let stopping: Promise<boolean> | undefined;
  onSleep.push(() => {}, () => {}, touched, () => {}, () => stopping = held.stop());
  assert.equal(await held.ended, "released");
  assert.equal(await stopping, true);
  assert.equal(state.reads, 2);
  assert.equal((state.lease?.spec as LeaseRecord).holderIdentity, "");
});

Deno.test("a holder that stood still holds nothing when it goes on, before any of its timers is called", async () => {
  const { state, onSleep, hold } = world();
  const held = hold("us");
  assert.equal(await held.acquired, "acquired");
  assert.equal(held.isHeld(), true);
  state.now += 10_000;
  assert.equal(held.isHeld(), false);
  onSleep.push(() => state.down = true);
  assert.equal(await held.ended, "lost");
  assert.equal(await held.stop(), false);
});

Deno.test("a holder whose machine slept holds nothing, and a wall clock that was set back takes nothing from it", async () => {
  const { state, onSleep, hold } = world();
  onSleep.push(() => {}, () => state.wallAhead = -60_000, () => state.wallAhead = 0);
  const held = hold("us");
  assert.equal(await held.acquired, "acquired");
  state.wallAhead = -60_000;
  assert.equal(held.isHeld(), true);
  state.wallAhead = 10_000;
  assert.equal(held.isHeld(), false);
  assert.equal(await held.ended, "lost");
});
