import { calendarDay, dayNumber, secondsPerDay } from "./go_calendar.ts";
import { formatLayout, type WallClock } from "./go_layout.ts";
import { type ParsedMoment, parseLayout } from "./go_layout_parse.ts";
import { fixedZone, type Location, offsetOfName, utc, zoneAt } from "./go_zone.ts";

const nanosPerSecond = 1_000_000_000n;
const day = BigInt(secondsPerDay);
/** Days from the first day that package time can count (1 March of year -292277022400) to 1970-01-01. */
const daysBeforeEpoch = 292_277_022_400n / 400n * 146_097n + 719_468n;
const secondsBeforeYearOne = 62_135_596_800n;

const int64 = (value: bigint) => BigInt.asIntN(64, value);

/**
 * An instant with the zone it is told in, as `time.Time`. Immutable.
 * `unix` is whole seconds since 1970 (int64), `nanos` is 0..999999999.
 */
export interface Moment {
  readonly unix: bigint;
  readonly nanos: number;
  readonly zone: Location;
  /** Reading of the monotonic clock in nanoseconds, where the moment came from `now`. */
  readonly monotonic?: bigint;
}

/** What a clock in the moment's zone shows. */
export function wallClock(moment: Moment): WallClock {
  const type = zoneAt(moment.zone, Number(moment.unix));
  const since = BigInt.asUintN(64, moment.unix + BigInt(type.offset) + daysBeforeEpoch * day);
  const second = Number(since % day);
  return {
    ...calendarDay(Number(since / day - daysBeforeEpoch)),
    hour: Math.trunc(second / 3600),
    minute: Math.trunc(second / 60) % 60,
    second: second % 60,
    nanos: moment.nanos,
    offset: type.offset,
    zone: type.name,
  };
}

export function formatMoment(moment: Moment, layout: string): string {
  return formatLayout(wallClock(moment), layout);
}

/** `time.Time.String`: with nanoseconds, offset, abbreviation, and the monotonic clock if it was read. */
export function momentText(moment: Moment): string {
  const text = formatMoment(moment, "2006-01-02 15:04:05.999999999 -0700 MST");
  if (moment.monotonic === undefined) return text;
  const size = moment.monotonic < 0n ? -moment.monotonic : moment.monotonic;
  const fraction = (size % nanosPerSecond).toString().padStart(9, "0");
  return `${text} m=${moment.monotonic < 0n ? "-" : "+"}${size / nanosPerSecond}.${fraction}`;
}

/** A date and time of day in a zone; every field but the year may lie outside its usual range. */
export interface CivilTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
}

/** `time.Date`. In a gap or overlap of local times, package time's choice. */
export function civilMoment(civil: CivilTime, zone: Location): Moment {
  const months = civil.year * 12 + civil.month - 1;
  const year = Math.floor(months / 12);
  const days = dayNumber({ year, month: months - year * 12 + 1, day: 1 }) + civil.day - 1;
  const clock = civil.hour * 3600 + civil.minute * 60 + civil.second;
  const local = BigInt(days) * day + BigInt(clock);
  const { offset } = zoneAt(zone, Number(local));
  const shift = offset === 0 ? 0 : zoneAt(zone, Number(local) - offset).offset;
  return { unix: int64(local - BigInt(shift)), nanos: civil.nanos, zone };
}

export function unixMoment(seconds: bigint, zone: Location): Moment {
  return { unix: seconds, nanos: 0, zone };
}

/** The zero time, which stands for a text that could not be read: 0001-01-01 00:00:00 UTC. */
export const zeroMoment: Moment = { unix: -secondsBeforeYearOne, nanos: 0, zone: utc };

/** The same instant told in another zone. */
export function inZone(moment: Moment, zone: Location): Moment {
  return { ...moment, zone };
}

/** The moment without its monotonic reading. */
export function withoutMonotonic({ unix, nanos, zone }: Moment): Moment {
  return { unix, nanos, zone };
}

/** `time.Time.Add`; `nanos` may be negative. */
export function addNanos(moment: Moment, nanos: bigint): Moment {
  const total = BigInt(moment.nanos) + nanos;
  const carry = total >= 0n ? total / nanosPerSecond : -((-total + nanosPerSecond - 1n) / nanosPerSecond);
  const moved = {
    unix: int64(moment.unix + carry),
    nanos: Number(total - carry * nanosPerSecond),
    zone: moment.zone,
  };
  const monotonic = moment.monotonic === undefined ? undefined : moment.monotonic + nanos;
  const isLost = monotonic === undefined || int64(monotonic) !== monotonic;
  return isLost ? moved : { ...moved, monotonic };
}

/** `a.Sub(b)` in nanoseconds, held at the bounds of a Duration; by the monotonic clock if both have it. */
export function nanosBetween(a: Moment, b: Moment): bigint {
  const wall =
    (int64(a.unix + secondsBeforeYearOne) - int64(b.unix + secondsBeforeYearOne)) * nanosPerSecond +
    BigInt(a.nanos - b.nanos);
  const nanos = a.monotonic !== undefined && b.monotonic !== undefined ? a.monotonic - b.monotonic : wall;
  const max = (1n << 63n) - 1n;
  if (nanos > max) return max;
  return nanos < -max - 1n ? -max - 1n : nanos;
}

/** The order of two moments: below, at or above zero. */
export function compareMoments(a: Moment, b: Moment): number {
  if (a.monotonic !== undefined && b.monotonic !== undefined) return sign(a.monotonic - b.monotonic);
  const order = sign(int64(a.unix + secondsBeforeYearOne) - int64(b.unix + secondsBeforeYearOne));
  return order === 0 ? Math.sign(a.nanos - b.nanos) : order;
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}

/** What remains of the time since year 1 after whole steps; `step` is positive, the rest 0..step-1. */
export function restOfStep(moment: Moment, step: bigint): bigint {
  const total = int64(moment.unix + secondsBeforeYearOne) * nanosPerSecond + BigInt(moment.nanos);
  return ((total % step) + step) % step;
}

export type MomentResult = { kind: "moment"; moment: Moment } | { kind: "error"; message: string };

/** `time.ParseInLocation`. */
export function parseMoment(layout: string, text: string, local: Location): MomentResult {
  const parsed = parseLayout(layout, text);
  return parsed.kind === "error" ? parsed : { kind: "moment", moment: placed(parsed.moment, local) };
}

/** Chooses the zone: the one written, told as `local` where that zone agrees with it. */
function placed(parsed: ParsedMoment, local: Location): Moment {
  const { zone } = parsed;
  if (zone.kind === "absent") return civilMoment(parsed, local);
  const inUtc = civilMoment(parsed, utc);
  if (zone.kind === "utc") return inUtc;
  if (zone.kind === "offset") {
    const unix = int64(inUtc.unix - BigInt(zone.seconds));
    const here = zoneAt(local, Number(unix));
    const agrees = here.offset === zone.seconds && (zone.name === "" || here.name === zone.name);
    return { unix, nanos: inUtc.nanos, zone: agrees ? local : fixedZone(zone.name, zone.seconds) };
  }
  const offset = offsetOfName(local, { name: zone.name, unix: Number(inUtc.unix) });
  if (offset !== undefined) return { unix: inUtc.unix - BigInt(offset), nanos: inUtc.nanos, zone: local };
  const hours = /^GMT([-+]\d+)$/.exec(zone.name)?.[1];
  return { ...inUtc, zone: fixedZone(zone.name, Number(hours ?? 0) * 3600) };
}
