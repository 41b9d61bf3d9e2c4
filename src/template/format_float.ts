/** strconv.FormatFloat for float64. */

export type FloatVerb = "e" | "E" | "f" | "g" | "G" | "b" | "x" | "X";

/** `precision` -1 asks for the fewest digits that read back as the same number. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  switch (verb) {
    case "b":
      return sign + formatBinary(magnitude);
    case "x":
      return sign + formatHex(magnitude, precision);
    case "X":
      return sign + formatHex(magnitude, precision).toUpperCase();
    case "f":
      return sign + formatPlain(precision < 0 ? shortest(magnitude) : fixed(magnitude, precision), precision);
    case "e":
    case "E": {
      const decimal = precision < 0 ? shortest(magnitude) : significant(magnitude, precision + 1);
      return sign + formatExponent(decimal, precision < 0 ? decimal.digits.length - 1 : precision, verb);
    }
    default:
      return sign + formatGeneral(magnitude, verb, precision);
  }
}

/** 0.DIGITS * 10^point, without trailing zeros; zero has no digits and point 0. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const zero: Decimal = { digits: "", point: 0 };

function shortest(value: number): Decimal {
  if (value === 0) return zero;
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  return { digits: mantissa.replace(".", ""), point: Number(exponent) + 1 };
}

/** Every decimal digit of the number. */
function exact(value: number): Decimal {
  if (value === 0) return zero;
  const { mantissa, exponent } = parts(value);
  const digits = exponent >= 0
    ? (mantissa << BigInt(exponent)).toString()
    : (mantissa * 5n ** BigInt(-exponent)).toString();
  const point = digits.length + Math.min(exponent, 0);
  return { digits: digits.replace(/0+$/, ""), point };
}

/** value = mantissa * 2^exponent. */
function parts(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 1n << 52n, exponent: biased - 1075 };
}

/** Rounds to `count` digits (which may be 0 or less), half to even. */
function round(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return zero;
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const odd = count > 0 && Number(kept.at(-1)) % 2 === 1;
  const up = rest > "5" || (rest === "5" && odd);
  if (!up) return trimmed(kept, point);
  const raised = (BigInt(kept === "" ? "0" : kept) + 1n).toString();
  return trimmed(raised, point + (raised.length > kept.length ? 1 : 0));
}

function trimmed(digits: string, point: number): Decimal {
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? zero : { digits: kept, point };
}

function fixed(value: number, precision: number): Decimal {
  const decimal = exact(value);
  return round(decimal, decimal.point + precision);
}

function significant(value: number, count: number): Decimal {
  return round(exact(value), count);
}

function formatPlain(decimal: Decimal, precision: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const fraction = point > 0 ? digits.slice(point) : "0".repeat(digits === "" ? 0 : -point) + digits;
  const shown = precision < 0 ? fraction : fraction.padEnd(precision, "0");
  return shown === "" ? whole : `${whole}.${shown}`;
}

function formatExponent(decimal: Decimal, precision: number, mark: string): string {
  const { digits, point } = decimal;
  const first = digits[0] ?? "0";
  const fraction = digits.slice(1).padEnd(Math.max(precision, 0), "0");
  const exponent = digits === "" ? 0 : point - 1;
  const size = Math.abs(exponent).toString().padStart(2, "0");
  return `${first}${fraction === "" ? "" : `.${fraction}`}${mark}${exponent < 0 ? "-" : "+"}${size}`;
}

function formatGeneral(value: number, verb: "g" | "G", precision: number): string {
  const isShortest = precision < 0;
  const count = precision === 0 ? 1 : precision;
  const decimal = isShortest ? shortest(value) : significant(value, count);
  const length = decimal.digits.length;
  let limit = isShortest ? 6 : count;
  if (!isShortest && limit > length && length >= decimal.point) limit = length;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= limit) {
    return formatExponent(decimal, length - 1, verb === "g" ? "e" : "E");
  }
  return formatPlain(decimal, Math.max(length - decimal.point, 0));
}

function formatBinary(value: number): string {
  const { mantissa, exponent } = parts(value);
  return `${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
}

function formatHex(value: number, precision: number): string {
  const { mantissa, exponent } = parts(value);
  if (mantissa === 0n) return `0x0${precision > 0 ? "." + "0".repeat(precision) : ""}p+00`;
  const shift = 53 - mantissa.toString(2).length;
  let bits = mantissa << BigInt(shift);
  let power = exponent - shift + 52;
  if (precision >= 0 && precision < 13) {
    const cut = BigInt(52 - 4 * precision);
    const rest = bits & ((1n << cut) - 1n);
    const half = 1n << cut - 1n;
    bits >>= cut;
    if (rest > half || (rest === half && (bits & 1n) === 1n)) bits += 1n;
    bits <<= cut;
    if (bits >> 53n === 1n) {
      bits >>= 1n;
      power += 1;
    }
  }
  const fraction = (bits & 0xfffffffffffffn).toString(16).padStart(13, "0");
  const shown = precision < 0
    ? fraction.replace(/0+$/, "")
    : fraction.slice(0, precision).padEnd(precision, "0");
  const size = Math.abs(power).toString().padStart(2, "0");
  return `0x1${shown === "" ? "" : `.${shown}`}p${power < 0 ? "-" : "+"}${size}`;
}
