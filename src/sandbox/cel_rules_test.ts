import assert from "node:assert/strict";
import { celName, Programs, ruleCauses } from "./cel_rules.ts";
import type { JsonObject } from "./json.ts";

function broken(schema: JsonObject, value: unknown, old?: unknown): readonly string[] {
  return ruleCauses(new Programs(), { schema, value, old, path: "" }).map(({ field, message }) =>
    `${field} ${message}`
  );
}

const integers: JsonObject = {
  type: "object",
  properties: { low: { type: "integer" }, high: { type: "integer" }, share: { type: "number" } },
  "x-kubernetes-validations": [{ rule: "self.low <= self.high", message: "low is over high" }],
};

Deno.test("integers compare as integers, and a broken rule says its message", () => {
  assert.deepEqual(broken(integers, { low: 1, high: 2 }), []);
  assert.deepEqual(broken(integers, { low: 3, high: 2 }), [' Invalid value: "object": low is over high']);
});

Deno.test("transition rules run only where there is an old value", () => {
  const schema: JsonObject = {
    type: "object",
    properties: {
      id: { type: "string", "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "fixed" }] },
    },
  };
  assert.deepEqual(broken(schema, { id: "a" }), []);
  assert.deepEqual(broken(schema, { id: "a" }, { id: "a" }), []);
  assert.deepEqual(broken(schema, { id: "b" }, { id: "a" }), ['id Invalid value: "string": fixed']);
  assert.deepEqual(broken(schema, { id: "b" }, {}), []);
});

Deno.test("items of a map list are compared by their keys", () => {
  const schema: JsonObject = {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
    items: {
      type: "object",
      properties: { k: { type: "string" }, v: { type: "integer" } },
      "x-kubernetes-validations": [{ rule: "self.v >= oldSelf.v", message: "may only grow" }],
    },
  };
  const old = [{ k: "a", v: 1 }, { k: "b", v: 5 }];
  assert.deepEqual(broken(schema, [{ k: "b", v: 6 }, { k: "a", v: 1 }], old), []);
  assert.deepEqual(broken(schema, [{ k: "b", v: 4 }, { k: "c", v: 0 }], old), [
    '[0] Invalid value: "object": may only grow',
  ]);
});

Deno.test("an optional old value, a field path, a reason and a message expression", () => {
  const schema: JsonObject = {
    type: "object",
    properties: { a: { type: "string" } },
    "x-kubernetes-validations": [{
      rule: "!oldSelf.hasValue() || self.a == oldSelf.value().a",
      optionalOldSelf: true,
      fieldPath: ".a",
      reason: "FieldValueForbidden",
      messageExpression: "'was ' + oldSelf.value().a",
    }],
  };
  assert.deepEqual(broken(schema, { a: "x" }), []);
  assert.deepEqual(broken(schema, { a: "y" }, { a: "x" }), [".a Forbidden: was x"]);
});

Deno.test("a rule that fails to evaluate is a failure, not a crash", () => {
  const schema: JsonObject = {
    type: "object",
    properties: { a: { type: "string" } },
    "x-kubernetes-validations": [{ rule: "self.none == 1" }],
  };
  const [said] = broken(schema, { a: "x" });
  assert.match(said ?? "", /self\.none == 1 evaluation error/);
});

Deno.test("names that CEL reserves or can't spell are escaped", () => {
  assert.equal(celName("namespace"), "__namespace__");
  assert.equal(celName("a-b.c/d"), "a__dash__b__dot__c__slash__d");
  assert.equal(celName("x__y"), "x__underscores__y");
  const schema: JsonObject = {
    type: "object",
    properties: { namespace: { type: "string" } },
    "x-kubernetes-validations": [{ rule: "self.__namespace__ == 'a'" }],
  };
  assert.deepEqual(broken(schema, { namespace: "a" }), []);
});

Deno.test("an expression that is no CEL does not compile", () => {
  assert.throws(() => new Programs().compile("self >"), { name: "ParseError" });
});
