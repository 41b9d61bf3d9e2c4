/** Go's `fmt` over template values: Sprint, Sprintln and what Sprintf prints for one operand. */
import { BudgetError } from "./budget.ts";
import { decodeRune } from "./bytes.ts";
import {
  type Flags,
  formatCharacter,
  formatFloating,
  formatInteger,
  isFloatVerb,
  noFlags,
  pad,
  padding,
} from "./format_number.ts";
import { formatFloat } from "./format_float.ts";
import { type GoType, isUnsigned } from "./go_type.ts";
import { canBackquote, quote, quoteToAscii } from "./quote.ts";
import {
  GoComplex,
  GoInt,
  GoList,
  GoMap,
  type GoObject,
  typeName,
  typeOf,
  types,
  type Value,
} from "./value.ts";

/** What fmt.Sprint makes of one operand (`%v`). */
export function sprint(value: Value): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
      return value ? "true" : "false";
    case "number":
      return formatPlainFloat(value);
  }
  if (value instanceof GoInt && value.type.text === undefined) return value.value.toString();
  return new OperandPrinter(noFlags()).operand(value, "v");
}

/** fmt.Sprint: spaces between operands of which neither is a string. */
export function sprintAll(values: readonly Value[]): string {
  let out = "";
  let previousIsString = true;
  for (const value of values) {
    const isString = typeof value === "string";
    if (!isString && !previousIsString) out += " ";
    out += sprint(value);
    previousIsString = isString;
  }
  return out;
}

/** fmt.Sprintln: spaces between all operands, and a newline. */
export function sprintLine(values: readonly Value[]): string {
  return values.map(sprint).join(" ") + "\n";
}

function formatPlainFloat(value: number): string {
  // Small integers read the same in both worlds; the rest needs Go's exponent rules.
  if (Number.isInteger(value) && Math.abs(value) < 1e6 && !Object.is(value, -0)) return String(value);
  return formatFloat(value, "g", -1);
}

/** What one operand may print: far more than a field can hold. Values that share or contain themselves reach it. */
const largest = 8 * 1024 * 1024;
const deepest = 1000;

/** Prints operands under one verb and its flags. Throws BudgetError for an operand beyond all bounds. */
export class OperandPrinter {
  #printed = 0;
  /** While a bad verb is reported, methods (String, Error) are not asked. */
  #reporting = false;

  constructor(readonly flags: Flags) {}

  /** One operand of a format, as `%verb` prints it. */
  operand(value: Value, verb: string): string {
    if (value === null) return verb === "T" || verb === "v" ? pad("<nil>", this.flags) : `%!${verb}(<nil>)`;
    if (verb === "T") return this.#string(typeName(value), "s");
    if (verb === "p") return this.#pointer(value);
    return this.#value(value, verb, 0);
  }

  #count(bytes: number, depth: number): void {
    this.#printed += bytes;
    if (this.#printed > largest) throw new BudgetError(`a value prints more than ${largest} bytes`);
    if (depth > deepest) throw new BudgetError(`a value is nested more than ${deepest} levels deep`);
  }

  #value(value: Exclude<Value, null>, verb: string, depth: number): string {
    this.#count(typeof value === "string" && depth > 0 ? 8 + value.length : 8, depth);
    const text = this.#byMethod(value, verb);
    if (text !== undefined) return text;
    switch (typeof value) {
      case "string":
        return this.#string(value, verb);
      case "boolean":
        return verb === "t" || verb === "v" ? pad(String(value), this.flags) : this.#badVerb(value, verb);
      case "number":
        return isFloatVerb(verb) ? formatFloating(value, verb, this.flags) : this.#badVerb(value, verb);
    }
    if (value instanceof GoInt) return this.#integer(value, verb);
    if (value instanceof GoComplex) return this.#complex(value, verb);
    if (value instanceof GoList) return this.#list(value, verb, depth);
    return value instanceof GoMap ? this.#map(value, verb, depth) : this.#object(value, verb, depth);
  }

  /** A value inside a container whose elements have the type `within`. */
  #element(value: Value, within: GoType, verb: string, depth: number): string {
    if (value !== null) return this.#value(value, verb, depth);
    return this.flags.sharpV ? `${within.name}(nil)` : "<nil>";
  }

  #byMethod(value: Exclude<Value, null>, verb: string): string | undefined {
    if (this.#reporting) return undefined;
    if (verb === "w") return this.#badVerb(value, verb);
    const type: GoType = typeOf(value) ?? types.any;
    if (this.flags.sharpV) return type.goText?.(value);
    if (type.text === undefined || !"vsxXq".includes(verb)) return undefined;
    return this.#string(type.text(value), verb);
  }

  #badVerb(value: Value, verb: string): string {
    this.#reporting = true;
    const shown = value === null ? "<nil>" : `${typeName(value)}=${this.#value(value, "v", 0)}`;
    this.#reporting = false;
    return `%!${verb}(${shown})`;
  }

  #string(value: string, verb: string): string {
    const { flags } = this;
    switch (verb) {
      case "v":
        return flags.sharpV ? this.#quoted(value) : pad(this.#cut(value), flags);
      case "s":
        return pad(this.#cut(value), flags);
      case "q":
        return this.#quoted(value);
      case "x":
      case "X":
        return this.#hex(value, verb);
      default:
        return this.#badVerb(value, verb);
    }
  }

  #quoted(value: string): string {
    const cut = this.#cut(value);
    if (this.flags.sharp && canBackquote(cut)) return pad(`\`${cut}\``, this.flags);
    return pad(this.flags.plus ? quoteToAscii(cut) : quote(cut), this.flags);
  }

  /** Cuts to the precision, which counts runes. */
  #cut(value: string): string {
    const limit = this.flags.precision;
    if (limit === undefined || value.length <= limit) return value;
    let at = 0;
    for (let count = 0; count < limit && at < value.length; count++) at += decodeRune(value, at).width;
    return value.slice(0, at);
  }

  #hex(value: string, verb: "x" | "X"): string {
    const { flags } = this;
    const cut = flags.precision === undefined ? value : value.slice(0, flags.precision);
    if (cut === "") return padding(flags.width ?? 0, flags);
    const pairs = Array.from(cut, (char) => char.charCodeAt(0).toString(16).padStart(2, "0"));
    const digits = pairs.map((pair) => verb === "X" ? pair.toUpperCase() : pair);
    const prefix = flags.sharp ? `0${verb}` : "";
    const out = flags.space ? digits.map((pair) => prefix + pair).join(" ") : prefix + digits.join("");
    const fill = padding((flags.width ?? 0) - out.length, flags);
    return flags.minus ? out + fill : fill + out;
  }

  #integer(value: GoInt, verb: string): string {
    const { flags } = this;
    if (verb === "v" && flags.sharpV && isUnsigned(value.type.kind)) return this.#hexLiteral(value.value);
    if (verb === "c" || verb === "q" || verb === "U") return formatCharacter(value.value, verb, flags);
    return formatInteger(value.value, verb, flags) ?? this.#badVerb(value, verb);
  }

  #hexLiteral(value: bigint): string {
    return formatInteger(value, "x", { ...this.flags, sharp: true }) ?? "";
  }

  #complex(value: GoComplex, verb: string): string {
    if (!isFloatVerb(verb)) return this.#badVerb(value, verb);
    const re = formatFloating(value.re, verb, this.flags);
    return `(${re}${formatFloating(value.im, verb, { ...this.flags, plus: true })}i)`;
  }

  #list(value: GoList, verb: string, depth: number): string {
    const isBytes = value.elem.kind === "uint8";
    if (isBytes && ["s", "q", "x", "X"].includes(verb)) return this.#string(bytesOf(value), verb);
    if (this.flags.sharpV) {
      const name = isBytes && depth === 0 ? "[]byte" : value.type.name;
      if (value.isNil) return `${name}(nil)`;
      const shown = value.items.map((item) =>
        isBytes && item instanceof GoInt && depth === 0
          ? this.#hexLiteral(item.value)
          : this.#element(item, value.elem, verb, depth + 1)
      );
      return `${name}{${shown.join(", ")}}`;
    }
    return `[${value.items.map((item) => this.#element(item, value.elem, verb, depth + 1)).join(" ")}]`;
  }

  #map(value: GoMap, verb: string, depth: number): string {
    const { sharpV } = this.flags;
    if (sharpV && value.isNil) return `${value.type.name}(nil)`;
    const shown = value.sortedKeys().map((key) => {
      const entry = value.entries.get(key) ?? null;
      return `${this.#value(key, verb, depth + 1)}:${this.#element(entry, value.elem, verb, depth + 1)}`;
    });
    return sharpV ? `${value.type.name}{${shown.join(", ")}}` : `map[${shown.join(" ")}]`;
  }

  #object(value: GoObject, verb: string, depth: number): string {
    const isPointer = value.type.kind === "ptr";
    if (isPointer && depth > 0) return this.#pointer(value);
    const { plusV, sharpV } = this.flags;
    const named = plusV || sharpV;
    const shown = [...value.fields()].map(([name, field]) =>
      (named ? `${name}:` : "") + this.#element(field, typeOf(field) ?? types.any, verb, depth + 1)
    );
    const name = sharpV ? value.type.name.replace(/^\*/, "") : "";
    return `${isPointer ? "&" : ""}${name}{${shown.join(sharpV ? ", " : " ")}}`;
  }

  /** An address: stable here, since no output may depend on where a value lies in memory. */
  #pointer(value: Exclude<Value, null>): string {
    const isReference = value instanceof GoList || value instanceof GoMap || typeOf(value)?.kind === "ptr";
    if (!isReference) return this.#badVerb(value, "p");
    const isNil = (value instanceof GoList || value instanceof GoMap) && value.isNil;
    const address = isNil ? 0n : 0xc000000000n;
    return formatInteger(address, "x", { ...this.flags, sharp: !this.flags.sharp }) ?? "";
  }
}

/** The bytes of a []byte. */
export function bytesOf(list: GoList): string {
  let bytes = "";
  for (const item of list.items) bytes += String.fromCharCode(item instanceof GoInt ? item.toNumber() : 0);
  return bytes;
}
