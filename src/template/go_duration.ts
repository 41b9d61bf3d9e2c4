import { define } from "./function.ts";
import type { GoType } from "./go_type.ts";
import { GoInt, types } from "./value.ts";

const second = 1_000_000_000n;

/** `time.Duration.String` of a count of nanoseconds (bytes): `1h30m0s`, `1.5ms`, `0s`. */
export function formatDuration(nanos: bigint): string {
  const sign = nanos < 0n ? "-" : "";
  const size = nanos < 0n ? -nanos : nanos;
  if (size === 0n) return "0s";
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${decimal(size, 3)}\xc2\xb5s`;
  if (size < second) return `${sign}${decimal(size, 6)}ms`;
  const seconds = `${decimal(size % (60n * second), 9)}s`;
  const minutes = size / (60n * second);
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value` divided by 10^places, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (fraction === "" ? "" : `.${fraction}`);
}

export type ParsedDuration =
  | { kind: "duration"; nanos: bigint }
  | { kind: "error"; message: string };

const units: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\xc2\xb5s", 1_000n],
  ["\xce\xbcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", second],
  ["m", 60n * second],
  ["h", 3600n * second],
]);

const limit = 1n << 63n;
const segment = /^(\d*)(?:(\.)(\d*))?([^.\d]*)/;

/** `time.ParseDuration`: a sum of decimal numbers with units, such as `-1.5h` or `1h15m`. */
export function parseDuration(text: string): ParsedDuration {
  const invalid = (reason: string): ParsedDuration => ({
    kind: "error",
    message: `time: ${reason} ${quoteAscii(text)}`,
  });
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return { kind: "duration", nanos: 0n };
  if (rest === "") return invalid("invalid duration");
  let total = 0n;
  while (rest !== "") {
    const [matched = "", whole = "", , fraction = "", name = ""] = segment.exec(rest) ?? [];
    const amount = BigInt(`0${whole}`);
    if ((whole === "" && fraction === "") || amount > limit) return invalid("invalid duration");
    if (name === "") return invalid("missing unit in duration");
    const unit = units.get(name);
    if (unit === undefined) return invalid(`unknown unit ${quoteAscii(name)} in duration`);
    if (amount > limit / unit) return invalid("invalid duration");
    const part = amount * unit + fractionOf(fraction, unit);
    total += part;
    if (part > limit || total > limit) return invalid("invalid duration");
    rest = rest.slice(matched.length);
  }
  if (negative) return { kind: "duration", nanos: -total };
  return total === limit ? invalid("invalid duration") : { kind: "duration", nanos: total };
}

/** The nanoseconds that `.digits` of a unit make, with the rounding of a double. Digits past int64 don't count. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** A byte string in double quotes, every byte beyond printable ASCII as `\xNN`: how package time quotes input. */
export function quoteAscii(bytes: string): string {
  const body = bytes.replace(/["\\]/g, "\\$&").replace(
    /[^ -\x7f]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return `"${body}"`;
}

/** Nearest multiple of `step`, halves away from zero; the value itself for a step that is not positive. */
function rounded(nanos: bigint, step: bigint): bigint {
  if (step <= 0n) return nanos;
  const size = nanos < 0n ? -nanos : nanos;
  const rest = size % step;
  const near = rest + rest < step ? size - rest : size + step - rest;
  const signed = nanos < 0n ? -near : near;
  if (signed > limit - 1n) return limit - 1n;
  return signed < -limit ? -limit : signed;
}

const int64 = (value: bigint) => new GoInt(value, types.int64);
const clamped = (value: bigint) => value > limit - 1n ? limit - 1n : value;

/** `time.Duration`: a count of nanoseconds. */
export const durationType: GoType<GoInt> = {
  name: "time.Duration",
  kind: "int64",
  text: (value) => formatDuration(value.value),
  methods: new Map([
    ["Abs", (self: GoInt) =>
      define({
        params: [],
        call: () => duration(clamped(self.value < 0n ? -self.value : self.value)),
      })],
    ["Hours", (self: GoInt) => define({ params: [], call: () => inUnit(self.value, 3600n * second) })],
    ["Minutes", (self: GoInt) => define({ params: [], call: () => inUnit(self.value, 60n * second) })],
    ["Seconds", (self: GoInt) => define({ params: [], call: () => inUnit(self.value, second) })],
    ["Milliseconds", (self: GoInt) => define({ params: [], call: () => int64(self.value / 1_000_000n) })],
    ["Microseconds", (self: GoInt) => define({ params: [], call: () => int64(self.value / 1_000n) })],
    ["Nanoseconds", (self: GoInt) => define({ params: [], call: () => int64(self.value) })],
    ["String", (self: GoInt) => define({ params: [], call: () => formatDuration(self.value) })],
    [
      "Round",
      (self: GoInt) =>
        define({ params: [durationType], call: ([step]) => duration(rounded(self.value, step.value)) }),
    ],
    ["Truncate", (self: GoInt) =>
      define({
        params: [durationType],
        call: ([step]) => duration(step.value <= 0n ? self.value : self.value - self.value % step.value),
      })],
  ]),
};

function inUnit(nanos: bigint, unit: bigint): number {
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit);
}

export function duration(nanos: bigint): GoInt {
  return new GoInt(nanos, durationType);
}

/** `time.Duration.Round(time.Second)` in nanoseconds. */
export function toWholeSeconds(nanos: bigint): bigint {
  return rounded(nanos, second);
}
