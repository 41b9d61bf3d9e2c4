import { GoComplex, GoInt, GoList, GoMap, GoObject, typeName, type Value } from "./value.ts";

/**
 * reflect.DeepEqual: the same types all the way down, a nil slice or map unlike an empty one, NaN unlike itself.
 * Values that contain themselves are equal where following them never shows a difference.
 */
export function deepEqual(a: Value, b: Value): boolean {
  return new Comparison().equal(a, b);
}

class Comparison {
  /** The pairs of maps that are being compared or have been. */
  readonly #seen = new Map<GoMap, Set<GoMap>>();

  equal(a: Value, b: Value): boolean {
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
    if (typeName(a) !== typeName(b)) return false;
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
    if (a instanceof GoList && b instanceof GoList) return a === b || this.#equalLists(a, b);
    if (a instanceof GoMap && b instanceof GoMap) return a === b || this.#equalMaps(a, b);
    if (a instanceof GoComplex && b instanceof GoComplex) return a.re === b.re && a.im === b.im;
    return a instanceof GoObject && b instanceof GoObject && a.deepEqual(b);
  }

  #equalLists(a: GoList, b: GoList): boolean {
    if (a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
    return a.items.every((item, at) => this.equal(item, b.items[at] ?? null));
  }

  #equalMaps(a: GoMap, b: GoMap): boolean {
    if (a.isNil !== b.isNil || a.entries.size !== b.entries.size) return false;
    const partners = this.#seen.get(a) ?? new Set();
    if (partners.has(b)) return true;
    this.#seen.set(a, partners.add(b));
    for (const [key, value] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !this.equal(value, other)) return false;
    }
    return true;
  }
}
