/** Go's encoding/json over template values. All texts are bytes. */
import { grownList } from "./go_slice.ts";
import { decodeRune, decodeText, encodeRune, encodeText, runeError, toUint8Array } from "./bytes.ts";
import { formatFloat } from "./format_float.ts";
import { type Budget, CallError } from "./function.ts";
import { jsonSyntaxError } from "./json_syntax.ts";
import { bytesOf } from "./print.ts";
import { GoComplex, GoInt, GoList, GoMap, type GoObject, typeOf, types, type Value } from "./value.ts";

export interface JsonOptions {
  /** Whether `<`, `>` and `&` are written as \u003c, \u003e and \u0026 (json.Marshal does). */
  readonly escapeHtml: boolean;
  /** What one level is indented by; without it everything stands on one line. */
  readonly indent?: string;
  readonly budget: Budget;
}

/** json.Marshal or MarshalIndent. Throws CallError for what JSON cannot say (NaN, complex numbers, cycles). */
export function encodeJson(value: Value, options: JsonOptions): string {
  return new Encoder(options).value(value, "\n");
}

/** Nesting that only a value which contains itself reaches. */
const deepest = 1000;

class Encoder {
  #depth = 0;

  constructor(readonly options: JsonOptions) {}

  value(value: Value, newline: string): string {
    this.options.budget.steps(1);
    switch (typeof value) {
      case "string":
        return this.#string(value);
      case "boolean":
        return String(value);
      case "number":
        return encodeFloat(value);
    }
    if (value === null) return "null";
    const type = typeOf(value) ?? types.any;
    if (type.json !== undefined) return type.json(value);
    if (value instanceof GoInt) return value.value.toString();
    if (value instanceof GoComplex) throw new CallError("json: unsupported type: complex128");
    if (this.#depth++ > deepest) {
      throw new CallError(`json: unsupported value: encountered a cycle via ${type.name}`);
    }
    const text = value instanceof GoList
      ? this.#list(value, newline)
      : value instanceof GoMap
      ? this.#map(value, newline)
      : this.#object(value, newline);
    this.#depth--;
    return text;
  }

  #list(list: GoList, newline: string): string {
    if (list.isNil) return "null";
    if (list.elem.kind === "uint8") return `"${toUint8Array(bytesOf(list)).toBase64()}"`;
    const inner = newline + (this.options.indent ?? "");
    return this.#block("[]", list.items.map((item) => this.value(item, inner)), newline);
  }

  #map(map: GoMap, newline: string): string {
    if (map.isNil) return "null";
    const inner = newline + (this.options.indent ?? "");
    const members = map.sortedKeys().map((key) =>
      this.#member(key, this.value(map.entries.get(key) ?? null, inner))
    );
    return this.#block("{}", members, newline);
  }

  #object(object: GoObject, newline: string): string {
    const inner = newline + (this.options.indent ?? "");
    const exported = [...object.fields()].filter(([name]) => /^[A-Z]/.test(name));
    return this.#block(
      "{}",
      exported.map(([name, field]) => this.#member(name, this.value(field, inner))),
      newline,
    );
  }

  #member(key: string, text: string): string {
    return `${this.#string(key)}:${this.options.indent === undefined ? "" : " "}${text}`;
  }

  #block(brackets: "[]" | "{}", parts: readonly string[], newline: string): string {
    const open = brackets.charAt(0);
    const close = brackets.charAt(1);
    if (parts.length === 0) return brackets;
    const { indent } = this.options;
    this.options.budget.bytes(parts.reduce((sum, part) => sum + part.length + newline.length, 2));
    if (indent === undefined) return open + parts.join(",") + close;
    const inner = newline + indent;
    return open + inner + parts.join(`,${inner}`) + newline + close;
  }

  #string(bytes: string): string {
    this.options.budget.bytes(bytes.length);
    const plain = this.options.escapeHtml ? plainHtml : plainRaw;
    if (plain.test(bytes)) return `"${bytes}"`;
    let out = '"';
    for (let at = 0; at < bytes.length;) {
      const { rune, width } = decodeRune(bytes, at);
      out += rune === runeError && width === 1 ? "\\ufffd" : escapeRune(rune, this.options.escapeHtml);
      at += width;
    }
    return `${out}"`;
  }
}

const plainHtml = /^[ !#-%'-;=?-[\]-\x7f]*$/;
const plainRaw = /^[ !#-[\]-\x7f]*$/;
const short: Readonly<Record<number, string>> = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

function escapeRune(rune: number, escapeHtml: boolean): string {
  const known = short[rune];
  if (known !== undefined) return known;
  const isHtml = escapeHtml && (rune === 0x3c || rune === 0x3e || rune === 0x26);
  if (rune < 0x20 || isHtml || rune === 0x2028 || rune === 0x2029) {
    return `\\u${rune.toString(16).padStart(4, "0")}`;
  }
  return encodeRune(rune);
}

function encodeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new CallError(`json: unsupported value: ${formatFloat(value, "g", -1)}`);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-6 && magnitude < 1e21)) return formatFloat(value, "f", -1);
  return formatFloat(value, "e", -1).replace(/e-0(\d)$/, "e-$1");
}

/** Nesting at which Go's decoder gives up. */
const deepestInput = 10_000;

/**
 * json.Unmarshal into an `interface {}`: every number a float64. Throws CallError where Go returns an error.
 */
export function decodeJson(bytes: string): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeText(bytes));
  } catch {
    throw new CallError(jsonSyntaxError(bytes) ?? "invalid JSON");
  }
  return fromParsed(parsed, 0);
}

function fromParsed(parsed: unknown, depth: number): Value {
  if (typeof parsed === "string") return encodeText(parsed);
  if (typeof parsed === "boolean") return parsed;
  if (typeof parsed === "number") {
    if (Number.isFinite(parsed)) return parsed;
    throw new CallError("json: cannot unmarshal number into Go value of type float64");
  }
  if (parsed === null || typeof parsed !== "object") return null;
  if (depth >= deepestInput) throw new CallError("exceeded max depth");
  if (Array.isArray(parsed)) return grownList(parsed.map((item) => fromParsed(item, depth + 1)));
  const entries = new Map<string, Value>();
  for (const [key, item] of Object.entries(parsed)) entries.set(encodeText(key), fromParsed(item, depth + 1));
  return new GoMap(entries);
}
