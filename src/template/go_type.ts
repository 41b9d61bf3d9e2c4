import type { GoFunction } from "./function.ts";

export type SignedKind = "int" | "int8" | "int16" | "int32" | "int64";
export type UnsignedKind = "uint" | "uint8" | "uint16" | "uint32" | "uint64" | "uintptr";
export type IntegerKind = SignedKind | UnsignedKind;

/** The kinds of Go's reflection that a template can meet, spelled as `reflect.Kind` prints them. */
export type Kind =
  | "bool"
  | IntegerKind
  | "float64"
  | "complex128"
  | "string"
  | "slice"
  | "map"
  | "struct"
  | "ptr"
  | "interface";

/**
 * A Go type: its printed name (`%T`) and its kind. Two types are the same type exactly when their names are equal.
 *
 * `V` is how this program represents a value of the type, so that a function declared with
 * `params: [types.string, types.int]` is called with `[string, GoInt]`.
 */
export interface GoType<V = unknown> {
  readonly name: string;
  readonly kind: Kind;
  /** Element type of a slice or map, target of a pointer. */
  readonly elem?: GoType;
  /** The methods that a template can call on a value: the receiver gives the bound function. */
  readonly methods?: ReadonlyMap<string, (receiver: never) => GoFunction>;
  /** The type's `Error()` or `String()`, which `fmt` prints for a value (bytes). */
  text?(value: V): string;
  /** The type's `GoString()`, which `%#v` prints (bytes). */
  goText?(value: V): string;
  /** The type's `MarshalJSON` (bytes). */
  json?(value: V): string;
}

const integerBits: Readonly<Record<IntegerKind, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  uintptr: 64,
};

export function isInteger(kind: Kind): kind is IntegerKind {
  return Object.hasOwn(integerBits, kind);
}

export function isUnsigned(kind: Kind): kind is UnsignedKind {
  return kind.startsWith("uint");
}

export function isSigned(kind: Kind): kind is SignedKind {
  return kind.startsWith("int") && kind !== "interface";
}

/** Width of an integer kind in bits; `int`, `uint` and `uintptr` are 64 bits wide. */
export function bitsOf(kind: IntegerKind): number {
  return integerBits[kind];
}

/** Whether `nil` is a value of the type. */
export function isNilable(type: GoType): boolean {
  return type.kind === "interface" || type.kind === "map" || type.kind === "slice" || type.kind === "ptr";
}

/** Go's assignability, as far as template values need it: the same type, or any value to `interface {}`. */
export function isAssignable(from: GoType, to: GoType): boolean {
  return to.kind === "interface" || from === to || from.name === to.name;
}
