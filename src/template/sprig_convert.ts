/** Conversions that Sprig's functions share, and the conversion functions themselves. */
import { CallError, define, type FunctionTable } from "./function.ts";
import { parseFloat64, parseInteger } from "./number.ts";
import { bytesOf, sprint } from "./print.ts";
import { GoComplex, GoInt, GoList, GoMap, typeOf, types, type Value } from "./value.ts";

/** The integer types that the casts know by name; named types such as time.Duration are not among them. */
const castTypes = new Set([
  "int",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "time.Month",
  "time.Weekday",
]);

const minInt64 = -(1n << 63n);

/** A float64 as int64: truncated; what doesn't fit gives the smallest int64, as on amd64. */
export function truncateFloat(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 63 || value < -(2 ** 63)) return minInt64;
  return BigInt(Math.trunc(value));
}

/** The text without a fraction of zeros: `3.00` is `3`. */
function withoutZeroFraction(text: string): string {
  let sawZero = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const char = text[at];
    if (char === "." && sawZero) return text.slice(0, at);
    if (char === "0") sawZero = true;
    else if (char !== ".") return text;
  }
  return text;
}

/** Sprig's int64 cast: 0 for what is no number; texts as Go integer literals (0x1F, 010), fractions of zeros cut. */
export function toInt64(value: Value): bigint {
  if (value instanceof GoInt) {
    return castTypes.has(value.type.name) ? BigInt.asIntN(64, value.value) : 0n;
  }
  if (typeof value === "number") return truncateFloat(value);
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value !== "string") return 0n;
  const parsed = parseInteger(withoutZeroFraction(value), { base: 0, signed: true });
  return parsed.kind === "value" ? parsed.value : 0n;
}

/** Sprig's float64 cast: 0 for what is no number. */
export function toFloat64(value: Value): number {
  if (typeof value === "number") return value;
  if (value instanceof GoInt) return castTypes.has(value.type.name) ? value.toNumber() : 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return 0;
  const parsed = parseFloat64(value);
  return parsed.kind === "value" ? parsed.value : 0;
}

/** A value as text (bytes): texts and []byte as they are, the rest as `%v`. */
export function textOf(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof GoList && value.type.name === types.byteList.name) return bytesOf(value);
  return sprint(value);
}

/** The texts of a list, nil left out; a single value is a list of one, nil an empty one. */
export function textsOf(value: Value): readonly string[] {
  if (value === null) return [];
  if (!(value instanceof GoList)) return [textOf(value)];
  return value.items.filter((item) => item !== null).map(textOf);
}

export function stringList(items: readonly string[]): GoList {
  return new GoList(items, types.stringList);
}

/** Whether a value is the zero value of its type, or an empty text, list or map. Structs never are. */
export function isEmpty(value: Value): boolean {
  if (value === null || value === false || value === "" || value === 0) return true;
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoList) return value.items.length === 0;
  if (value instanceof GoMap) return value.entries.size === 0;
  return value instanceof GoComplex && value.re === 0 && value.im === 0;
}

/** reflect.TypeOf(value).Kind(): fails for nil as Go does there. */
export function kindOfType(value: Value): string {
  const type = typeOf(value);
  if (type === undefined) throw nilDereference();
  return type.kind;
}

export function nilDereference(): CallError {
  return new CallError("runtime error: invalid memory address or nil pointer dereference");
}

/** strconv.Atoi without its error: 0 for what is no number, the nearest bound for what doesn't fit. */
function atoi(text: string): bigint {
  const parsed = parseInteger(text, { base: 10, signed: true });
  return parsed.kind === "syntax" ? 0n : parsed.value;
}

function fromOctal(value: Value): bigint {
  const parsed = parseInteger(sprint(value), { base: 8, signed: true });
  return parsed.kind === "value" ? parsed.value : 0n;
}

export const convertFunctions: FunctionTable = {
  atoi: define({ params: [types.string], call: ([text]) => new GoInt(atoi(text)) }),
  int: define({ params: [types.any], call: ([value]) => new GoInt(toInt64(value)) }),
  int64: define({ params: [types.any], call: ([value]) => new GoInt(toInt64(value), types.int64) }),
  float64: define({ params: [types.any], call: ([value]) => toFloat64(value) }),
  toDecimal: define({ params: [types.any], call: ([value]) => new GoInt(fromOctal(value), types.int64) }),
  toString: define({ params: [types.any], call: ([value]) => textOf(value) }),
  toStrings: define({
    params: [types.any],
    call: ([value]) =>
      value instanceof GoList && value.type.name === types.stringList.name
        ? value
        : stringList(textsOf(value)),
  }),
};
