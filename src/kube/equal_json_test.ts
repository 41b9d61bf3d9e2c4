import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "./canonical_json.ts";
import { equalJson } from "./equal_json.ts";

/** Few values and keys, so that two of them are often equal or nearly so. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, 0, -0, 1, "", "a", true, [], {}),
    fc.array(tie("any"), { maxLength: 2 }),
    fc.dictionary(
      fc.constantFrom("a", "b", "__proto__"),
      fc.oneof(tie("any"), fc.constant(undefined)),
      { maxKeys: 2 },
    ),
  ),
})).any;

Deno.test("values are equal exactly where their canonical text is", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      assert.equal(equalJson(a, b), canonicalJson(a) === canonicalJson(b));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("a value is equal to its copy with the keys in another order and undefined fields", () => {
  assert(equalJson({ a: 1, b: [{ c: null, d: undefined }] }, { b: [{ c: null }], a: 1, e: undefined }));
  assert(!equalJson({ a: undefined, b: 1 }, { a: 1, b: undefined }));
  assert(!equalJson([], {}));
});
