import assert from "node:assert/strict";
import type { KubeObject } from "./object.ts";
import { ProjectionCache } from "./projection_cache.ts";

interface Told {
  readonly cache: ProjectionCache<string, "label">;
  readonly events: string[];
  readonly errors: unknown[];
}

function newCache(): Told {
  const events: string[] = [];
  const errors: unknown[] = [];
  const cache = new ProjectionCache<string, "label">({
    project: (object) => {
      if (object.broken === true) throw new Error("can't project");
      return String(object.value);
    },
    indexes: { label: (entry) => [entry.value] },
    emit: (event) => {
      const entry = event.kind === "deleted" ? event.was : event.now;
      events.push(`${event.kind} ${entry.key} ${entry.value} by ${event.by}`);
    },
    onError: (error) => errors.push(error),
  });
  return { cache, events, errors };
}

function thing(name: string, version: number, more: { value?: string; uid?: string } = {}): KubeObject {
  const metadata = {
    namespace: "shop",
    name,
    uid: more.uid ?? `uid-${name}`,
    resourceVersion: String(version),
  };
  return { metadata, value: more.value ?? "v" };
}

function list(cache: Told["cache"], version: number, ...objects: KubeObject[]): void {
  cache.update({ kind: "listStarted" });
  for (const object of objects) cache.update({ kind: "applied", object });
  cache.update({ kind: "listDone", resourceVersion: String(version) });
}

Deno.test("a second list tells of what changed, appeared and vanished in the gap", () => {
  const { cache, events } = newCache();
  list(cache, 10, thing("same", 1), thing("changed", 2), thing("gone", 3));
  events.length = 0;
  list(cache, 20, thing("same", 1), thing("changed", 15, { value: "w" }), thing("new", 16));
  assert.deepEqual(events, [
    "modified shop/changed w by watch",
    "added shop/new v by watch",
    "deleted shop/gone v by watch",
  ]);
});

Deno.test("an object made anew in the gap under its old name is deleted and added", () => {
  const { cache, events } = newCache();
  list(cache, 10, thing("a", 1, { uid: "old", value: "old" }));
  list(cache, 20, thing("a", 15, { uid: "new", value: "new" }));
  assert.deepEqual(events, [
    "added shop/a old by watch",
    "deleted shop/a old by watch",
    "added shop/a new by watch",
  ]);
  assert.deepEqual([...cache.keysBy("label", "new")], ["shop/a"]);
  assert.equal(cache.keysBy("label", "old").size, 0);
});

Deno.test("a list that breaks off deletes nothing", () => {
  const { cache, events } = newCache();
  list(cache, 10, thing("a", 1), thing("b", 2));
  events.length = 0;
  cache.update({ kind: "listStarted" });
  cache.update({ kind: "applied", object: thing("a", 1) });
  list(cache, 20, thing("a", 1), thing("b", 2));
  assert.deepEqual(events, []);
  assert.equal(cache.size, 2);
});

Deno.test("the cache never falls behind the caller's own write", () => {
  const { cache, events } = newCache();
  list(cache, 10, thing("a", 5));
  events.length = 0;
  cache.observe(thing("a", 15, { value: "mine" }));
  cache.update({ kind: "applied", object: thing("a", 12, { value: "older" }) });
  assert.equal(cache.get("shop/a")?.value, "mine");
  cache.update({ kind: "applied", object: thing("a", 15, { value: "mine" }) });
  assert.deepEqual(events, ["modified shop/a mine by write"]);
});

Deno.test("what was read is projected anew at the cached version, and never goes back behind it", () => {
  const { cache, events } = newCache();
  list(cache, 10, thing("a", 5));
  events.length = 0;
  cache.refresh(thing("a", 5, { value: "anew" }));
  assert.deepEqual(events, ["modified shop/a anew by write"]);
  cache.refresh(thing("a", 4, { value: "older" }));
  assert.equal(cache.get("shop/a")?.value, "anew");
  cache.refresh(thing("a", 12, { value: "newer" }));
  assert.equal(cache.get("shop/a")?.value, "newer");
});

Deno.test("an answer that comes after its object's deletion brings nothing back", () => {
  const { cache } = newCache();
  list(cache, 10);
  cache.update({ kind: "applied", object: thing("a", 11) });
  cache.update({ kind: "removed", object: thing("a", 12) });
  cache.observe(thing("a", 11));
  assert.equal(cache.size, 0);
});

Deno.test("a written object that the watch passes over, since it does not match, leaves the cache", () => {
  const { cache, events } = newCache();
  list(cache, 10);
  cache.observe(thing("unlabelled", 15));
  assert.equal(cache.size, 1);
  cache.update({ kind: "progress", resourceVersion: "14" });
  assert.equal(cache.size, 1);
  cache.update({ kind: "progress", resourceVersion: "16" });
  assert.deepEqual(events, ["added shop/unlabelled v by write", "deleted shop/unlabelled v by watch"]);
});

Deno.test("answers that come out of order leave the cache too, each once the watch has passed it", () => {
  const { cache } = newCache();
  list(cache, 10);
  cache.observe(thing("c", 13));
  cache.observe(thing("a", 11));
  cache.observe(thing("b", 12));
  cache.observe(thing("a", 16));
  const names = () => [...cache.values()].map(({ key }) => key).sort();
  cache.update({ kind: "progress", resourceVersion: "12" });
  assert.ok(cache.get("shop/c") !== undefined && cache.get("shop/a") !== undefined);
  cache.update({ kind: "progress", resourceVersion: "13" });
  assert.deepEqual(names(), ["shop/a"]);
  cache.update({ kind: "progress", resourceVersion: "16" });
  assert.deepEqual(names(), []);
});

Deno.test("a list older than the caller's write keeps what was written", () => {
  const { cache } = newCache();
  list(cache, 10);
  cache.observe(thing("a", 15));
  list(cache, 12);
  assert.equal(cache.size, 1);
  list(cache, 20);
  assert.equal(cache.size, 0);
});

Deno.test("after a restore of the server to older versions its list counts", () => {
  const { cache } = newCache();
  list(cache, 1000, thing("kept", 900, { value: "later" }), thing("undone", 950));
  list(cache, 500, thing("kept", 400, { value: "earlier" }));
  assert.equal(cache.get("shop/kept")?.value, "earlier");
  assert.equal(cache.size, 1);
});

Deno.test("where versions are no numbers a write changes only an entry that is there", () => {
  const { cache } = newCache();
  const odd = (name: string, resourceVersion: string, value: string): KubeObject => ({
    metadata: { name, uid: name, resourceVersion },
    value,
  });
  cache.update({ kind: "listStarted" });
  cache.update({ kind: "applied", object: odd("a", "x1", "old") });
  cache.update({ kind: "listDone", resourceVersion: "x2" });
  cache.observe(odd("a", "x3", "new"));
  cache.observe(odd("b", "x4", "new"));
  assert.equal(cache.get("a")?.value, "new");
  assert.equal(cache.get("b"), undefined);
});

Deno.test("an object that can't be projected is told as error and the rest goes on", () => {
  const { cache, errors } = newCache();
  list(cache, 10, { ...thing("bad", 1), broken: true }, thing("good", 2));
  assert.equal(errors.length, 1);
  assert.deepEqual([...cache.values()].map((entry) => entry.key), ["shop/good"]);
});

Deno.test("what the caller wrote is known until the watch has told its version, and stays then", () => {
  const { cache, events } = newCache();
  list(cache, 10);
  cache.observe(thing("a", 11));
  cache.observe(thing("b", 12));
  cache.observe(thing("b", 14, { value: "w" }));
  assert.deepEqual(["10", "11", "12", "14"].map((version) => cache.has(version)), [false, true, false, true]);
  cache.update({ kind: "progress", resourceVersion: "11", known: true });
  assert.equal(cache.has("11"), false);
  cache.update({ kind: "applied", object: thing("b", 12) });
  cache.update({ kind: "progress", resourceVersion: "14", known: true });
  assert.equal(cache.has("14"), false);
  cache.update({ kind: "progress", resourceVersion: "20" });
  assert.deepEqual([...cache.values()].map(({ key, value }) => `${key} ${value}`), ["shop/a v", "shop/b w"]);
  assert.deepEqual(events, [
    "added shop/a v by write",
    "added shop/b v by write",
    "modified shop/b w by write",
  ]);
});
