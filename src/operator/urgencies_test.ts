import assert from "node:assert/strict";
import { condition, storedNode } from "../../tests/support/stored_objects.ts";
import type { StoredNode } from "../api/stored.ts";
import type { CacheEvent } from "../kube/informer.ts";
import { Urgencies, urgencyOfChild } from "./urgencies.ts";

const node = (row: string, part: Parameters<typeof storedNode>[1] = {}) =>
  storedNode({ row, form: "web" }, part);
const entry = (value: StoredNode) => ({ key: value.name, uid: value.uid, resourceVersion: "1", value });
const added = (value: StoredNode): CacheEvent<StoredNode> => ({
  kind: "added",
  by: "watch",
  now: entry(value),
});
const modified = (was: StoredNode, now: StoredNode): CacheEvent<StoredNode> => ({
  kind: "modified",
  by: "watch",
  was: entry(was),
  now: entry(now),
});

function clocked() {
  const time = { now: 0 };
  return { time, urgencies: new Urgencies(() => time.now) };
}

Deno.test("a few new nodes are urgent, many at once are a bulk, and later a few are urgent again", () => {
  const { time, urgencies } = clocked();
  const told = Array.from({ length: 300 }, (_, n) => urgencies.ofNode(added(node(`t${n}`))));
  assert.equal(told.filter((urgency) => urgency === "urgent").length, 20);
  assert.equal(told[0], "urgent");
  time.now += 1000;
  assert.equal(urgencies.ofNode(added(node("late"))), "urgent");
});

Deno.test("a hub that is gone is counted no longer than its small changes would be", () => {
  const { time, urgencies } = clocked();
  for (let n = 0; n < 1000; n++) {
    time.now += 10_000;
    urgencies.ofNode(added(node("acme", { hub: `preview-${n}` })));
  }
  assert.equal(urgencies.size, 1);
});

Deno.test("a row that changes is urgent while nodes are made in masses, and so is another hub's new one", () => {
  const { urgencies } = clocked();
  for (let n = 0; n < 300; n++) urgencies.ofNode(added(node(`t${n}`)));
  const before = node("acme");
  const after = node("acme", { generation: 2, spec: { values: { activate: "1", plan: "gold" } } });
  assert.equal(urgencies.ofNode(modified(before, after)), "urgent");
  assert.equal(urgencies.ofNode(added(node("other", { hub: "second" }))), "urgent");
  assert.equal(urgencies.ofNode(added(node("same"))), "bulk");
});

Deno.test("a step of a rollout is bulk, unless the row changed with it", () => {
  const { urgencies } = clocked();
  const before = node("acme");
  assert.equal(urgencies.ofNode(modified(before, node("acme", { spec: { revision: "web-2" } }))), "bulk");
  const both = node("acme", { spec: { revision: "web-2", values: { activate: "1", plan: "gold" } } });
  assert.equal(urgencies.ofNode(modified(before, both)), "urgent");
});

Deno.test("a child of a node that has converged is urgent, one of a node that is being made is not", () => {
  const ready = { conditions: [condition("Ready", "True")], observedGeneration: 1 };
  assert.equal(urgencyOfChild(node("acme", { generation: 1, status: ready })), "urgent");
  assert.equal(urgencyOfChild(node("acme", { generation: 2, status: ready })), "bulk");
  assert.equal(urgencyOfChild(node("acme")), "bulk");
  assert.equal(urgencyOfChild(undefined), "bulk");
});
