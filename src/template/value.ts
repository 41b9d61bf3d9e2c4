/**
 * The values that templates compute with, kept apart as Go keeps them apart.
 *
 * | Go                             | here                                                              |
 * |--------------------------------|-------------------------------------------------------------------|
 * | string                         | string in which every char code is one BYTE (see `bytes.ts`)       |
 * | float64                        | number                                                            |
 * | int ... uint64, time.Duration  | `GoInt`, wrapped to the width of its type                         |
 * | bool                           | boolean                                                           |
 * | complex128                     | `GoComplex`                                                       |
 * | slices, also []byte            | `GoList`: immutable; []byte holds `GoInt`s of type uint8          |
 * | maps (their keys are strings)  | `GoMap`: mutable and shared, as in Go                             |
 * | structs, pointers to them      | a subclass of `GoObject`                                          |
 * | nil in an interface            | null                                                              |
 *
 * A nil slice or map of a known type is a `GoList` or `GoMap` whose `isNil` is true.
 */
import { bitsOf, type GoType, type IntegerKind, isInteger, isUnsigned } from "./go_type.ts";

export type Value = null | string | boolean | number | GoInt | GoComplex | GoList | GoMap | GoObject;

/** An integer of any integer type. */
export class GoInt {
  readonly value: bigint;

  /** Wraps `value` to the width of `type`, as Go's conversions do. */
  constructor(value: bigint, readonly type: GoType<GoInt> = types.int) {
    const kind = type.kind;
    if (!isInteger(kind)) throw new TypeError(`${type.name} is not an integer type`);
    this.value = wrap(value, kind);
  }

  /** The nearest float64; exact up to 2^53. */
  toNumber(): number {
    return Number(this.value);
  }
}

function wrap(value: bigint, kind: IntegerKind): bigint {
  return isUnsigned(kind) ? BigInt.asUintN(bitsOf(kind), value) : BigInt.asIntN(bitsOf(kind), value);
}

export class GoComplex {
  constructor(readonly re: number, readonly im: number) {}
}

/** A slice. The items are never changed in place. */
export class GoList {
  /** Whether this is the nil slice of its type; it has no items then. */
  readonly isNil: boolean;

  constructor(
    readonly items: readonly Value[],
    readonly type: GoType<GoList> = types.anyList,
    isNil = false,
  ) {
    this.isNil = isNil;
  }

  get elem(): GoType {
    return this.type.elem ?? types.any;
  }
}

/** A map with string keys (bytes). `type` is `map[string]interface {}` unless told. */
export class GoMap {
  readonly isNil: boolean;

  constructor(
    readonly entries: Map<string, Value> = new Map(),
    readonly type: GoType<GoMap> = types.anyMap,
    isNil = false,
  ) {
    this.isNil = isNil;
  }

  get elem(): GoType {
    return this.type.elem ?? types.any;
  }

  /** The keys in the order of their bytes, which is how Go prints and ranges. */
  sortedKeys(): string[] {
    return [...this.entries.keys()].sort(compareBytes);
  }
}

/** A struct, or a pointer to one, that some function returns: time.Time, *semver.Version, sprig.certificate. */
export abstract class GoObject {
  abstract readonly type: GoType;

  /** The fields in the order of their declaration; a template reaches those that start with a capital. */
  fields(): ReadonlyMap<string, Value> {
    return noFields;
  }

  /** Go's `==`; for a pointer that is identity. */
  same(other: GoObject): boolean {
    return this === other;
  }

  /** What Sprig's deepCopy makes of it; what never changes is its own copy. */
  copied(): GoObject {
    return this;
  }

  /** reflect.DeepEqual against an object of the same type. */
  deepEqual(other: GoObject): boolean {
    return this.same(other);
  }
}

const noFields: ReadonlyMap<string, Value> = new Map();

/** Byte order: what `<` is for Go's strings. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function scalar<V>(kind: GoType["kind"]): GoType<V> {
  return { name: kind, kind };
}

/** `[]elem`. */
export function sliceOf(elem: GoType): GoType<GoList> {
  return { name: `[]${elem.name}`, kind: "slice", elem };
}

/** `map[string]elem`. */
export function mapOf(elem: GoType): GoType<GoMap> {
  return { name: `map[string]${elem.name}`, kind: "map", elem };
}

const any: GoType<Value> = { name: "interface {}", kind: "interface" };
const string = scalar<string>("string");
const int = scalar<GoInt>("int");
const uint8 = scalar<GoInt>("uint8");
const anyList = sliceOf(any);

/** The types of values and parameters. Types of a function family (time.Time, ...) live beside the family. */
export const types = {
  any,
  string,
  int,
  uint8,
  bool: scalar<boolean>("bool"),
  int8: scalar<GoInt>("int8"),
  int16: scalar<GoInt>("int16"),
  int32: scalar<GoInt>("int32"),
  int64: scalar<GoInt>("int64"),
  uint: scalar<GoInt>("uint"),
  uint16: scalar<GoInt>("uint16"),
  uint32: scalar<GoInt>("uint32"),
  uint64: scalar<GoInt>("uint64"),
  uintptr: scalar<GoInt>("uintptr"),
  float64: scalar<number>("float64"),
  complex128: scalar<GoComplex>("complex128"),
  anyList,
  stringList: sliceOf(string),
  intList: sliceOf(int),
  byteList: sliceOf(uint8),
  anyListList: sliceOf(anyList),
  anyMap: mapOf(any),
  stringMap: mapOf(string),
} as const;

/** The type of a value; undefined for nil, which has none. */
export function typeOf(value: Value): GoType | undefined {
  switch (typeof value) {
    case "string":
      return types.string;
    case "number":
      return types.float64;
    case "boolean":
      return types.bool;
  }
  if (value === null) return undefined;
  return value instanceof GoComplex ? types.complex128 : value.type;
}

/** `%T`: the name of the value's type, `<nil>` for nil. */
export function typeName(value: Value): string {
  return typeOf(value)?.name ?? "<nil>";
}

/** The zero value of a type: what a missing map entry or a nil argument of that type is. */
export function zeroValue(type: GoType): Value {
  switch (type.kind) {
    case "bool":
      return false;
    case "string":
      return "";
    case "float64":
      return 0;
    case "complex128":
      return new GoComplex(0, 0);
    case "slice":
      return new GoList([], type as GoType<GoList>, true);
    case "map":
      return new GoMap(new Map(), type as GoType<GoMap>, true);
    case "interface":
    case "ptr":
    case "struct":
      return null;
    default:
      return new GoInt(0n, type as GoType<GoInt>);
  }
}
