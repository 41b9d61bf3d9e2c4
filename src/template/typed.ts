import type { FieldValue } from "./function.ts";
import type { Value } from "./value.ts";

/**
 * The result of a function that types a field, together with what the field becomes if nothing else is printed.
 * Only the evaluator makes one, from a call; data never holds one, so no row value can type a field.
 */
export class Typed {
  constructor(readonly value: Value, readonly field: FieldValue) {}
}

/** What evaluation passes around: a value, a typed one, or undefined for Go's "no value". */
export type Operand = Value | undefined | Typed;

/** The plain value. */
export function plain(operand: Operand): Value | undefined {
  return operand instanceof Typed ? operand.value : operand;
}
