import { type Budget, CallError, define, type FunctionTable } from "./function.ts";
import {
  addDecimals,
  type Decimal,
  decimalOf,
  divideDecimals,
  multiplyDecimals,
  toDouble,
} from "./decimal.ts";
import { grownList } from "./go_slice.ts";
import { toFloat64, toInt64 } from "./sprig_convert.ts";
import { GoInt, GoList, types, type Value } from "./value.ts";

const int64 = (value: bigint) => new GoInt(value, types.int64);

/** A function of one or more numbers that folds them as int64 from the left. */
function foldInts(step: (a: bigint, b: bigint) => bigint) {
  return define({
    params: [types.any],
    rest: types.any,
    call: ([first, ...rest]) =>
      int64(
        rest.reduce((sum: bigint, value) => BigInt.asIntN(64, step(sum, toInt64(value))), toInt64(first)),
      ),
  });
}

function ofTwoInts(step: (a: bigint, b: bigint) => bigint) {
  return define({ params: [types.any, types.any], call: ([a, b]) => int64(step(toInt64(a), toInt64(b))) });
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new CallError("runtime error: integer divide by zero");
  return value;
}

function foldFloats(step: (a: number, b: number) => number) {
  return define({
    params: [types.any],
    rest: types.any,
    call: ([first, ...rest]) =>
      rest.reduce((sum: number, value) => step(sum, toFloat64(value)), toFloat64(first)),
  });
}

/** math.Max and math.Min: an infinity wins over NaN. */
const larger = (a: number, b: number) => a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
const smaller = (a: number, b: number) => a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);

function foldDecimals(
  first: number,
  rest: readonly Value[],
  step: (a: Decimal, b: Decimal) => Decimal,
): number {
  return toDouble(
    rest.reduce((sum: Decimal, value) => step(sum, decimalOf(toFloat64(value))), decimalOf(first)),
  );
}

function decimalFold(step: (a: Decimal, b: Decimal) => Decimal) {
  return define({
    params: [types.any],
    rest: types.any,
    call: ([first, ...rest]) => foldDecimals(toFloat64(first), rest, step),
  });
}

/** The integers from `start` to before `stop`; none where the step leads away or is 0. */
function steps(range: { start: bigint; stop: bigint; step: bigint }, budget: Budget): bigint[] {
  const { start, stop, step } = range;
  const isDown = stop < start;
  if (isDown ? step >= 0n : step <= 0n) return [];
  const distance = isDown ? start - stop : stop - start;
  const size = isDown ? -step : step;
  const count = Number((distance + size - 1n) / size);
  budget.steps(count);
  budget.bytes(16 * count);
  return Array.from({ length: count }, (_, at) => start + BigInt(at) * step);
}

function intList(values: readonly bigint[]): GoList {
  return grownList(values.map((value) => new GoInt(value)), types.intList);
}

/** seq END, seq START END, seq START STEP END, like the shell's. */
function sequence(given: readonly bigint[], budget: Budget): string {
  if (given.length === 0 || given.length > 3) return "";
  const start = given.length === 1 ? 1n : given[0] ?? 0n;
  const end = given.at(-1) ?? 0n;
  const isDown = end < start;
  const step = given.length === 3 ? given[1] ?? 0n : isDown ? -1n : 1n;
  if (isDown && step > 0n) return "";
  const stop = BigInt.asIntN(64, end + (isDown ? -1n : 1n));
  return steps({ start, stop, step }, budget).join(" ");
}

/** math.Pow(10, exponent), multiplied out in the order that Go's software does it. */
function powerOfTen(exponent: number): number {
  let product = 1;
  let productExponent = 0;
  let factor = 0.625;
  let factorExponent = 4;
  for (let rest = Math.abs(exponent); rest !== 0; rest = Math.floor(rest / 2)) {
    if (factorExponent > 4096) {
      productExponent += factorExponent;
      break;
    }
    if (rest % 2 === 1) {
      product *= factor;
      productExponent += factorExponent;
    }
    factor *= factor;
    factorExponent *= 2;
    if (factor < 0.5) {
      factor += factor;
      factorExponent--;
    }
  }
  if (exponent < 0) {
    product = 1 / product;
    productExponent = -productExponent;
  }
  const half = Math.trunc(productExponent / 2);
  return product * 2 ** half * 2 ** (productExponent - half);
}

/** Rounds to `places` digits; a fraction of at least `roundOn` goes up, any other down (so -2.4 gives -3). */
function roundTo(value: number, options: { places: number; roundOn: number }): number {
  const power = powerOfTen(options.places);
  const shifted = power * value;
  const fraction = Number.isFinite(shifted) ? shifted % 1 : NaN;
  return (fraction >= options.roundOn ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

const max = foldInts((a, b) => b > a ? b : a);

export const mathFunctions: FunctionTable = {
  add: define({
    params: [],
    rest: types.any,
    call: (values) => int64(values.reduce((sum: bigint, value) => sum + toInt64(value), 0n)),
  }),
  add1: define({ params: [types.any], call: ([value]) => int64(toInt64(value) + 1n) }),
  sub: ofTwoInts((a, b) => a - b),
  div: ofTwoInts((a, b) => a / divisor(b)),
  mod: ofTwoInts((a, b) => a % divisor(b)),
  mul: foldInts((a, b) => a * b),
  max,
  biggest: max,
  min: foldInts((a, b) => b < a ? b : a),
  maxf: foldFloats(larger),
  minf: foldFloats(smaller),
  add1f: define({
    params: [types.any],
    call: ([value]) => foldDecimals(toFloat64(value), [1], addDecimals),
  }),
  addf: define({ params: [], rest: types.any, call: (values) => foldDecimals(0, values, addDecimals) }),
  subf: decimalFold((a, b) => addDecimals(a, { ...b, digits: -b.digits })),
  mulf: decimalFold(multiplyDecimals),
  divf: decimalFold(divideDecimals),
  floor: define({ params: [types.any], call: ([value]) => Math.floor(toFloat64(value)) }),
  ceil: define({ params: [types.any], call: ([value]) => Math.ceil(toFloat64(value)) }),
  round: define({
    params: [types.any, types.int],
    rest: types.float64,
    call: ([value, places, roundOn]) =>
      roundTo(toFloat64(value), { places: places.toNumber(), roundOn: roundOn ?? 0.5 }),
  }),
  until: define({
    params: [types.int],
    call: ([count], { budget }) =>
      intList(steps({ start: 0n, stop: count.value, step: count.value < 0n ? -1n : 1n }, budget)),
  }),
  untilStep: define({
    params: [types.int, types.int, types.int],
    call: ([start, stop, step], { budget }) =>
      intList(steps({ start: start.value, stop: stop.value, step: step.value }, budget)),
  }),
  seq: define({
    params: [],
    rest: types.int,
    call: (given, { budget }) => sequence(given.map((value) => value.value), budget),
  }),
};
