import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonPatch, mergePatch } from "./json_patch.ts";
import { ApiError } from "./status_error.ts";

Deno.test("a merge patch deletes with null, merges objects and replaces lists", () => {
  const target = { a: { b: 1, c: [1, 2] }, d: "x" };
  assert.deepEqual(mergePatch(target, { a: { b: null, c: [3] }, e: { f: null } }), {
    a: { c: [3] },
    d: "x",
    e: {},
  });
  assert.deepEqual(target, { a: { b: 1, c: [1, 2] }, d: "x" });
});

Deno.test("merging a patch twice is merging it once", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
    const once = mergePatch(target, patch);
    assert.deepEqual(mergePatch(once, patch), once);
  }));
});

Deno.test("JSON patch operations in order, on a copy", () => {
  const target = { list: [1, 3], "a/b": { "m~n": 1 } };
  const patched = jsonPatch(target, [
    { op: "add", path: "/list/1", value: 2 },
    { op: "add", path: "/list/-", value: 4 },
    { op: "replace", path: "/a~1b/m~0n", value: 5 },
    { op: "copy", from: "/list/0", path: "/first" },
    { op: "move", from: "/list", path: "/moved" },
    { op: "test", path: "/moved", value: [1, 2, 3, 4] },
    { op: "remove", path: "/moved/0" },
  ]);
  assert.deepEqual(patched, { moved: [2, 3, 4], "a/b": { "m~n": 5 }, first: 1 });
  assert.deepEqual(target.list, [1, 3]);
});

for (
  const [name, patch, code] of [
    ["a path that is not there", [{ op: "remove", path: "/none" }], 422],
    ["a test that fails", [{ op: "test", path: "/a", value: 2 }], 422],
    ["an index beyond the list", [{ op: "add", path: "/list/9", value: 2 }], 422],
    ["an operation that is none", [{ op: "drop", path: "/a" }], 400],
    ["a patch that is no list", { op: "add" }, 400],
    ["a pointer without a slash", [{ op: "add", path: "a", value: 1 }], 400],
  ] as const
) {
  Deno.test(`${name} is refused with ${code}`, () => {
    assert.throws(
      () => jsonPatch({ a: 1, list: [] }, patch),
      (error) => error instanceof ApiError && error.status.code === code,
    );
  });
}
