import assert from "node:assert/strict";
import fc from "fast-check";
import { applyDefaults, prune } from "./structural_schema.ts";

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        mode: { type: "string", default: "a" },
        nested: { type: "object", default: {}, properties: { deep: { type: "integer", default: 3 } } },
        list: {
          type: "array",
          items: { type: "object", properties: { v: { type: "string", default: "z" } } },
        },
        free: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { a: { type: "object" } },
        },
        map: {
          type: "object",
          additionalProperties: { type: "object", properties: { k: { type: "string" } } },
        },
        none: { type: "string", nullable: true, default: "n" },
      },
    },
  },
};

Deno.test("unknown fields are dropped and named, known ones and free ones stay", () => {
  const value = {
    apiVersion: "v1",
    kind: "K",
    metadata: { any: 1 },
    extra: 1,
    spec: { mode: "b", list: [{ v: "1", w: 2 }], free: { q: 1, a: { b: 1 } }, map: { x: { k: "1", l: 2 } } },
  };
  const { value: pruned, unknown } = prune(schema, value);
  assert.deepEqual(unknown, ["extra", "spec.free.a.b", "spec.list[0].w", "spec.map.x.l"]);
  assert.deepEqual(pruned, {
    apiVersion: "v1",
    kind: "K",
    metadata: { any: 1 },
    spec: { mode: "b", list: [{ v: "1" }], free: { q: 1, a: {} }, map: { x: { k: "1" } } },
  });
});

Deno.test("pruning twice is pruning once, and defaulting too", () => {
  fc.assert(fc.property(fc.jsonValue(), (spec) => {
    const once = prune(schema, { spec }).value;
    assert.deepEqual(prune(schema, once), { value: once, unknown: [] });
    const full = applyDefaults(schema, once);
    assert.deepEqual(applyDefaults(schema, full), full);
  }));
});

Deno.test("defaults fill what is absent, and nulls where null is not allowed", () => {
  assert.deepEqual(applyDefaults(schema, { spec: { mode: null, none: null, list: [{}] } }), {
    spec: { mode: "a", none: null, nested: { deep: 3 }, list: [{ v: "z" }] },
  });
  assert.deepEqual(applyDefaults(schema, {}), {});
});
