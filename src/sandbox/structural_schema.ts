import { isObject, type JsonObject, objectAt } from "./json.ts";

/** A key of `properties`, `additionalProperties` or the schema of embedded metadata; undefined where none applies. */
export function propertySchema(schema: JsonObject, key: string): JsonObject | undefined {
  const properties = objectAt(schema, "properties");
  if (Object.hasOwn(properties, key)) {
    const property = properties[key];
    return isObject(property) ? property : {};
  }
  if (isObject(schema.additionalProperties)) return schema.additionalProperties;
  return undefined;
}

function keepsUnknown(schema: JsonObject): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
}

const objectKeys = ["apiVersion", "kind", "metadata"];

export interface Pruned {
  readonly value: unknown;
  /** Paths of what was dropped: `spec.items[0].q`. */
  readonly unknown: readonly string[];
}

/** A copy without the fields that a structural schema does not name. */
export function prune(schema: JsonObject, value: unknown): Pruned {
  const unknown: string[] = [];
  const pruned = pruneAt(value, { schema, path: "", unknown, embedded: true });
  return { value: pruned, unknown: unknown.sort() };
}

interface Place {
  readonly schema: JsonObject;
  readonly path: string;
  readonly unknown: string[];
  /** The root and `x-kubernetes-embedded-resource` have apiVersion, kind and metadata without saying so. */
  readonly embedded: boolean;
}

function pruneAt(value: unknown, place: Place): unknown {
  const { schema, path, unknown } = place;
  if (Array.isArray(value)) {
    if (schema.items === undefined && keepsUnknown(schema)) return value;
    const items = objectAt(schema, "items");
    return value.map((item, index) =>
      pruneAt(item, { schema: items, path: `${path}[${index}]`, unknown, embedded: isEmbedded(items) })
    );
  }
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    const known = propertySchema(schema, key);
    if (place.embedded && objectKeys.includes(key)) out[key] = field;
    else if (known !== undefined) {
      out[key] = pruneAt(field, { schema: known, path: at, unknown, embedded: isEmbedded(known) });
    } else if (keepsUnknown(schema)) out[key] = field;
    else unknown.push(at);
  }
  return out;
}

function isEmbedded(schema: JsonObject): boolean {
  return schema["x-kubernetes-embedded-resource"] === true;
}

/** A copy with the defaults of the schema in place of absent fields, and of nulls where null is not allowed. */
export function applyDefaults(schema: JsonObject, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = objectAt(schema, "items");
    return value.map((item) => applyDefaults(items, item));
  }
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const known = propertySchema(schema, key);
    if (known === undefined) {
      out[key] = field;
      continue;
    }
    if (field === null && known.nullable !== true && known["x-kubernetes-preserve-unknown-fields"] !== true) {
      continue;
    }
    out[key] = applyDefaults(known, field);
  }
  for (const [key, property] of Object.entries(objectAt(schema, "properties"))) {
    if (isObject(property) && property.default !== undefined && out[key] === undefined) {
      out[key] = applyDefaults(property, structuredClone(property.default));
    }
  }
  return out;
}
