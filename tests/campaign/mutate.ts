import type { Chance } from "../support/fault_random.ts";
import { addedResource } from "./added_resources.ts";
import { mutateBody } from "./mutate_body.ts";
import { type Field, keyFor, sampleOf, scalarFor } from "./mutate_value.ts";
import { happens, pick, textFor } from "./pools.ts";
import type { Schema } from "./schema.ts";

/** One change of one field. `after` is undefined where the field was taken out. */
export interface Edit {
  /** `spec.configMaps[0].nameTemplate` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Mutated {
  readonly spec: Record<string, unknown>;
  readonly edit: Edit;
}

export interface Subject {
  readonly schema: Schema;
  readonly spec: Record<string, unknown>;
  readonly namespace: string;
  readonly beside: string;
}

/** Walks down a schema to one of its fields, rather to those that are set, and changes that. */
export function mutateSpec(chance: Chance, { schema, spec, namespace, beside }: Subject): Mutated {
  const copy = structuredClone(spec);
  const field = { name: "spec", namespace, beside };
  const change = changed(chance, { schema, value: copy, field, path: "spec" });
  const { value, edit } = change;
  return { spec: isRecord(value) ? value : { value }, edit };
}

interface At {
  readonly schema: Schema;
  readonly value: unknown;
  readonly field: Field;
  readonly path: string;
}

interface Changed {
  readonly value: unknown;
  readonly edit: Edit;
}

function changed(chance: Chance, at: At): Changed {
  const { schema, value, path } = at;
  if (schema["x-kubernetes-preserve-unknown-fields"] === true && isRecord(value)) {
    return mutateBody(chance, { object: value, path });
  }
  if (schema.additionalProperties !== undefined && isRecord(value)) return inMap(chance, at, value);
  if (schema.properties !== undefined && isRecord(value)) return inObject(chance, at, value);
  if (schema.items !== undefined && Array.isArray(value)) return inList(chance, at, value);
  const after = schema.type === "object" || schema.type === "array"
    ? sampleOf(chance, schema, at.field)
    : scalarFor(chance, { schema, field: at.field, before: value });
  return { value: after, edit: { path, before: value, after } };
}

function inObject(chance: Chance, at: At, value: Record<string, unknown>): Changed {
  const { schema, field, path } = at;
  const names = Object.keys(schema.properties ?? {});
  const set = names.filter((name) => value[name] !== undefined);
  const name = set.length > 0 && happens(chance, 0.7) ? pick(chance, set) : pick(chance, names);
  const inner = schema.properties?.[name] ?? {};
  const [before, at_] = [value[name], `${path}.${name}`];
  const wholly = before !== undefined && happens(chance, isScalar(inner) ? 0.2 : 0.06);
  if (wholly) {
    const after = happens(chance, 0.8) ? undefined : pick(chance, [null, "text", 7, [], {}]);
    return { value: with_(value, name, after), edit: { path: at_, before, after } };
  }
  if (before === undefined && inner.items?.properties?.["id"] !== undefined) {
    const after = [addedResource(chance)];
    return { value: with_(value, name, after), edit: { path: at_, before, after } };
  }
  const change = changed(chance, {
    schema: inner,
    value: before,
    field: { ...field, name },
    path: at_,
  });
  return { value: with_(value, name, change.value), edit: change.edit };
}

function inMap(chance: Chance, at: At, value: Record<string, unknown>): Changed {
  const { field, path } = at;
  const keys = Object.keys(value);
  const key = keys.length > 0 && happens(chance, 0.6) ? pick(chance, keys) : keyFor(chance);
  const before = Object.hasOwn(value, key) ? value[key] : undefined;
  const after = before !== undefined && happens(chance, 0.3)
    ? undefined
    : happens(chance, 0.95)
    ? textFor(chance, { ...field, field: field.name })
    : pick(chance, [7, null, {}]);
  return { value: with_(value, key, after), edit: { path: `${path}[${key}]`, before, after } };
}

function inList(chance: Chance, at: At, value: readonly unknown[]): Changed {
  const { schema, field, path } = at;
  const index = Math.floor(chance() * value.length);
  if (value.length > 0 && happens(chance, 0.7)) {
    const change = changed(chance, {
      schema: schema.items ?? {},
      value: value[index],
      field,
      path: `${path}[${index}]`,
    });
    return { value: value.map((each, n) => n === index ? change.value : each), edit: change.edit };
  }
  const isResource = schema.items?.properties?.["id"] !== undefined;
  const fresh = () => isResource ? addedResource(chance) : sampleOf(chance, schema.items ?? {}, field);
  const after = pick(chance, [
    () => [...value, fresh()],
    () => [fresh(), ...value],
    () => value.filter((_, n) => n !== index),
    () => value.toReversed(),
    () => [...value, ...value.slice(0, 1)],
    () => [],
  ])();
  return { value: after, edit: { path, before: value, after } };
}

function with_(value: Record<string, unknown>, name: string, after: unknown): Record<string, unknown> {
  const { [name]: _, ...rest } = value;
  return after === undefined ? rest : { ...rest, [name]: after };
}

function isScalar({ type }: Schema): boolean {
  return type !== "object" && type !== "array";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
