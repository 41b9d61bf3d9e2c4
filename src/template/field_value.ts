/** What a field becomes that is printed by `int`, `float`, `bool` or `asValue` alone. */
import { decodeText } from "./bytes.ts";
import type { FieldValue, JsonValue } from "./function.ts";
import { parseFloat64, parseInteger } from "./number.ts";
import { GoInt, GoList, GoMap, typeName, type Value } from "./value.ts";

function found(value: JsonValue): FieldValue {
  return { kind: "value", value };
}

function problem(value: Value, wanted: string): FieldValue {
  const shape = typeof value === "string" ? (value === "" ? "an empty text" : "a text") : typeName(value);
  return { kind: "problem", reason: `the field needs ${wanted}, but its value is ${shape} that is none` };
}

/** A bigint as a number where that is exact. */
function integer(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const wantedInteger = "an integer";

/**
 * The integer field of a value. Texts are read as decimal integers (`010` is 10), then as Go's literals (`0x1F`,
 * `1_000`), then as floats whose fraction is cut (`2.8` is 2, `1e3` 1000).
 */
export function integerField(value: Value): FieldValue {
  if (value instanceof GoInt) return found(integer(value.value));
  if (typeof value === "boolean") return found(value ? 1 : 0);
  const number = typeof value === "string" ? integerOf(value) : value;
  if (typeof number === "bigint") return found(integer(number));
  if (typeof number !== "number" || !Number.isFinite(number)) return problem(value, wantedInteger);
  const whole = BigInt(Math.trunc(number));
  return BigInt.asIntN(64, whole) === whole ? found(integer(whole)) : problem(value, wantedInteger);
}

function integerOf(text: string): bigint | number | undefined {
  for (const base of [10, 0] as const) {
    const parsed = parseInteger(text, { base, signed: true });
    if (parsed.kind === "value") return parsed.value;
    if (parsed.kind === "range") return undefined;
  }
  const float = parseFloat64(text);
  return float.kind === "value" ? float.value : undefined;
}

/** The number field of a value; neither NaN nor an infinity. */
export function floatField(value: Value): FieldValue {
  if (typeof value === "boolean") return found(value ? 1 : 0);
  if (value instanceof GoInt) return found(value.toNumber());
  const parsed = typeof value === "string" ? parseFloat64(value) : undefined;
  const number = parsed?.kind === "value" ? parsed.value : value;
  return typeof number === "number" && Number.isFinite(number) ? found(number) : problem(value, "a number");
}

/** The texts, in any case, that are true; every other text is false. */
const truths = new Set(["true", "1", "yes", "on", "t", "y"]);

/** Whether a value means yes: a text of that meaning, or a number other than 0. */
export function meansTrue(value: Value): boolean {
  if (typeof value === "string") return truths.has(value.toLowerCase());
  if (typeof value === "number") return value !== 0;
  return value instanceof GoInt ? value.value !== 0n : value === true;
}

export function booleanField(value: Value): FieldValue {
  return found(meansTrue(value));
}

/** Nesting that no manifest has. */
const deepest = 200;

/** The value itself as JSON data. */
export function structureField(value: Value): FieldValue {
  const converted = toJsonValue(value, 0);
  return converted === undefined ? problem(value, "a list, map, text, number or boolean") : found(converted);
}

function toJsonValue(value: Value, depth: number): JsonValue | undefined {
  if (depth > deepest) return undefined;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return decodeText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (value instanceof GoInt) return integer(value.value);
  if (value instanceof GoList) return listOf(value, depth);
  return value instanceof GoMap ? objectOf(value.entries, depth) : undefined;
}

function listOf(list: GoList, depth: number): JsonValue | undefined {
  const items: JsonValue[] = [];
  for (const item of list.items) {
    const converted = toJsonValue(item, depth + 1);
    if (converted === undefined) return undefined;
    items.push(converted);
  }
  return items;
}

function objectOf(entries: ReadonlyMap<string, Value>, depth: number): JsonValue | undefined {
  const object: { [key: string]: JsonValue } = {};
  for (const [key, entry] of entries) {
    const value = toJsonValue(entry, depth + 1);
    if (value === undefined) return undefined;
    // A key such as __proto__ is a key like any other.
    Object.defineProperty(object, decodeText(key), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
