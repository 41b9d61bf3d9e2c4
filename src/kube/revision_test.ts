import assert from "node:assert/strict";
import fc from "fast-check";
import { compareRevisions } from "./revision.ts";

Deno.test("versions compare as integers of any length", () => {
  const positive = fc.bigInt({ min: 1n, max: 2n ** 80n });
  fc.assert(fc.property(positive, positive, (a, b) => {
    const order = compareRevisions(String(a), String(b));
    assert.equal(Math.sign(order ?? NaN), a === b ? 0 : a < b ? -1 : 1);
  }));
});

Deno.test("of versions that are no positive integers only equality is known", () => {
  assert.equal(compareRevisions("abc", "abc"), 0);
  for (const odd of ["", "0", "007", "-1", "1.5", "abc"]) {
    assert.equal(compareRevisions(odd, "12"), undefined);
  }
});
