import { GoComplex, GoInt, GoList, GoMap, GoObject, typeName, type Value } from "./value.ts";

/** reflect.DeepEqual: the same types all the way down, a nil slice or map unlike an empty one, NaN unlike itself. */
export function deepEqual(a: Value, b: Value): boolean {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (typeName(a) !== typeName(b)) return false;
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (a instanceof GoList && b instanceof GoList) return a === b || equalLists(a, b);
  if (a instanceof GoMap && b instanceof GoMap) return a === b || equalMaps(a, b);
  if (a instanceof GoComplex && b instanceof GoComplex) return a.re === b.re && a.im === b.im;
  return a instanceof GoObject && b instanceof GoObject && a.deepEqual(b);
}

function equalLists(a: GoList, b: GoList): boolean {
  if (a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
  return a.items.every((item, at) => deepEqual(item, b.items[at] ?? null));
}

function equalMaps(a: GoMap, b: GoMap): boolean {
  if (a.isNil !== b.isNil || a.entries.size !== b.entries.size) return false;
  for (const [key, value] of a.entries) {
    const other = b.entries.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}
