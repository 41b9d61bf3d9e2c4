/** The comparisons of templates: eq, ne, lt, le, gt, ge. Throws CallError as Go returns errors. */
import { CallError } from "./function.ts";
import { isInteger, isUnsigned } from "./go_type.ts";
import { noFlags } from "./format_number.ts";
import { OperandPrinter, sprint } from "./print.ts";
import { GoComplex, GoInt, GoList, GoMap, GoObject, typeName, type Value } from "./value.ts";

type Basic = "bool" | "complex" | "int" | "float" | "string" | "uint" | "other" | "nil";

function basicKind(value: Value): Basic {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "float";
    case "boolean":
      return "bool";
  }
  if (value === null) return "nil";
  if (value instanceof GoInt) {
    return isInteger(value.type.kind) && isUnsigned(value.type.kind) ? "uint" : "int";
  }
  return value instanceof GoComplex ? "complex" : "other";
}

function isMixedIntegers(a: Basic, b: Basic): boolean {
  return (a === "int" && b === "uint") || (a === "uint" && b === "int");
}

function incompatible(a: Value, b: Value): CallError {
  return new CallError(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

/** Whether `first` equals one of `others`. */
export function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new CallError("missing argument for comparison");
  return others.some((other) => equals(first, other));
}

function equals(a: Value, b: Value): boolean {
  const kindA = basicKind(a);
  const kindB = basicKind(b);
  if (kindA === "nil" || kindB === "nil") return isNil(a) && isNil(b);
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (kindA !== kindB) throw incompatible(a, b);
  if (a instanceof GoComplex && b instanceof GoComplex) return a.re === b.re && a.im === b.im;
  return kindA === "other" ? equalOthers(a, b) : a === b;
}

function isNil(value: Value): boolean {
  return value === null || ((value instanceof GoList || value instanceof GoMap) && value.isNil);
}

function equalOthers(a: Value, b: Value): boolean {
  if (reflectKind(a) !== reflectKind(b)) {
    const names = `${shown(a)}: ${typeName(a)}, ${typeName(b)}: ${sprint(b)}`;
    throw new CallError(`non-comparable types ${names}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (b instanceof GoObject && a instanceof GoObject) return typeName(a) === typeName(b) && a.same(b);
  throw new CallError(`non-comparable type ${shown(b)}: ${typeName(b)}`);
}

/** A value under `%s`, which is how Go's message shows it. */
function shown(value: Value): string {
  return new OperandPrinter(noFlags()).operand(value, "s");
}

function reflectKind(value: Value): string {
  if (value instanceof GoList) return "slice";
  if (value instanceof GoMap) return "map";
  return value instanceof GoObject ? value.type.kind : "";
}

/** a < b. */
export function isLess(a: Value, b: Value): boolean {
  const kindA = orderedKind(a);
  const kindB = orderedKind(b);
  if (kindA !== kindB && !isMixedIntegers(kindA, kindB)) throw incompatible(a, b);
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (typeof a === "string" && typeof b === "string") return a < b;
  if (typeof a === "number" && typeof b === "number") return a < b;
  throw new CallError("invalid type for comparison");
}

/** a <= b, which is `a < b or a = b` also for NaN. */
export function isLessOrEqual(a: Value, b: Value): boolean {
  return isLess(a, b) || equals(a, b);
}

function orderedKind(value: Value): Basic {
  const kind = basicKind(value);
  if (kind === "nil" || kind === "other") throw new CallError("invalid type for comparison");
  return kind;
}
