import assert from "node:assert/strict";
import { Lru } from "./lru.ts";

Deno.test("the entry that was not used for longest goes when there are too many", () => {
  const lru = new Lru<string, number>(2);
  lru.set("a", 1);
  lru.set("b", 2);
  lru.get("a");
  lru.set("c", 3);
  assert.deepEqual(["a", "b", "c"].map((key) => lru.get(key)), [1, undefined, 3]);
});

Deno.test("entries that are over are let go of in the order of their use, up to the first that is not", () => {
  const lru = new Lru<string, number>(10);
  for (const [key, at] of [["a", 1], ["b", 2], ["c", 9], ["d", 3]] as const) lru.set(key, at);
  lru.get("a");
  lru.forgetWhile((at) => at < 5);
  assert.deepEqual(["a", "b", "c", "d"].map((key) => lru.get(key)), [1, undefined, 9, 3]);
  lru.forgetWhile(() => true);
  assert.equal(lru.size, 0);
});
