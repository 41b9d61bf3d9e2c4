import type { FieldValue } from "./function.ts";
import type { Value } from "./value.ts";

/**
 * The result of a function that types a field, together with what the field becomes if nothing else is printed.
 * Only the evaluator makes one, from a call; data never holds one, so no row value can type a field.
 */
export class Typed {
  constructor(readonly value: Value, readonly field: FieldValue) {}
}

/** An element of a container of interfaces: errors name the interface, not what is in it. */
export class InInterface {
  constructor(readonly value: Value) {}
}

/** What evaluation passes around: a value with or without a note on it, or undefined for Go's "no value". */
export type Operand = Value | undefined | Typed | InInterface;

/** The plain value. */
export function plain(operand: Operand): Value | undefined {
  return operand instanceof Typed || operand instanceof InInterface ? operand.value : operand;
}
