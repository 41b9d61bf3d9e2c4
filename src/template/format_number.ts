/** How `fmt` lays out one operand: flags, width, precision, padding, and the numbers. */
import { encodeRune, runeCount } from "./bytes.ts";
import { type FloatVerb, formatFloat } from "./format_float.ts";
import { quoteRune } from "./quote.ts";
import { isPrint } from "./unicode.ts";

export interface Flags {
  sharp: boolean;
  zero: boolean;
  plus: boolean;
  minus: boolean;
  space: boolean;
  /** `%+v` and `%#v`, whose flags mean something else than with the other verbs. */
  plusV: boolean;
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function noFlags(): Flags {
  return {
    sharp: false,
    zero: false,
    plus: false,
    minus: false,
    space: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** `count` bytes of padding: zeros only to the left of what is printed. */
export function padding(count: number, flags: Flags): string {
  return count <= 0 ? "" : (flags.zero && !flags.minus ? "0" : " ").repeat(count);
}

/** Pads to the width, which counts runes. */
export function pad(bytes: string, flags: Flags): string {
  if (flags.width === undefined || flags.width === 0) return bytes;
  const fill = padding(flags.width - runeCount(bytes), flags);
  return flags.minus ? bytes + fill : fill + bytes;
}

function padSpaces(bytes: string, flags: Flags): string {
  return pad(bytes, { ...flags, zero: false });
}

const upperVerbs: Readonly<Record<string, boolean>> = { X: true };
const bases: Readonly<Record<string, 2 | 8 | 10 | 16>> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 };

/** An integer under b, o, O, d, v, x or X; undefined for any other verb. */
export function formatInteger(value: bigint, verb: string, flags: Flags): string | undefined {
  const base = bases[verb];
  if (base === undefined) return undefined;
  const negative = value < 0n;
  if (flags.precision === 0 && value === 0n) return padding(flags.width ?? 0, { ...flags, zero: false });
  let least = flags.precision ?? 0;
  if (flags.precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  }
  let digits = (negative ? -value : value).toString(base);
  if (upperVerbs[verb]) digits = digits.toUpperCase();
  digits = digits.padStart(least, "0");
  if (flags.sharp) digits = sharpPrefix(digits, base, verb) + digits;
  if (verb === "O") digits = `0o${digits}`;
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  return padSpaces(sign + digits, flags);
}

function sharpPrefix(digits: string, base: number, verb: string): string {
  if (base === 2) return "0b";
  if (base === 16) return verb === "X" ? "0X" : "0x";
  return base === 8 && !digits.startsWith("0") ? "0" : "";
}

/** An integer as a character (%c), a quoted one (%q) or U+0041 (%U). */
export function formatCharacter(value: bigint, verb: "c" | "q" | "U", flags: Flags): string {
  const unsigned = BigInt.asUintN(64, value);
  const rune = unsigned > 0x10ffffn ? 0xfffd : Number(unsigned);
  if (verb === "c") return pad(encodeRune(rune), flags);
  if (verb === "q") return pad(quoteRune(rune, flags.plus), flags);
  const digits = unsigned.toString(16).toUpperCase().padStart(Math.max(4, flags.precision ?? 0), "0");
  const shown = flags.sharp && unsigned <= 0x10ffffn && isPrint(rune) ? ` '${encodeRune(rune)}'` : "";
  return padSpaces(`U+${digits}${shown}`, flags);
}

const defaultPrecision: Readonly<Record<string, number>> = { f: 6, F: 6, e: 6, E: 6 };

/** Whether `fmt` knows the verb for floats. */
export function isFloatVerb(verb: string): boolean {
  return "vbgGxXfFeE".includes(verb) && verb.length === 1;
}

/** A float under one of the verbs that `isFloatVerb` accepts. */
export function formatFloating(value: number, verb: string, flags: Flags): string {
  const precision = flags.precision ?? defaultPrecision[verb] ?? -1;
  const plain = (verb === "v" ? "g" : verb === "F" ? "f" : verb) as FloatVerb;
  const text = formatFloat(value, plain, precision);
  const signed = /^[-+]/.test(text);
  let sign = signed ? text.charAt(0) : "+";
  let number = signed ? text.slice(1) : text;
  if (flags.space && sign === "+" && !flags.plus) sign = " ";
  if (!Number.isFinite(value)) {
    const isBare = Number.isNaN(value) && !flags.space && !flags.plus;
    return padSpaces(isBare ? number : sign + number, flags);
  }
  if (flags.sharp && verb !== "b") number = withPoint(number, verb, precision);
  if (!flags.plus && sign === "+") return pad(number, flags);
  if (flags.zero && !flags.minus && flags.width !== undefined && flags.width > number.length + 1) {
    return sign + number.padStart(flags.width - 1, "0");
  }
  return pad(sign + number, flags);
}

/** The `#` flag: always a decimal point, and for %g the trailing zeros. */
function withPoint(number: string, verb: string, precision: number): string {
  const tailAt = number.search(verb === "x" || verb === "X" ? /[pP]/ : /[eEpP]/);
  const tail = tailAt < 0 ? "" : number.slice(tailAt);
  let head = tailAt < 0 ? number : number.slice(0, tailAt);
  let missing = "vgGx".includes(verb) ? (precision === -1 ? 6 : precision) : 0;
  const counted = head.replace(".", "").replace(/^0+/, "");
  missing -= counted.length;
  if (!head.includes(".")) {
    if (head === "0") missing -= 1;
    head += ".";
  }
  return head + "0".repeat(Math.max(missing, 0)) + tail;
}
