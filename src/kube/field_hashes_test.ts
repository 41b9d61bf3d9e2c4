import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldHash, packFields, unpackFields } from "./field_hashes.ts";

Deno.test("what was packed is found again, whatever its order", () => {
  fc.assert(fc.property(fc.array(fc.string()), (paths) => {
    const packed = packFields(paths);
    assert.equal(packFields(paths.toReversed()), packed);
    assert.deepEqual(unpackFields(packed), new Set(paths.map(fieldHash)));
    assert.equal(packed.length % 4, 0);
  }));
});

Deno.test("nothing packed holds nothing", () => {
  assert.equal(packFields([]), "");
  assert.equal(unpackFields(undefined).size, 0);
  assert.equal(unpackFields("").size, 0);
});

Deno.test("a path's hash stays what records hold of it, and paths differ", () => {
  assert.equal(fieldHash(""), "qz58");
  assert.equal(fieldHash(".data.plan"), "M4ch");
  assert.equal(fieldHash('.spec.containers[name="web"].image'), "reZa");
  const paths = Array.from({ length: 500 }, (_, n) => `.spec.template.spec.containers[name="c${n}"].image`);
  assert.equal(packFields(paths).length, 4 * paths.length);
});
