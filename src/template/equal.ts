import { BudgetError } from "./budget.ts";
import { GoComplex, GoInt, GoList, GoMap, GoObject, typeName, type Value } from "./value.ts";

/** reflect.DeepEqual: the same types all the way down, a nil slice or map unlike an empty one, NaN unlike itself. */
export function deepEqual(a: Value, b: Value): boolean {
  return new Comparison().equal(a, b, 0);
}

/** Pairs of values that one comparison looks at; values that share or contain themselves reach it. */
const largest = 1_000_000;
const deepest = 1000;

class Comparison {
  #pairs = 0;

  equal(a: Value, b: Value, depth: number): boolean {
    if (++this.#pairs > largest) throw new BudgetError(`a comparison looks at more than ${largest} values`);
    if (depth > deepest) throw new BudgetError(`a value is nested more than ${deepest} levels deep`);
    if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
    if (typeName(a) !== typeName(b)) return false;
    if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
    if (a instanceof GoList && b instanceof GoList) return a === b || this.#lists(a, b, depth);
    if (a instanceof GoMap && b instanceof GoMap) return a === b || this.#maps(a, b, depth);
    if (a instanceof GoComplex && b instanceof GoComplex) return a.re === b.re && a.im === b.im;
    return a instanceof GoObject && b instanceof GoObject && a.deepEqual(b);
  }

  #lists(a: GoList, b: GoList, depth: number): boolean {
    if (a.isNil !== b.isNil || a.items.length !== b.items.length) return false;
    return a.items.every((item, at) => this.equal(item, b.items[at] ?? null, depth + 1));
  }

  #maps(a: GoMap, b: GoMap, depth: number): boolean {
    if (a.isNil !== b.isNil || a.entries.size !== b.entries.size) return false;
    for (const [key, value] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !this.equal(value, other, depth + 1)) return false;
    }
    return true;
  }
}
