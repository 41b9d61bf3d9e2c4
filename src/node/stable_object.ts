import type { Givens, KeyField, MadeKey, ObjectPath } from "../api/givens.ts";
import type { KubeObject } from "../kube/object.ts";

/** The object to apply, or why a key of it can't be made. */
export type Stable =
  | {
    readonly kind: "stable";
    readonly object: KubeObject;
    /** Fields whose key or certificate is new. */
    readonly made: readonly ObjectPath[];
  }
  | Extract<MadeKey, { kind: "failed" }>;

/**
 * Completes a rendered object with what can't be rendered a second time: keys and certificates as the live object has
 * them, made anew where it has none, and random values of another seed as they are there.
 */
export function stabilize(object: KubeObject, givens: Givens, live: KubeObject | undefined): Stable {
  let stable: unknown = object;
  for (const path of givens.kept === undefined ? [] : givens.random) {
    const present = valueAt(live, path, stable);
    if (present !== undefined) stable = withValue(stable, path, present);
  }
  const made: ObjectPath[] = [];
  for (const key of givens.keys) {
    const found = keyValue(key, valueAt(live, key.path, stable));
    if (found.kind === "failed") return found;
    if (found.kind === "made") made.push(key.path);
    const before = valueAt(stable, key.path, stable);
    stable = withValue(stable, key.path, merged(before, found.value));
  }
  return { kind: "stable", object: stable as KubeObject, made };
}

/** A live text is kept. A live map keeps what the template makes of it, if it still has all of that. */
function keyValue(
  { make }: KeyField,
  live: unknown,
): MadeKey | { readonly kind: "kept"; readonly value: unknown } {
  if (isMap(live)) {
    const fresh = make();
    if (fresh.kind === "failed" || !isMap(fresh.value)) return fresh;
    const kept = Object.keys(fresh.value).map((name) => [name, live[name]] as const);
    return kept.every(([, value]) => isPresent(value))
      ? { kind: "kept", value: Object.fromEntries(kept) }
      : fresh;
  }
  return isPresent(live) ? { kind: "kept", value: live } : make();
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** What the form writes beside the keys into the same map stays. */
function merged(before: unknown, value: unknown): unknown {
  return isMap(before) && isMap(value) ? { ...before, ...value } : value;
}

/** `like` is an object of the same shape: it tells the names of list elements, which may stand elsewhere here. */
function valueAt(value: unknown, path: ObjectPath, like: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const alike = typeof step === "number"
    ? (Array.isArray(like) ? like[step] : undefined)
    : isMap(like)
    ? like[step]
    : undefined;
  if (typeof step === "string") {
    return isMap(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest, alike) : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const name = isMap(alike) ? alike["name"] : undefined;
  const element = name === undefined
    ? value[step]
    : value.find((other) => isMap(other) && other["name"] === name);
  return valueAt(element, rest, alike);
}

function withValue(at: unknown, path: ObjectPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list: readonly unknown[] = Array.isArray(at) ? at : [];
    return list.map((item, n) => n === step ? withValue(item, rest, value) : item);
  }
  const map = isMap(at) ? at : {};
  return { ...map, [step]: withValue(map[step], rest, value) };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
