import assert from "node:assert/strict";
import { z } from "zod";
import { int32, openObject, textMap } from "./primitives.ts";
import { structuralSchema, UNTYPED } from "./structural_schema.ts";

Deno.test("an object keeps types, constraints, defaults and what is required", () => {
  const schema = z.object({
    name: z.string().min(1).max(9).regex(/^a/),
    size: int32({ min: 0, max: 5 }).default(3),
    kind: z.enum(["A", "B"]).optional(),
  });
  assert.deepEqual(structuralSchema(schema), {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1, maxLength: 9, pattern: "^a" },
      size: { type: "integer", format: "int32", minimum: 0, maximum: 5, default: 3 },
      kind: { type: "string", enum: ["A", "B"] },
    },
    required: ["name"],
  });
});

Deno.test("the bounds that zod gives every integer are left out", () => {
  assert.deepEqual(structuralSchema(z.object({ n: z.int() })), {
    type: "object",
    properties: { n: { type: "integer" } },
    required: ["n"],
  });
});

Deno.test("a map of texts is typed, an open object keeps unknown fields", () => {
  assert.deepEqual(structuralSchema(textMap), { type: "object", additionalProperties: { type: "string" } });
  assert.deepEqual(structuralSchema(openObject), {
    type: "object",
    properties: {},
    "x-kubernetes-preserve-unknown-fields": true,
  });
});

Deno.test("extensions stand beside the items that they speak of", () => {
  const list = z.array(z.object({ id: z.string() })).meta({ "x-kubernetes-list-type": "map" });
  assert.deepEqual(structuralSchema(list), {
    type: "array",
    items: { type: "object", properties: { id: { type: "string" } }, required: ["id"] },
    "x-kubernetes-list-type": "map",
  });
});

Deno.test("what a CustomResourceDefinition can't say is refused, with the path to it", () => {
  const refused = (schema: z.ZodType, path: RegExp) =>
    assert.throws(() => structuralSchema(z.object({ outer: schema })), path);
  refused(z.union([z.string(), z.int()]), /\.outer: "anyOf" has no structural form/);
  refused(z.literal("a"), /\.outer: "const" has no structural form/);
  refused(z.int().gt(1), /\.outer: "exclusiveMinimum" has no structural form/);
  refused(z.array(z.string().nullable()), /\.outer\[\]: several types at once/);
});

Deno.test("what is marked as untyped is told as free of form, with its description", () => {
  const list = z.array(z.object({ id: z.string() })).optional().meta({ description: "d", [UNTYPED]: true });
  assert.deepEqual(structuralSchema(z.object({ list })).properties, {
    list: { description: "d", "x-kubernetes-preserve-unknown-fields": true },
  });
});
