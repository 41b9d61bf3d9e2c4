/** Decimal numbers of any size, in which the `addf` family computes so that 0.1 + 0.2 is 0.3. */
import { CallError } from "./function.ts";
import { formatFloat } from "./format_float.ts";

/** digits * 10^exponent */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The shortest decimal that reads back as the double. */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    throw new CallError(`Cannot create a Decimal from ${formatFloat(value, "g", -1)}`);
  }
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** The nearest double. */
export function toDouble({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

/** The digits of a decimal at a smaller exponent. */
function digitsAt(decimal: Decimal, exponent: number): bigint {
  return decimal.digits * 10n ** BigInt(decimal.exponent - exponent);
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: digitsAt(a, exponent) + digitsAt(b, exponent), exponent };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** Digits after the point that a quotient is rounded to, halves away from zero. */
const quotientPlaces = 16;

export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new CallError("decimal division by 0");
  const shift = a.exponent - b.exponent + quotientPlaces;
  const top = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const bottom = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const quotient = top / bottom;
  const twiceRest = 2n * (top % bottom);
  const size = (value: bigint) => value < 0n ? -value : value;
  const isNegative = (top < 0n) !== (bottom < 0n);
  const step = size(twiceRest) < size(bottom) ? 0n : isNegative ? -1n : 1n;
  return { digits: quotient + step, exponent: -quotientPlaces };
}
