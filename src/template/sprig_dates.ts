import { type CallContext, CallError, define, type FunctionTable } from "./function.ts";
import { formatDuration, parseDuration, toWholeSeconds } from "./go_duration.ts";
import {
  addNanos,
  formatMoment,
  inZone,
  type Moment,
  nanosBetween,
  parseMoment,
  unixMoment,
  zeroMoment,
} from "./go_time.ts";
import { GoTime, timeType } from "./go_time_type.ts";
import { loadLocation, localZone, utc } from "./go_zone.ts";
import { parseInteger } from "./number.ts";
import { GoInt, types, type Value } from "./value.ts";

/** The present moment, with a reading of the monotonic clock as Go's `time.Now` takes it. */
function presentMoment(context: CallContext): Moment {
  const now = context.now();
  return {
    unix: now / 1_000_000_000n,
    nanos: Number(now % 1_000_000_000n),
    zone: localZone(context.zone),
    monotonic: now,
  };
}

const epochTypes = new Set(["int", "int32", "int64"]);

/** What the date functions make of their argument: a time, seconds since 1970, and the present for the rest. */
function momentOf(value: Value, context: CallContext, accepted = epochTypes): Moment {
  if (value instanceof GoTime) return value.moment;
  if (value instanceof GoInt && accepted.has(value.type.name)) {
    return unixMoment(value.value, localZone(context.zone));
  }
  return presentMoment(context);
}

function dateIn(layout: string, value: Value, options: { zone: string; context: CallContext }): string {
  const zone = loadLocation(options.zone, options.context.zone) ?? utc;
  return formatMoment(inZone(momentOf(value, options.context), zone), layout);
}

const htmlLayout = "2006-01-02";

const dateInZone = define({
  params: [types.string, types.any, types.string],
  impure: "clock",
  call: ([layout, value, zone], context) => dateIn(layout, value, { zone, context }),
});

/** date_modify keeps a time that it can't change; must_date_modify fails there. */
function dateModify(fails: boolean) {
  return define({
    params: [types.string, timeType],
    call: ([amount, value]) => {
      const parsed = parseDuration(amount);
      if (parsed.kind === "duration") return new GoTime(addNanos(value.moment, parsed.nanos));
      if (fails) throw new CallError(parsed.message);
      return value;
    },
  });
}

/** toDate gives the zero time for a text that it can't read; mustToDate fails there. */
function toDate(fails: boolean) {
  return define({
    params: [types.string, types.string],
    call: ([layout, text], context) => {
      const parsed = parseMoment(layout, text, localZone(context.zone));
      if (parsed.kind === "moment") return new GoTime(parsed.moment);
      if (fails) throw new CallError(parsed.message);
      return new GoTime(zeroMoment);
    },
  });
}

const agoTypes = new Set(["int", "int64"]);

function ago(value: Value, context: CallContext): string {
  const since = nanosBetween(presentMoment(context), momentOf(value, context, agoTypes));
  return formatDuration(toWholeSeconds(since));
}

/** A count of seconds as a duration; a text is a decimal number, held at the bounds of int64. */
function secondsOf(value: Value): bigint {
  if (value instanceof GoInt && value.type.name === "int64") return value.value;
  if (typeof value !== "string") return 0n;
  const parsed = parseInteger(value, { base: 10, signed: true });
  return parsed.kind === "syntax" ? 0n : parsed.value;
}

function nanosOf(value: Value, context: CallContext): bigint {
  if (typeof value === "string") {
    const parsed = parseDuration(value);
    return parsed.kind === "duration" ? parsed.nanos : 0n;
  }
  if (value instanceof GoTime) return nanosBetween(presentMoment(context), value.moment);
  return value instanceof GoInt && value.type.name === "int64" ? value.value : 0n;
}

const second = 1_000_000_000n;
const roundUnits: readonly (readonly [string, bigint])[] = [
  ["y", 365n * 24n * 3600n * second],
  ["mo", 30n * 24n * 3600n * second],
  ["d", 24n * 3600n * second],
  ["h", 3600n * second],
  ["m", 60n * second],
  ["s", second],
];

/** The largest unit of which there is more than one. */
function roundedDuration(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const unit = roundUnits.find(([, length]) => size > length);
  return unit === undefined ? "0s" : `${size / unit[1]}${unit[0]}`;
}

export const dateFunctions: FunctionTable = {
  now: define({ params: [], impure: "clock", call: (_, context) => new GoTime(presentMoment(context)) }),
  date: define({
    params: [types.string, types.any],
    impure: "clock",
    call: ([layout, value], context) => dateIn(layout, value, { zone: "Local", context }),
  }),
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: define({
    params: [types.any],
    impure: "clock",
    call: ([value], context) => dateIn(htmlLayout, value, { zone: "Local", context }),
  }),
  htmlDateInZone: define({
    params: [types.any, types.string],
    impure: "clock",
    call: ([value, zone], context) => dateIn(htmlLayout, value, { zone, context }),
  }),
  dateModify: dateModify(false),
  date_modify: dateModify(false),
  mustDateModify: dateModify(true),
  must_date_modify: dateModify(true),
  toDate: toDate(false),
  mustToDate: toDate(true),
  ago: define({ params: [types.any], impure: "clock", call: ([value], context) => ago(value, context) }),
  duration: define({
    params: [types.any],
    call: ([value]) => formatDuration(BigInt.asIntN(64, secondsOf(value) * second)),
  }),
  durationRound: define({
    params: [types.any],
    impure: "clock",
    call: ([value], context) => roundedDuration(nanosOf(value, context)),
  }),
  unixEpoch: define({ params: [timeType], call: ([value]) => value.moment.unix.toString() }),
};
