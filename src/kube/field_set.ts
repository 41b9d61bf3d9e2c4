import { isDeepStrictEqual } from "node:util";

/**
 * A `fieldsV1`: a tree whose keys are `f:<field>`, `k:<keys of a list item as JSON>`, `v:<set member as JSON>`,
 * `i:<index>` and `.` for the node itself; an empty object is a leaf.
 */
export type FieldSet = Readonly<Record<string, unknown>>;

/** The fields of either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const all: Record<string, unknown> = { ...a };
  for (const [key, below] of Object.entries(b)) {
    all[key] = key in a ? union(asSet(a[key]), asSet(below)) : below;
  }
  return all;
}

/** The fields of `a` that `b` does not have. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  const rest: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(a)) {
    if (!(key in b)) rest[key] = below;
    else if (!isEmpty(asSet(below))) {
      const kept = without(asSet(below), asSet(b[key]));
      if (!isEmpty(kept)) rest[key] = kept;
    }
  }
  return rest;
}

/** The fields of a set that a value has, too. A list item is found by its keys; a key that it leaves out may be defaulted. */
export function within(fields: FieldSet, value: unknown): FieldSet {
  const kept: Record<string, unknown> = {};
  for (const [key, below] of Object.entries(fields)) {
    if (key === ".") {
      kept[key] = below;
      continue;
    }
    const found = at(value, key);
    if (found === undefined) continue;
    if (isEmpty(asSet(below))) kept[key] = below;
    else {
      const deeper = within(asSet(below), found);
      if (!isEmpty(deeper)) kept[key] = deeper;
    }
  }
  return kept;
}

/** What a set says below a chain of keys; empty where it says nothing. */
export function below(fields: FieldSet, ...keys: readonly string[]): FieldSet {
  return keys.reduce((set, key) => asSet(set[key]), fields);
}

export function isEmpty(fields: FieldSet): boolean {
  return Object.keys(fields).length === 0;
}

function asSet(value: unknown): FieldSet {
  return typeof value === "object" && value !== null ? value as FieldSet : {};
}

function at(value: unknown, key: string): unknown {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case "f:":
      return isRecord(value) && Object.hasOwn(value, rest) ? value[rest] : undefined;
    case "k:":
      return Array.isArray(value) ? value.find((item) => hasKeys(item, JSON.parse(rest))) : undefined;
    case "v:":
      return Array.isArray(value)
        ? value.find((item) => isDeepStrictEqual(item, JSON.parse(rest)))
        : undefined;
    default:
      return Array.isArray(value) ? value[Number(rest)] : undefined;
  }
}

/** At least one key is written out, and none otherwise than it is looked for. */
function hasKeys(item: unknown, keys: Readonly<Record<string, unknown>>): boolean {
  if (!isRecord(item)) return false;
  const own = Object.entries(keys).filter(([key]) => item[key] !== undefined);
  return own.length > 0 && own.every(([key, value]) => isDeepStrictEqual(item[key], value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
