/** Numbers to text and back as Go's strconv does it. */

export type ParsedInt =
  | { readonly kind: "value"; readonly value: bigint }
  | { readonly kind: "syntax" }
  /** Out of range; `value` is the nearest bound. */
  | { readonly kind: "range"; readonly value: bigint };

export interface IntFormat {
  /** 0 takes the base from the prefix (0x, 0b, 0o, 0) and allows underscores. */
  readonly base: 0 | 2 | 8 | 10 | 16;
  readonly signed: boolean;
  /** Width of the result; 64 unless told. */
  readonly bits?: number;
}

const prefixes: Readonly<Record<string, 2 | 8 | 16>> = { x: 16, b: 2, o: 8 };
const digitSets = { 2: /^[01]+/, 8: /^[0-7]+/, 10: /^[0-9]+/, 16: /^[0-9a-fA-F]+/ } as const;
const literals = { 2: "0b", 8: "0o", 10: "", 16: "0x" } as const;

/** strconv.ParseInt, or ParseUint when not `signed` (which takes no sign at all). */
export function parseInteger(text: string, format: IntFormat): ParsedInt {
  const sign = format.signed ? /^[+-]?/.exec(text)?.[0] ?? "" : "";
  let digits = text.slice(sign.length);
  let base = format.base === 0 ? 10 : format.base;
  if (format.base === 0) {
    if (digits.includes("_") && !underscoresFit(digits)) return { kind: "syntax" };
    if (digits.length > 1 && digits.startsWith("0")) {
      const prefix = prefixes[(digits[1] ?? "").toLowerCase()];
      base = prefix ?? 8;
      digits = digits.slice(prefix === undefined ? 1 : 2);
    }
    digits = digits.replaceAll("_", "");
  }
  const valid = digitSets[base].exec(digits)?.[0] ?? "";
  if (valid === "") return { kind: "syntax" };
  const bits = BigInt(format.bits ?? 64);
  // More digits than the widest type has bits cannot fit; cutting them off leaves a number that cannot either.
  const magnitude = BigInt(literals[base] + (valid.replace(/^0+(?=.)/, "").slice(0, 70)));
  // Go stops reading where the unsigned number overflows, so what follows cannot be a syntax error any more.
  if (valid.length < digits.length && magnitude < 1n << bits) return { kind: "syntax" };
  return clamp(sign === "-" ? -magnitude : magnitude, format.signed, bits);
}

function clamp(value: bigint, signed: boolean, bits: bigint): ParsedInt {
  const max = signed ? (1n << bits - 1n) - 1n : (1n << bits) - 1n;
  const min = signed ? -(1n << bits - 1n) : 0n;
  if (value > max) return { kind: "range", value: max };
  if (value < min) return { kind: "range", value: min };
  return { kind: "value", value };
}

/** Whether every underscore of an unsigned literal stands between digits, or between a base prefix and a digit. */
function underscoresFit(unsigned: string): boolean {
  const prefix = /^0[xXbBoO]/.exec(unsigned)?.[0] ?? "";
  const digit = /x/i.test(prefix) ? /[0-9a-fA-F]/ : /[0-9]/;
  let previous = prefix === "" ? "start" : "digit";
  for (const char of unsigned.slice(prefix.length)) {
    const now = digit.test(char) ? "digit" : char === "_" ? "underscore" : "other";
    if (now === "underscore" && previous !== "digit") return false;
    if (now === "other" && previous === "underscore") return false;
    previous = now;
  }
  return previous !== "underscore";
}

export type ParsedFloat =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "syntax" }
  /** Too large; `value` is an infinity. */
  | { readonly kind: "range"; readonly value: number };

const decimalFloat = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const hexFloat = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;
const special = /^([+-]?)(inf|infinity|nan)$/i;

/** strconv.ParseFloat with 64 bits. Underscores may stand between digits, as in Go's literals. */
export function parseFloat64(text: string): ParsedFloat {
  const word = special.exec(text);
  if (word !== null) {
    if (/nan/i.test(text)) return word[1] === "" ? { kind: "value", value: NaN } : { kind: "syntax" };
    return { kind: "value", value: word[1] === "-" ? -Infinity : Infinity };
  }
  let plain = text;
  if (text.includes("_")) {
    if (!underscoresFit(text.replace(/^[+-]/, ""))) return { kind: "syntax" };
    plain = text.replaceAll("_", "");
  }
  if (decimalFloat.test(plain)) return bounded(Number(plain));
  const parts = hexFloat.exec(plain);
  if (parts === null) return { kind: "syntax" };
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  if (whole + fraction === "") return { kind: "syntax" };
  const value = scaled(BigInt(`0x${whole}${fraction}`), Number(exponent) - 4 * fraction.length);
  return bounded(sign === "-" ? -value : value);
}

function bounded(value: number): ParsedFloat {
  return Number.isFinite(value) ? { kind: "value", value } : { kind: "range", value };
}

/** mantissa * 2^exponent, rounded once, half to even. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const length = mantissa.toString(2).length;
  const top = length + exponent;
  if (top > 1024) return Infinity;
  if (top < -1075) return 0;
  const keep = Math.min(53, top + 1074);
  const drop = length - keep;
  let bits = mantissa;
  if (drop > 0) {
    const cut = BigInt(drop);
    const rest = bits & ((1n << cut) - 1n);
    const half = 1n << cut - 1n;
    bits >>= cut;
    if (rest > half || (rest === half && (bits & 1n) === 1n)) bits += 1n;
  }
  const power = exponent + Math.max(drop, 0);
  const split = Math.trunc(power / 2);
  return Number(bits) * 2 ** split * 2 ** (power - split);
}
