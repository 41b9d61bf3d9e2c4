/** Number constants of templates: one text that can be an int, a uint, a float or a complex number. */
import { parseFloat64, parseInteger } from "./number.ts";
import { quote, unquoteChar } from "./quote.ts";
import { GoComplex, GoInt, types, type Value } from "./value.ts";

export interface NumberConstant {
  readonly text: string;
  /** Each is undefined when the text is no constant of that type. */
  readonly int?: GoInt;
  readonly uint?: GoInt;
  readonly float?: number;
  readonly complex?: GoComplex;
}

export type ConstantResult =
  | { readonly kind: "constant"; readonly constant: NumberConstant }
  | { readonly kind: "error"; readonly message: string };

/** Reads a constant; `kind` is the kind of its token. */
export function parseConstant(text: string, kind: "charConstant" | "complex" | "number"): ConstantResult {
  if (kind === "charConstant") return parseCharacter(text);
  if (kind === "complex") return parseComplex(text);
  if (text.endsWith("i")) {
    const imaginary = parseFloat64(text.slice(0, -1));
    if (imaginary.kind === "value") return found(simplified(text, new GoComplex(0, imaginary.value)));
  }
  return parseReal(text);
}

function found(constant: NumberConstant): ConstantResult {
  return { kind: "constant", constant };
}

function failed(message: string): ConstantResult {
  return { kind: "error", message };
}

function parseCharacter(text: string): ConstantResult {
  const char = unquoteChar(text, 1, "'");
  if (char === undefined) return failed("invalid syntax");
  if (text.slice(char.end) !== "'") return failed(`malformed character constant: ${text}`);
  const value = BigInt(char.rune);
  return found({ text, int: new GoInt(value), uint: new GoInt(value, types.uint64), float: char.rune });
}

const complexParts = /^([+-]?[^+-]*(?:[eEpP][+-][^+-]*)?)([+-].*)i$/;

function parseComplex(text: string): ConstantResult {
  const [, first = "", second = ""] = complexParts.exec(text) ?? [];
  const re = parseFloat64(first);
  const im = parseFloat64(second);
  if (re.kind !== "value" || im.kind !== "value") return failed("syntax error scanning complex number");
  return found(simplified(text, new GoComplex(re.value, im.value)));
}

/** A complex constant without imaginary part is also a float, and an integer if it has no fraction. */
function simplified(text: string, complex: GoComplex): NumberConstant {
  if (complex.im !== 0) return { text, complex };
  return { text, complex, float: complex.re, ...integersOf(complex.re) };
}

function integersOf(value: number): { int?: GoInt; uint?: GoInt } {
  if (!Number.isInteger(value)) return {};
  const exact = BigInt(value);
  const int = value >= -(2 ** 63) && value < 2 ** 63 ? { int: new GoInt(exact) } : {};
  const uint = value >= 0 && value < 2 ** 64 ? { uint: new GoInt(exact, types.uint64) } : {};
  return { ...int, ...uint };
}

function parseReal(text: string): ConstantResult {
  const unsigned = parseInteger(text, { base: 0, signed: false });
  const signed = parseInteger(text, { base: 0, signed: true });
  const uint = unsigned.kind === "value" ? { uint: new GoInt(unsigned.value, types.uint64) } : {};
  if (signed.kind === "value") {
    const zero = signed.value === 0n ? { uint: new GoInt(0n, types.uint64) } : {};
    return found({ text, ...uint, ...zero, int: new GoInt(signed.value), float: Number(signed.value) });
  }
  if (unsigned.kind === "value") return found({ text, ...uint, float: Number(unsigned.value) });
  const float = parseFloat64(text);
  if (float.kind !== "value") return failed(`illegal number syntax: ${quote(text)}`);
  if (!/[.eEpP]/.test(text)) return failed(`integer overflow: ${quote(text)}`);
  return found({ text, float: float.value, ...integersOf(float.value) });
}

export type IdealResult =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "overflow" };

/** The value of a constant where no type is asked for: its spelling decides, as in Go. */
export function idealValue(constant: NumberConstant): IdealResult {
  const { text } = constant;
  if (constant.complex !== undefined) return { kind: "value", value: constant.complex };
  const isHexInt = /^0[xX]/.test(text) && text.length > 2 && !/[pP]/.test(text);
  if (constant.float !== undefined && !isHexInt && !text.startsWith("'") && /[.eEpP]/.test(text)) {
    return { kind: "value", value: constant.float };
  }
  return constant.int === undefined ? { kind: "overflow" } : { kind: "value", value: constant.int };
}
