import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubeObject } from "../kube/object.ts";
import { objectKey, Storage } from "./storage.ts";

const named = (name: string, data = ""): KubeObject => ({ metadata: { name }, data });

Deno.test("the list at any kept revision is what it was then", () => {
  const step = fc.tuple(
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom("put", "remove"),
    fc.string({ maxLength: 2 }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    const storage = new Storage(1000);
    const seen = new Map([[storage.revision, storage.list("s")]]);
    for (const [name, action, data] of steps) {
      if (action === "put") storage.put("s", name, named(name, data));
      else storage.remove("s", name);
      seen.set(storage.revision, storage.list("s"));
    }
    for (const [revision, list] of seen) assert.deepEqual(storage.listAt("s", revision), list);
  }));
});

Deno.test("history answers what came after a revision, and says so when it is compacted", () => {
  const storage = new Storage(1000);
  const first = Number(storage.put("s", "a", named("a")).metadata.resourceVersion);
  storage.put("s", "a", named("a", "2"));
  storage.remove("s", "a");
  const history = storage.since(first);
  assert.ok(history.kind === "events");
  assert.deepEqual(history.events.map(({ type }) => type), ["MODIFIED", "DELETED"]);
  storage.compact(first + 1);
  assert.equal(storage.since(first).kind, "compacted");
  assert.equal(storage.listAt("s", first), undefined);
  assert.equal(storage.since(storage.revision).kind, "events");
});

Deno.test("the log stays bounded", () => {
  const storage = new Storage(10);
  for (let count = 0; count < 100; count++) storage.put("s", "a", named("a", String(count)));
  assert.equal(storage.since(2).kind, "compacted");
  assert.equal(storage.since(storage.revision - 5).kind, "events");
});

Deno.test("listeners that write are told of their own change after everyone heard the first", () => {
  const storage = new Storage(1000);
  const heard: string[] = [];
  storage.subscribe(({ key }) => {
    if (key === "a") storage.put("s", "b", named("b"));
  });
  const unsubscribe = storage.subscribe(({ key, revision }) => heard.push(`${key}${revision}`));
  storage.put("s", "a", named("a"));
  assert.deepEqual(heard, ["a2", "b3"]);
  unsubscribe();
  storage.put("s", "c", named("c"));
  assert.equal(heard.length, 2);
});

Deno.test("keys put the namespace first", () => {
  assert.equal(objectKey("ns", "a"), "ns/a");
  assert.equal(objectKey(undefined, "a"), "a");
});
