import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareElements,
  keyElement,
  type PathElement,
  printPath,
  valueElement,
} from "./managed_fields_path.ts";
import {
  differenceOf,
  type FieldSet,
  fieldSetOf,
  fromFieldsV1,
  hasPath,
  intersectionOf,
  isEmptySet,
  pathsOf,
  recursiveDifferenceOf,
  toFieldsV1,
  unionOf,
} from "./managed_fields_set.ts";

const element: fc.Arbitrary<PathElement> = fc.oneof(
  fc.constantFrom("f:a", "f:b", "f:c"),
  fc.constantFrom("x", "y").map((name) => keyElement({ name })),
  fc.constantFrom<unknown>(1, "1", true).map(valueElement),
  fc.constantFrom("i:0", "i:1"),
);
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const set = fc.array(path, { maxLength: 8 }).map(fieldSetOf);

const texts = (one: FieldSet) => [...pathsOf(one)].map((steps) => steps.join("/"));

Deno.test("a set of fields survives being written as fieldsV1 and read again", () => {
  fc.assert(fc.property(set, (one) => {
    const read = fromFieldsV1(JSON.parse(JSON.stringify(toFieldsV1(one))));
    assert.deepEqual(texts(read), texts(one));
  }));
});

Deno.test("union, intersection and difference are those of sets of paths", () => {
  fc.assert(fc.property(set, set, (a, b) => {
    const [left, right] = [new Set(texts(a)), new Set(texts(b))];
    assert.deepEqual(new Set(texts(unionOf(a, b))), left.union(right));
    assert.deepEqual(new Set(texts(intersectionOf(a, b))), left.intersection(right));
    assert.deepEqual(new Set(texts(differenceOf(a, b))), left.difference(right));
    assert.equal(isEmptySet(differenceOf(a, a)), true);
  }));
});

Deno.test("the recursive difference takes what lies below a path too", () => {
  fc.assert(fc.property(set, set, (a, b) => {
    const gone = [...pathsOf(b)].map((steps) => steps.join("/"));
    const kept = texts(a).filter((text) =>
      !gone.some((root) => text === root || text.startsWith(`${root}/`))
    );
    assert.deepEqual(texts(recursiveDifferenceOf(a, b)), kept);
  }));
});

Deno.test("every path of a set is found in it", () => {
  fc.assert(fc.property(set, (one) => {
    for (const steps of pathsOf(one)) assert.equal(hasPath(one, steps), true);
    assert.equal(hasPath(one, ["f:nowhere"]), false);
  }));
});

Deno.test("paths print as in the conflicts of the server", () => {
  const steps = ["f:spec", "f:containers", keyElement({ name: "app" }), "f:ports"];
  assert.equal(printPath(steps), '.spec.containers[name="app"].ports');
  const port = keyElement({ protocol: "TCP", containerPort: 80 });
  assert.equal(port, 'k:{"containerPort":80,"protocol":"TCP"}');
  assert.equal(printPath(["f:ports", port]), '.ports[containerPort=80,protocol="TCP"]');
  assert.equal(printPath([valueElement("a"), "i:3"]), '[="a"][3]');
});

Deno.test("fields come before keys, keys before values, and each is ordered by its content", () => {
  const sorted = ["f:a", "f:b", keyElement({ port: 9 }), keyElement({ port: 80 }), valueElement(2), "i:1"];
  assert.deepEqual([...sorted].reverse().sort(compareElements), sorted);
});

Deno.test("an owned parent is told by a dot, an unknown kind of step is passed over", () => {
  const read = fromFieldsV1({ "f:a": { ".": {}, "f:b": {} }, "f:c": { "f:d": {} }, "q:x": {} });
  assert.deepEqual(texts(read), ["f:a", "f:a/f:b", "f:c/f:d"]);
  assert.throws(() => fromFieldsV1({ "k:{broken": {} }), SyntaxError);
});
