import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import type { ResourceRecord } from "../api/node.ts";
import { objectKeyText } from "../api/resource_key.ts";
import type { Child } from "../api/stages.ts";
import { decideOrphans, findOrphans, keyOf } from "./orphans.ts";

interface Given {
  readonly records?: readonly ResourceRecord[];
  readonly children?: readonly Child[];
  readonly keep?: readonly ResourceRecord[];
  readonly keepIds?: readonly string[];
}

const find = (given: Given) =>
  findOrphans({
    records: given.records ?? [],
    children: given.children ?? [],
    keep: new Set((given.keep ?? []).map((record) => objectKeyText(keyOf(record)))),
    keepIds: new Set(given.keepIds ?? []),
  });
const names = (given: Given) => find(given).map(({ key }) => key.name);
/** What is decided about orphans that are recorded and labelled, by name. */
function decided(given: Given): Record<string, string> {
  const decisions = decideOrphans(find(given));
  return Object.fromEntries(decisions.map(({ orphan, decision }) => [
    orphan.key.name,
    "policy" in decision ? `${decision.kind} ${decision.policy}` : decision.kind,
  ]));
}

const NAMESPACE = { kind: "Namespace", namespace: "", name: "acme-ns" } as const;

Deno.test("an orphan is what is recorded or labelled and no longer wanted", () => {
  const [a, b, c] = ["a", "b", "c"].map((id) => recordOf(id));
  assert(a && b && c);
  const given = { records: [a, b], children: [childOf("b"), childOf("c")], keep: [c] };
  assert.deepEqual(names(given), ["acme-a", "acme-b"]);
  assert.deepEqual(names({ ...given, keep: [a, b, c] }), []);
});

Deno.test("a record and its labelled object are one orphan", () => {
  const [orphan] = find({ records: [recordOf("a", { wave: 2 })], children: [childOf("a")] });
  assert.equal(orphan?.wave, 2);
  assert.equal(orphan?.child?.uid, "uid-of-a");
});

Deno.test("what could not be rendered keeps its record, so that no error deletes an object", () => {
  assert.deepEqual(names({ records: [recordOf("a")], children: [childOf("a")], keepIds: ["a"] }), []);
});

Deno.test("another id for the same object is no orphan, nor is another version of its kind", () => {
  const job = { apiVersion: "batch/v1beta1", kind: "CronJob" };
  const now = recordOf("new", { ...job, apiVersion: "batch/v1", name: "acme-a" });
  assert.deepEqual(names({ records: [recordOf("a", job)], keep: [now] }), []);
});

Deno.test("a label that somebody copied makes no orphan: our manager never wrote that object", () => {
  assert.deepEqual(names({ children: [childOf("a", { entry: undefined })] }), []);
});

Deno.test("what never was ours, or never was rendered, is no orphan", () => {
  assert.deepEqual(names({ records: [recordOf("a", { uid: undefined, state: "Conflicted" })] }), []);
  const unrendered = recordOf("a", { uid: undefined, apiVersion: "", kind: "", name: "", state: "Failed" });
  assert.deepEqual(names({ records: [unrendered, { ...unrendered, reason: "ApplyFailed" }] }), []);
});

Deno.test("the deepest wave goes first, the others wait for it", () => {
  const records = [recordOf("db"), recordOf("app", { wave: 1 }), recordOf("web", { wave: 2 })];
  const children = ["db", "app", "web"].map((id) => childOf(id));
  assert.deepEqual(decided({ records, children }), {
    "acme-db": "wait",
    "acme-app": "wait",
    "acme-web": "delete",
  });
  assert.deepEqual(decided({ records: records.slice(0, 1), children }), {
    "acme-db": "delete",
    "acme-app": "delete",
    "acme-web": "delete",
  });
});

Deno.test("an object that is on its way out is waited for, and so is what it depended on", () => {
  const records = [recordOf("db"), recordOf("app", { wave: 1 })];
  const children = [childOf("db"), childOf("app", { deleting: true })];
  assert.deepEqual(decided({ records, children }), { "acme-db": "wait", "acme-app": "wait" });
});

Deno.test("what is retained is let go last", () => {
  const records = [recordOf("keep", { deletionPolicy: "Retain", wave: 3 }), recordOf("app")];
  const children = [childOf("keep", { deletionPolicy: "Retain" }), childOf("app")];
  assert.deepEqual(decided({ records, children }), { "acme-keep": "wait", "acme-app": "delete" });
  assert.deepEqual(decided({ records: records.slice(0, 1), children: children.slice(0, 1) }), {
    "acme-keep": "retain",
  });
});

Deno.test("without a record the policy is read from the object", () => {
  assert.deepEqual(decided({ children: [childOf("keep", { deletionPolicy: "Retain" })] }), {
    "acme-keep": "retain",
  });
});

Deno.test("what is recorded and not seen, or has another UID by now, is looked for", () => {
  assert.deepEqual(decided({ records: [recordOf("a")] }), { "acme-a": "look Delete" });
  assert.deepEqual(decided({ records: [recordOf("a")], children: [childOf("a", { uid: "new" })] }), {
    "acme-a": "look Delete",
  });
});

Deno.test("a Namespace waits for what is in it, whatever their waves, but not for what is on its way out", () => {
  const inside = { namespace: "acme-ns" };
  const records = [recordOf("ns", { ...NAMESPACE, wave: 1 }), recordOf("app", inside)];
  const children = [childOf("ns", NAMESPACE), childOf("app", inside)];
  assert.deepEqual(decided({ records, children }), { "acme-ns": "wait", "acme-app": "delete" });
  const going = [childOf("ns", NAMESPACE), childOf("app", { ...inside, deleting: true })];
  assert.deepEqual(decided({ records, children: going }), { "acme-ns": "delete", "acme-app": "wait" });
});

Deno.test("only the core Namespace waits for what is in it", () => {
  const odd = { ...NAMESPACE, apiVersion: "other.io/v1" };
  const inside = { namespace: "acme-ns" };
  const records = [recordOf("ns", odd), recordOf("app", inside)];
  const children = [childOf("ns", odd), childOf("app", inside)];
  assert.deepEqual(decided({ records, children }), { "acme-ns": "delete", "acme-app": "delete" });
});

Deno.test("an object whose only write got no clear answer is looked for", () => {
  const unclear = { uid: undefined, state: "Failed", reason: "ApplyFailed" } as const;
  assert.deepEqual(decided({ records: [recordOf("a", unclear)] }), { "acme-a": "look Delete" });
});

Deno.test("an object that another node has a claim on is let go of as a shared one", () => {
  const claims = [{ uid: "other", namespace: "ns", name: "acme-db", policy: "Delete", entry: "e" }] as const;
  const [orphan] = find({ records: [recordOf("a")], children: [childOf("a", { claims })] });
  assert.equal(orphan?.shared, true);
  const [recorded] = find({ records: [recordOf("a", { shared: true })] });
  assert.equal(recorded?.shared, true);
});
