import { isDeepStrictEqual } from "node:util";
import { type FieldStep, parseFieldPath } from "../api/field_path.ts";
import { type FieldSet, isEmpty, union } from "../kube/field_set.ts";
import type { KubeObject } from "../kube/object.ts";
import { ownedItem, ownedPart, setOf } from "./owned_part.ts";

/** Where a value comes from at one place of an object. */
interface Place {
  readonly present: unknown;
  /** What we own there; undefined where we own nothing. */
  readonly own: FieldSet | undefined;
  readonly others: FieldSet | undefined;
  /** Of an element of a list, how field sets name it. */
  readonly key?: string;
  /** Part of a value that has one owner as a whole, such as a list whose elements have no keys. */
  readonly inside?: true;
}

/** What stands at an ignored place instead of what is wanted; undefined leaves the field out. */
type Choose = (place: Place) => unknown;

/**
 * The object to write over a live one by merge patch or PUT, with the fields of `ignoreFields` as the live object has
 * them: a field that it has not is left out, each element of a list keeps its own value. Ownership fields are never
 * ignored.
 */
export function keepIgnored(desired: KubeObject, live: KubeObject, paths: readonly string[]): KubeObject {
  return each(desired, { present: live, own: undefined, others: undefined }, {
    paths,
    choose: ({ present }) => present,
  });
}

/**
 * The object to apply over a live one: of the fields of `ignoreFields` what only we own, with its live value, since
 * without it the server would remove it; what others own, too, and what we never owned is left to them. Inside of a
 * value that is owned as a whole, an ignored field is as the live object has it.
 */
export function yieldIgnored(
  desired: KubeObject,
  live: KubeObject,
  of: { paths: readonly string[]; own: FieldSet; others: FieldSet },
): KubeObject {
  const { paths, own, others } = of;
  const owned = (fields: FieldSet) => isEmpty(fields) ? undefined : fields;
  return each(desired, { present: live, own: owned(own), others: owned(others) }, {
    paths,
    choose: ({ present, own, others, key, inside }) => {
      if (inside === true) return present;
      if (own === undefined) return undefined;
      return key === undefined ? ownedPart(present, own, others) : ownedItem(present, { key, own, others });
    },
  });
}

/** The part of a set of fields that `ignoreFields` names; lists are counted as in the wanted object. */
export function ignoredFields(fields: FieldSet, wanted: KubeObject, paths: readonly string[]): FieldSet {
  return paths.reduce<FieldSet>((all, text) => {
    const steps = stepsOf(text);
    return steps === undefined ? all : union(all, select(fields, wanted, steps));
  }, {});
}

/**
 * Whether `ignoreFields` names a place inside of this field, as conflicts name it: a value that is owned as a whole is
 * then written by others, too.
 */
export function isShared(field: string, paths: readonly string[]): boolean {
  return paths.some((text) => {
    let whole = "";
    for (const step of stepsOf(text)?.slice(0, -1) ?? []) {
      if (step.kind === "index" || step.kind === "every") return false;
      whole += step.kind === "key" ? `.${step.key}` : `[${step.key}=${JSON.stringify(step.value)}]`;
      if (whole === field) return true;
    }
    return false;
  });
}

function each(
  desired: KubeObject,
  place: Place,
  { paths, choose }: { paths: readonly string[]; choose: Choose },
): KubeObject {
  return paths.reduce<KubeObject>((object, text) => {
    const steps = stepsOf(text);
    return steps === undefined ? object : replaceAt(object, place, { steps, choose }) as KubeObject;
  }, desired);
}

function stepsOf(text: string): readonly FieldStep[] | undefined {
  const path = parseFieldPath(text);
  return path.kind === "invalid" || isOwnership(path.steps) ? undefined : path.steps;
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

interface Rest {
  readonly steps: readonly FieldStep[];
  readonly choose: Choose;
}

/** `wanted` with what is chosen at `steps`; `undefined` says that the field is left out. */
function replaceAt(wanted: unknown, place: Place, { steps, choose }: Rest): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return choose(place);
  if (Array.isArray(wanted)) return replaceInList(wanted, place, { steps, choose });
  if (step.kind === "index" || step.kind === "where" || !isRecord(wanted)) return wanted;
  // Where the form says nothing of a field, there is nothing to leave to others.
  const keys = step.kind === "every"
    ? Object.keys(wanted)
    : Object.hasOwn(wanted, step.key)
    ? [step.key]
    : [];
  if (keys.length === 0) return wanted;
  const fields = { ...wanted };
  for (const key of keys) {
    const value = replaceAt(fields[key], inField(place, key), { steps: rest, choose });
    if (value === undefined) delete fields[key];
    else fields[key] = value;
  }
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function replaceInList(wanted: readonly unknown[], place: Place, { steps, choose }: Rest): unknown[] {
  const [step, ...rest] = steps;
  return wanted.flatMap((item, index) => {
    if (step === undefined || !matches(item, step, { index, length: wanted.length })) return [item];
    const below = inItem(place, item, index);
    if (below === undefined) return [item];
    const value = replaceAt(item, below, { steps: rest, choose });
    return value === undefined ? [] : [value];
  });
}

function inField(place: Place, key: string): Place {
  const { present, own, others } = place;
  return {
    ...insideOf(place),
    present: isRecord(present) && Object.hasOwn(present, key) ? present[key] : undefined,
    own: setOf(own, `f:${key}`),
    others: setOf(others, `f:${key}`),
  };
}

function insideOf({ own, others, inside }: Place): Pick<Place, "inside"> {
  const known = own !== undefined || others !== undefined;
  return inside === true || (known && isEmpty({ ...own, ...others })) ? { inside: true } : {};
}

/** The place of the live element that is this one; undefined where there is none. */
function inItem(place: Place, item: unknown, index: number): Place | undefined {
  const { present, own, others } = place;
  const live: readonly unknown[] = Array.isArray(present) ? present : [];
  const keys = Object.keys({ ...own, ...others });
  const key = keys.find((text) => isItem(text, item, index));
  if (key === undefined) {
    // Every element of a list by keys has an owner: one that no set names is new.
    const found = keys.some((text) => text.startsWith("k:")) ? undefined : counterpart(item, live, index);
    if (found === undefined) return undefined;
    return { present: found, own: undefined, others: undefined, ...insideOf(place) };
  }
  const found = live.find((each, n) => isItem(key, each, n));
  if (found === undefined) return undefined;
  return { present: found, own: setOf(own, key), others: setOf(others, key), key };
}

/** The live element that is this one: of the same name where elements have names, else of the same place. */
function counterpart(item: unknown, live: readonly unknown[], index: number): unknown {
  const name = isRecord(item) ? item["name"] : undefined;
  return name === undefined ? live[index] : live.find((other) => isRecord(other) && other["name"] === name);
}

/** Whether a key of a field set means this element. Keys that the element leaves out are defaulted. */
function isItem(key: string, item: unknown, index: number): boolean {
  const rest = key.slice(2);
  if (key.startsWith("i:")) return Number(rest) === index;
  if (key.startsWith("v:")) return isDeepStrictEqual(JSON.parse(rest), item);
  if (!key.startsWith("k:") || !isRecord(item)) return false;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  const written = keys.filter(([name]) => item[name] !== undefined);
  return written.length > 0 && written.every(([name, value]) => isDeepStrictEqual(item[name], value));
}

function matches(item: unknown, step: FieldStep, at: { index: number; length: number }): boolean {
  switch (step.kind) {
    case "every":
      return true;
    case "index":
      return (step.index < 0 ? at.length + step.index : step.index) === at.index;
    case "where":
      return isRecord(item) && String(item[step.key]) === step.value;
    case "key":
      return false;
  }
}

/** What of a set is below `steps`, with the way to it. */
function select(fields: FieldSet, wanted: unknown, steps: readonly FieldStep[]): FieldSet {
  const [step, ...rest] = steps;
  if (step === undefined) return fields;
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const at = valueAt(wanted, key, step);
    if (at === undefined) continue;
    const below = setOf(fields, key) ?? {};
    const part = select(below, at.value, rest);
    if (rest.length === 0 || !isEmpty(part)) found[key] = part;
  }
  return found;
}

/** The wanted value at a key of a field set, where the step names it. */
function valueAt(wanted: unknown, key: string, step: FieldStep): { value: unknown } | undefined {
  if (key === ".") return undefined;
  if (key.startsWith("f:")) {
    const name = key.slice(2);
    const named = step.kind === "every" || (step.kind === "key" && step.key === name);
    return named ? { value: isRecord(wanted) ? wanted[name] : undefined } : undefined;
  }
  if (step.kind === "key") return undefined;
  const items: readonly unknown[] = Array.isArray(wanted) ? wanted : [];
  const index = items.findIndex((item, n) => isItem(key, item, n));
  const item = index === -1 && key.startsWith("k:") ? JSON.parse(key.slice(2)) : items[index];
  return matches(item, step, { index, length: items.length }) ? { value: item } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
