import type { Givens, KeySource, MadeKey, ObjectPath } from "../api/givens.ts";
import type { KubeObject } from "../kube/object.ts";
import { isMap, isPresent, valueAt, withValue } from "./object_path.ts";

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
 * them, made anew where it has none.
 */
export function stabilize(
  object: KubeObject,
  givens: Pick<Givens, "keys"> & { readonly privateKey: KeySource },
  live: KubeObject | undefined,
): Stable {
  let stable: unknown = object;
  const made: ObjectPath[] = [];
  for (const key of givens.keys) {
    const found = keyValue(() => key.make(givens.privateKey), valueAt(live, key.path, stable));
    if (found.kind === "failed") return found;
    if (found.kind === "made") made.push(key.path);
    const before = valueAt(stable, key.path, stable);
    stable = withValue(stable, key.path, merged(before, found.value));
  }
  return { kind: "stable", object: stable as KubeObject, made };
}

/** A live text is kept. A live map keeps what the template makes of it, if it still has all of that. */
function keyValue(
  make: () => MadeKey,
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

/** What the form writes beside the keys into the same map stays. */
function merged(before: unknown, value: unknown): unknown {
  return isMap(before) && isMap(value) ? { ...before, ...value } : value;
}
