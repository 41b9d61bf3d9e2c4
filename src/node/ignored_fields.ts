import { type FieldStep, parseFieldPath } from "../api/field_path.ts";
import type { KubeObject } from "../kube/object.ts";

/**
 * The object to apply over a live one, with the fields of `ignoreFields` as the live object has them: a field that it
 * has not is left out, each element of a list keeps its own value. Ownership fields are never ignored.
 */
export function keepIgnored(desired: KubeObject, live: KubeObject, paths: readonly string[]): KubeObject {
  return paths.reduce<KubeObject>((object, text) => {
    const path = parseFieldPath(text);
    if (path.kind === "invalid" || isOwnership(path.steps)) return object;
    return keep(object, live, path.steps) as KubeObject;
  }, desired);
}

const OWNERSHIP = new Set([
  "apiVersion",
  "kind",
  "name",
  "namespace",
  "ownerReferences",
  "finalizers",
  "labels",
]);

/** What tells whose the object is: without it, it could not be found or deleted again. */
function isOwnership(steps: readonly FieldStep[]): boolean {
  const [first, second, third] = steps.map((step) => step.kind === "key" ? step.key : "*");
  if (first !== "metadata") return first === "apiVersion" || first === "kind";
  if (second === "labels" || second === "annotations") {
    return third === undefined || third === "*" || third.startsWith("lynq.sh/");
  }
  return second === undefined || OWNERSHIP.has(second);
}

/** `wanted` with the value at `steps` taken from `present`; `undefined` says that the field is left out. */
function keep(wanted: unknown, present: unknown, steps: readonly FieldStep[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return present;
  if (Array.isArray(wanted)) return keepInList(wanted, present, { step, rest });
  if (step.kind === "index" || step.kind === "where") return wanted;
  const there = record(present);
  const fields = { ...record(wanted) };
  // Where the form says nothing of a field, there is nothing to leave to others.
  const keys = step.kind === "every"
    ? Object.keys(fields)
    : Object.hasOwn(fields, step.key)
    ? [step.key]
    : [];
  for (const key of keys) {
    const value = keep(fields[key], Object.hasOwn(there, key) ? there[key] : undefined, rest);
    if (value === undefined) delete fields[key];
    else fields[key] = value;
  }
  return fields;
}

function keepInList(
  wanted: readonly unknown[],
  present: unknown,
  { step, rest }: { step: FieldStep; rest: readonly FieldStep[] },
): unknown[] {
  const live = Array.isArray(present) ? present : [];
  return wanted.flatMap((item, index) => {
    if (!matches(item, step, { index, length: wanted.length })) return [item];
    const other = counterpart(item, live, index);
    if (other === undefined) return [item];
    const value = keep(item, other, rest);
    return value === undefined ? [] : [value];
  });
}

function matches(item: unknown, step: FieldStep, at: { index: number; length: number }): boolean {
  switch (step.kind) {
    case "every":
      return true;
    case "index":
      return (step.index < 0 ? at.length + step.index : step.index) === at.index;
    case "where":
      return record(item)[step.key] === step.value;
    case "key":
      return false;
  }
}

/** The live element that is this one: of the same name where elements have names, else of the same place. */
function counterpart(item: unknown, live: readonly unknown[], index: number): unknown {
  const { name } = record(item);
  return name === undefined ? live[index] : live.find((other) => record(other)["name"] === name);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}
