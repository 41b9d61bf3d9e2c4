import { GoComplex, GoInt, GoList, GoMap, type Value } from "./value.ts";

/** Whether `if`, `and`, `not` take the value for true: it is no zero, no empty string, list or map, and not nil. */
export function isTrue(value: Value | undefined): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value !== "";
    case "number":
      return value !== 0;
    case "undefined":
      return false;
  }
  if (value === null) return false;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  return value instanceof GoComplex ? value.re !== 0 || value.im !== 0 : true;
}
