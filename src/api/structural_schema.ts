import { z } from "zod";

/** An OpenAPI v3 schema as a CustomResourceDefinition takes it. */
export type StructuralSchema = { [key: string]: unknown };

const KEPT = new Set([
  "type",
  "description",
  "format",
  "default",
  "enum",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
]);
const NAMES_NO_CONSTRAINT = new Set(["$schema", "propertyNames", "additionalProperties"]);

/**
 * Marks a schema that the API server shall not look into: it is told as free of form. Each typed value costs the server
 * time in every write of the object, which what the operator alone writes need not.
 */
export const UNTYPED = "x-lynq-untyped";

/**
 * The structural schema of a zod schema: what `z.toJSONSchema` says of its input side, reduced to the keywords that a
 * CustomResourceDefinition allows. Throws on a keyword that has no structural form (a union, a tuple, null).
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(schema, { io: "input", target: "draft-7", reused: "inline" }), "");
}

function convert(json: unknown, path: string): StructuralSchema {
  if (typeof json !== "object" || json === null) throw new TypeError(`${path}: no schema object`);
  if (UNTYPED in json) {
    const description = "description" in json ? { description: json.description } : {};
    return { ...description, "x-kubernetes-preserve-unknown-fields": true };
  }
  const out: StructuralSchema = {};
  for (const [key, value] of Object.entries(json)) {
    if (key === "type" && typeof value !== "string") throw new TypeError(`${path}: several types at once`);
    if (KEPT.has(key)) {
      if (!isSafeIntegerBound(key, value)) out[key] = value;
    } else if (key.startsWith("x-kubernetes-")) out[key] = value;
    else if (key === "properties") out[key] = convertAll(value, path);
    else if (key === "items") out[key] = convert(value, `${path}[]`);
    else if (key === "required") out[key] = value;
    else if (key === "additionalProperties" && isSchema(value)) out[key] = convert(value, `${path}.*`);
    else if (!NAMES_NO_CONSTRAINT.has(key)) throw new TypeError(`${path}: "${key}" has no structural form`);
  }
  return out;
}

function convertAll(properties: unknown, path: string): StructuralSchema {
  return Object.fromEntries(
    Object.entries(properties as Record<string, unknown>).map(([name, value]) => [
      name,
      convert(value, `${path}.${name}`),
    ]),
  );
}

/** `additionalProperties: true` and `{}` say nothing; only a typed one is kept. */
function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

/** zod bounds every integer by what a double holds exactly; `format` says it better. */
function isSafeIntegerBound(key: string, value: unknown): boolean {
  return (key === "minimum" && value === Number.MIN_SAFE_INTEGER) ||
    (key === "maximum" && value === Number.MAX_SAFE_INTEGER);
}
