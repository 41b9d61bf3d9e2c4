const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const NANO = 10n ** 9n;
const SIGNED_64 = 2n ** 63n - 1n;

/**
 * The canonical spelling of a resource quantity, as the API server writes it back: `0.5` is `500m`, `1024Mi` is `1Gi`,
 * `1000m` is `1`. Undefined where the text is no quantity. Finer than 10^-9 is rounded up.
 */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parseQuantity(text);
  if (parsed === undefined) return undefined;
  const { negative, nanos, suffix } = parsed;
  const minus = negative && nanos !== 0n ? "-" : "";
  if (/^[eE][+-]?\d/.test(suffix)) return minus + scientific(nanos);
  const binary = BINARY.indexOf(suffix) > 0 && nanos >= 1024n * NANO;
  return minus + (binary ? binarySpelling(nanos) : decimalSpelling(nanos));
}

/** A quantity in units of 10^-9, for comparing; 0 for what is no quantity. */
export function nanosOfQuantity(text: string): bigint {
  const parsed = parseQuantity(text);
  if (parsed === undefined) return 0n;
  return parsed.negative ? -parsed.nanos : parsed.nanos;
}

interface ParsedQuantity {
  readonly negative: boolean;
  readonly nanos: bigint;
  readonly suffix: string;
}

function parseQuantity(text: string): ParsedQuantity | undefined {
  const match = PATTERN.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const binary = BINARY.indexOf(suffix);
  const nanos = binary > 0
    ? scaled(whole, fraction, { factor: 1024n ** BigInt(binary) })
    : scaled(whole, fraction, { exponent: exponentOf(suffix) });
  const largest = SIGNED_64 * NANO;
  return { negative: sign === "-", nanos: nanos > largest ? largest : nanos, suffix };
}

function exponentOf(suffix: string): number {
  if (/^[eE][+-]?\d/.test(suffix)) return Number(suffix.slice(1));
  return (DECIMAL.indexOf(suffix) - 3) * 3;
}

/** `whole.fraction` times the factor or the power of ten, in units of 10^-9, rounded up. */
function scaled(whole: string, fraction: string, by: { factor?: bigint; exponent?: number }): bigint {
  const digits = BigInt(whole + fraction || "0") * (by.factor ?? 1n);
  const shift = 9 + (by.exponent ?? 0) - fraction.length;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return (digits + divisor - 1n) / divisor;
}

function binarySpelling(nanos: bigint): string {
  if (nanos % NANO !== 0n) return decimalSpelling(nanos);
  let value = nanos / NANO;
  let step = 0;
  while (value !== 0n && value % 1024n === 0n && step < BINARY.length - 1) {
    value /= 1024n;
    step++;
  }
  return `${value}${BINARY[step] ?? ""}`;
}

function decimalSpelling(nanos: bigint): string {
  const { value, step } = thousands(nanos);
  return `${value}${DECIMAL[step] ?? ""}`;
}

function scientific(nanos: bigint): string {
  const { value, step } = thousands(nanos);
  const exponent = (step - 3) * 3;
  return exponent === 0 ? `${value}` : `${value}e${exponent}`;
}

function thousands(nanos: bigint): { value: bigint; step: number } {
  if (nanos === 0n) return { value: 0n, step: 3 };
  let [value, step] = [nanos, 0];
  while (value % 1000n === 0n && step < DECIMAL.length - 1) {
    value /= 1000n;
    step++;
  }
  return { value, step };
}
