import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "./canonical_json.ts";

Deno.test("the text tells the value, and the order of keys does not count", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = canonicalJson(value);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    assert.equal(canonicalJson(reversed(value)), text);
  }));
});

Deno.test("keys are sorted at every level, and what is undefined is left out", () => {
  const value = { b: [{ d: 1, c: undefined, a: null }], a: { z: true, y: "" } };
  assert.equal(canonicalJson(value), '{"a":{"y":"","z":true},"b":[{"a":null,"d":1}]}');
  assert.deepEqual(Object.keys(value), ["b", "a"]);
});

Deno.test("a key that objects inherit is a key like any other", () => {
  assert.equal(
    canonicalJson(JSON.parse('{"b":1,"__proto__":{"d":2,"c":3}}')),
    '{"__proto__":{"c":3,"d":2},"b":1}',
  );
});

Deno.test("a number that a double can't hold keeps its digits", () => {
  const json = JSON as unknown as { rawJSON(text: string): unknown };
  assert.equal(
    canonicalJson({ b: json.rawJSON("9007199254740993"), a: 1 }),
    '{"a":1,"b":9007199254740993}',
  );
});

function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, inner]) => [key, reversed(inner)]));
}
