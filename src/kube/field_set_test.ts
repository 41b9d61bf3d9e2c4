import assert from "node:assert/strict";
import fc from "fast-check";
import { type FieldSet, union, within, without } from "./field_set.ts";

const sets: fc.Arbitrary<FieldSet> = fc.letrec((tie) => ({
  set: fc.dictionary(
    fc.constantFrom("f:a", "f:b", 'k:{"name":"x"}', 'v:"m"', "."),
    fc.oneof({ depthSize: "small" }, fc.constant({}), tie("set")),
    { noNullPrototype: true },
  ),
})).set as fc.Arbitrary<FieldSet>;

/** Sets as the server writes them: no leaf is also a branch elsewhere. */
const spec = {
  "f:spec": {
    "f:replicas": {},
    "f:containers": {
      'k:{"name":"app"}': { ".": {}, "f:name": {}, "f:image": {} },
      'k:{"name":"side"}': { ".": {}, "f:name": {}, "f:image": {} },
    },
    "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } },
    "f:args": { 'v:"a"': {}, 'v:"b"': {} },
  },
};

Deno.test("a union holds both, and what is taken from it leaves the other", () => {
  fc.assert(fc.property(sets, (a) => {
    assert.deepEqual(union(a, a), a);
    assert.deepEqual(union(a, {}), a);
    assert.deepEqual(without(a, {}), a);
    assert.deepEqual(without(a, a), {});
  }));
  const a = { "f:data": { "f:x": {} } };
  const b = { "f:data": { "f:y": {} }, "f:immutable": {} };
  assert.deepEqual(union(a, b), { "f:data": { "f:x": {}, "f:y": {} }, "f:immutable": {} });
  assert.deepEqual(without(union(a, b), b), a);
});

Deno.test("only what the value has, too, is within it; items are found by keys that may be defaulted", () => {
  const value = {
    spec: {
      containers: [{ name: "app", image: "nginx" }],
      ports: [{ port: 80 }],
      args: ["b"],
    },
  };
  assert.deepEqual(within(spec, value), {
    "f:spec": {
      "f:containers": { 'k:{"name":"app"}': { ".": {}, "f:name": {}, "f:image": {} } },
      "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } },
      "f:args": { 'v:"b"': {} },
    },
  });
  assert.deepEqual(within(spec, { spec: { ports: [{ port: 80, protocol: "UDP" }, { port: 81 }] } }), {});
});
