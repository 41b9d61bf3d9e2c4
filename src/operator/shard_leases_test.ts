import assert from "node:assert/strict";
import type { KubeObject } from "../kube/object.ts";
import { LEASE_NAME } from "./leadership.ts";
import { replicaLeaseName, shardLeaseName, Sightings } from "./shard_leases.ts";

function lease(name: string, holderIdentity: string, resourceVersion = "1"): KubeObject {
  return { metadata: { name, resourceVersion }, spec: { holderIdentity, leaseDurationSeconds: 15 } };
}

const replica = (identity: string, version?: string, count = 2) =>
  lease(replicaLeaseName(count, identity), identity, version);
const shard = (number: number, holder: string, count = 2) => lease(shardLeaseName(number, count), holder);
const leader = (holder: string) => lease(LEASE_NAME, holder);
const sightings = () => new Sightings({ count: 2, me: "me", durationSeconds: 15 });

Deno.test("a replica lives as long as its Lease changes, and its shards are its own until then", () => {
  const seen = sightings();
  const first = seen.see([replica("them"), shard(0, "them"), leader("them")], 1000, true);
  assert.deepEqual([first.replicas.toSorted(), first.holders, first.led], [["me", "them"], [
    "them",
    undefined,
  ], true]);
  const renewed = seen.see([replica("them", "2"), shard(0, "them")], 15_000, true);
  assert.deepEqual(renewed.holders, ["them", undefined]);
  const silent = [replica("them", "2"), shard(0, "them")];
  assert.deepEqual(seen.see(silent, 29_999, true).holders, ["them", undefined]);
  const dead = seen.see(silent, 30_000, true);
  assert.deepEqual([dead.replicas, dead.holders], [["me"], [undefined, undefined]]);
  assert.deepEqual(dead.remains, [], "its Lease tells that it is dead as long as a shard names it");
  const taken = seen.see([replica("them", "2"), shard(0, "me")], 31_000, true);
  assert.deepEqual(taken.remains.map(({ metadata }) => metadata.name), [replicaLeaseName(2, "them")]);
});

Deno.test("a holder whose Lease somebody deleted may work on for its time, and is no peer to share with", () => {
  const seen = sightings();
  const gone = [shard(0, "them")];
  const at = (ms: number) => seen.see(gone, ms, true);
  assert.deepEqual([at(0).holders, at(0).replicas], [["them", undefined], ["me"]]);
  assert.deepEqual(at(14_999).holders, ["them", undefined]);
  assert.deepEqual(at(15_000).holders, [undefined, undefined]);
});

Deno.test("Leases of shards of another number go when nobody has them, and what a replica gave up goes too", () => {
  const seen = sightings();
  const given = lease(replicaLeaseName(2, "them"), "");
  const left = [shard(0, "", 4), shard(1, "old", 4), shard(0, ""), given, leader("")];
  assert.deepEqual(seen.see(left, 0, true).remains, []);
  assert.deepEqual(seen.see(left, 15_000, true).remains.map(({ metadata }) => metadata.name), [
    shardLeaseName(0, 4),
    shardLeaseName(1, 4),
    replicaLeaseName(2, "them"),
  ]);
});

Deno.test("a replica that lost its own Lease is not alive to itself, whatever the Lease says", () => {
  const { replicas } = sightings().see([replica("me")], 0, false);
  assert.deepEqual(replicas, []);
});

Deno.test("a leader of the Go implementation, and one without shards, are foreign as long as they renew", () => {
  const seen = sightings();
  assert.equal(seen.see([leader("go")], 0, true).foreign, "go");
  const later = seen.see([leader("go")], 15_000, true);
  assert.deepEqual([later.foreign, later.led], [undefined, false]);
});

Deno.test("a leader of the group that died is not foreign, but nobody leads", () => {
  const seen = sightings();
  seen.see([replica("them"), leader("them")], 0, true);
  const dead = seen.see([leader("them")], 5000, true);
  assert.deepEqual([dead.foreign, dead.led], [undefined, false]);
});

Deno.test("who has shards of another number is foreign, and no peer", () => {
  const seen = sightings();
  const others = [replica("old", "1", 4), shard(3, "old", 4), leader("me")];
  const view = seen.see(others, 0, true);
  assert.deepEqual([view.foreign, view.replicas, view.led], ["old", ["me"], true]);
  assert.equal(seen.see(others, 15_000, true).foreign, undefined);
  assert.equal(sightings().see([shard(3, "", 4)], 0, true).foreign, undefined);
});
