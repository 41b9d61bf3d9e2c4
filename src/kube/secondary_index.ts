import type { CacheEntry, ObjectKey } from "./informer.ts";

const NONE: ReadonlySet<ObjectKey> = new Set();

/** Finds the keys of cached entries by values that a function takes out of each. */
export class SecondaryIndex<P, I extends string> {
  readonly #valuesOf: { readonly [name in I]?: (entry: CacheEntry<P>) => readonly string[] };
  readonly #keys = new Map<I, Map<string, Set<ObjectKey>>>();

  constructor(valuesOf: { readonly [name in I]?: (entry: CacheEntry<P>) => readonly string[] }) {
    this.#valuesOf = valuesOf;
  }

  keys(name: I, value: string): ReadonlySet<ObjectKey> {
    return this.#keys.get(name)?.get(value) ?? NONE;
  }

  /** Takes `was` out and puts `now` in; either may be missing. */
  replace(was: CacheEntry<P> | undefined, now: CacheEntry<P> | undefined): void {
    for (const name of Object.keys(this.#valuesOf) as I[]) {
      const valuesOf = this.#valuesOf[name];
      if (valuesOf === undefined) continue;
      if (was !== undefined) { for (const value of valuesOf(was)) this.#take(name, value, was.key); }
      if (now !== undefined) { for (const value of valuesOf(now)) this.#put(name, value, now.key); }
    }
  }

  #put(name: I, value: string, key: ObjectKey): void {
    const values = this.#keys.get(name) ?? new Map<string, Set<ObjectKey>>();
    this.#keys.set(name, values);
    const keys = values.get(value) ?? new Set<ObjectKey>();
    values.set(value, keys);
    keys.add(key);
  }

  #take(name: I, value: string, key: ObjectKey): void {
    const values = this.#keys.get(name);
    const keys = values?.get(value);
    keys?.delete(key);
    if (keys?.size === 0) values?.delete(value);
  }
}
