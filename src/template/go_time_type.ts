import { monthNames, weekdayNames } from "./go_calendar.ts";
import { CallError, define, type GoFunction } from "./function.ts";
import { duration, durationType } from "./go_duration.ts";
import type { GoType } from "./go_type.ts";
import * as time from "./go_time.ts";
import { localZone, type Location, utc, zoneAt } from "./go_zone.ts";
import { GoInt, GoList, GoObject, types } from "./value.ts";

const named = (name: string, names: readonly string[], first: number): GoType<GoInt> => ({
  name: `time.${name}`,
  kind: "int",
  text: ({ value }) => names[Number(value) - first] ?? `%!${name}(${BigInt.asUintN(64, value)})`,
  methods: new Map([[
    "String",
    (self: GoInt) => define({ params: [], call: () => names[Number(self.value) - first] ?? "" }),
  ]]),
});

/** `time.Month`, an int that prints as the month's name. */
export const monthType = named("Month", monthNames, 1);
/** `time.Weekday`, an int that prints as the day's name; 0 is Sunday. */
export const weekdayType = named("Weekday", weekdayNames, 0);

/** `*time.Location`. */
export class GoLocation extends GoObject {
  readonly type = locationType;

  constructor(readonly zone: Location) {
    super();
  }

  override deepEqual(other: GoObject): boolean {
    return other instanceof GoLocation && other.zone.name === this.zone.name;
  }
}

const locationType: GoType<GoLocation> = {
  name: "*time.Location",
  kind: "ptr",
  text: (location) => location.zone.name,
  methods: new Map([["String", (self: GoLocation) => define({ params: [], call: () => self.zone.name })]]),
};

/** `time.Time`. */
export class GoTime extends GoObject {
  get type(): GoType<GoTime> {
    return timeType;
  }

  constructor(readonly moment: time.Moment) {
    super();
  }

  override same(other: GoObject): boolean {
    if (!(other instanceof GoTime)) return false;
    const [a, b] = [this.moment, other.moment];
    const sameZone = a.zone === b.zone ||
      (a.zone.name === b.zone.name && /^(?:UTC|Local)$/.test(a.zone.name));
    return a.unix === b.unix && a.nanos === b.nanos && a.monotonic === b.monotonic && sameZone;
  }

  override deepEqual(other: GoObject): boolean {
    if (!(other instanceof GoTime)) return false;
    const [a, b] = [this.moment, other.moment];
    const sameZone = a.zone.name === b.zone.name && a.zone.types[0]?.offset === b.zone.types[0]?.offset;
    return a.unix === b.unix && a.nanos === b.nanos && a.monotonic === b.monotonic && sameZone;
  }
}

const strictLayout = "2006-01-02T15:04:05.999999999Z07:00";

/** The text of MarshalJSON and MarshalText, which refuse what RFC 3339 can't say. */
function strictText(moment: time.Moment, method: string): string {
  const clock = time.wallClock(moment);
  if (clock.year < 0 || clock.year > 9999) {
    throw new CallError(`Time.${method}: year outside of range [0,9999]`);
  }
  if (Math.abs(clock.offset) >= 24 * 3600) {
    throw new CallError(`Time.${method}: timezone hour outside of range [0,23]`);
  }
  return time.formatMoment(moment, strictLayout);
}

function byteList(bytes: string): GoList {
  return new GoList(
    [...bytes].map((byte) => new GoInt(BigInt(byte.charCodeAt(0)), types.uint8)),
    types.byteList,
  );
}

const integer = (value: number | bigint) => new GoInt(BigInt(value));
const integer64 = (value: bigint) => new GoInt(value, types.int64);
const nanos = (moment: time.Moment) => moment.unix * 1_000_000_000n + BigInt(moment.nanos);

/** A method without arguments, told by what it makes of the moment. */
function getter(read: (moment: time.Moment) => ReturnType<GoFunction["call"]>) {
  return (self: GoTime) => define({ params: [], call: () => read(self.moment) });
}

function clockGetter(read: (clock: ReturnType<typeof time.wallClock>) => GoInt) {
  return getter((moment) => read(time.wallClock(moment)));
}

/** Methods with several results, which a template can't call: they exist for the error's sake. */
function several(results: number) {
  return () => define({ params: [], results, call: () => null });
}

function added(self: GoTime, by: { years: bigint; months: bigint; days: bigint }): GoTime {
  const clock = time.wallClock(self.moment);
  const civil = {
    ...clock,
    year: clock.year + Number(by.years),
    month: clock.month + Number(by.months),
    day: clock.day + Number(by.days),
  };
  return new GoTime(time.civilMoment(civil, self.moment.zone));
}

function stepped(self: GoTime, step: bigint, halvesUp: boolean): GoTime {
  const moment = time.withoutMonotonic(self.moment);
  if (step <= 0n) return new GoTime(moment);
  const rest = time.restOfStep(moment, step);
  const isUp = halvesUp && rest + rest >= step;
  return new GoTime(time.addNanos(moment, isUp ? step - rest : -rest));
}

const compared = (test: (order: number) => boolean) => (self: GoTime) =>
  define({ params: [timeType], call: ([other]) => test(time.compareMoments(self.moment, other.moment)) });

export const timeType: GoType<GoTime> = {
  name: "time.Time",
  kind: "struct",
  text: (value) => time.momentText(value.moment),
  json: (value) => `"${strictText(value.moment, "MarshalJSON")}"`,
  methods: new Map<string, (self: GoTime) => GoFunction>([
    ["Year", clockGetter((clock) => integer(clock.year))],
    ["Month", clockGetter((clock) => new GoInt(BigInt(clock.month), monthType))],
    ["Day", clockGetter((clock) => integer(clock.day))],
    ["Hour", clockGetter((clock) => integer(clock.hour))],
    ["Minute", clockGetter((clock) => integer(clock.minute))],
    ["Second", clockGetter((clock) => integer(clock.second))],
    ["Nanosecond", getter((moment) => integer(moment.nanos))],
    ["Weekday", clockGetter((clock) => new GoInt(BigInt(clock.weekday), weekdayType))],
    ["YearDay", clockGetter((clock) => integer(clock.yearDay))],
    ["Unix", getter((moment) => integer64(moment.unix))],
    ["UnixMilli", getter((moment) => integer64(nanos(moment) / 1_000_000n - floorFix(moment, 1_000_000)))],
    ["UnixMicro", getter((moment) => integer64(nanos(moment) / 1_000n - floorFix(moment, 1_000)))],
    ["UnixNano", getter((moment) => integer64(nanos(moment)))],
    ["String", getter(time.momentText)],
    ["IsZero", getter((moment) => time.compareMoments(moment, time.zeroMoment) === 0)],
    ["IsDST", getter((moment) => zoneAt(moment.zone, Number(moment.unix)).isDst)],
    ["UTC", getter((moment) => new GoTime(time.inZone(moment, utc)))],
    ["Location", getter((moment) => new GoLocation(moment.zone))],
    ["MarshalJSON", getter((moment) => byteList(`"${strictText(moment, "MarshalJSON")}"`))],
    ["MarshalText", getter((moment) => byteList(strictText(moment, "MarshalText")))],
    ["Date", several(3)],
    ["Clock", several(3)],
    ["Zone", several(2)],
    ["ISOWeek", several(2)],
    ["ZoneBounds", several(2)],
    ["Local", (self) =>
      define({
        params: [],
        call: (_, context) => new GoTime(time.inZone(self.moment, localZone(context.zone))),
      })],
    ["In", (self) =>
      define({
        params: [locationType],
        call: ([location]) => new GoTime(time.inZone(self.moment, location.zone)),
      })],
    [
      "Format",
      (self) =>
        define({ params: [types.string], call: ([layout]) => time.formatMoment(self.moment, layout) }),
    ],
    ["Add", (self) =>
      define({
        params: [durationType],
        call: ([amount]) => new GoTime(time.addNanos(self.moment, amount.value)),
      })],
    ["AddDate", (self) =>
      define({
        params: [types.int, types.int, types.int],
        call: ([years, months, days]) =>
          added(self, { years: years.value, months: months.value, days: days.value }),
      })],
    ["Sub", (self) =>
      define({
        params: [timeType],
        call: ([other]) => duration(time.nanosBetween(self.moment, other.moment)),
      })],
    [
      "Round",
      (self) => define({ params: [durationType], call: ([step]) => stepped(self, step.value, true) }),
    ],
    [
      "Truncate",
      (self) => define({ params: [durationType], call: ([step]) => stepped(self, step.value, false) }),
    ],
    ["Before", compared((order) => order < 0)],
    ["After", compared((order) => order > 0)],
    ["Equal", compared((order) => order === 0)],
    ["Compare", (self) =>
      define({
        params: [timeType],
        call: ([other]) => integer(time.compareMoments(self.moment, other.moment)),
      })],
  ]),
};

/** Division of a negative count of nanoseconds rounds down here, as seconds and nanoseconds are kept apart. */
function floorFix(moment: time.Moment, unit: number): bigint {
  return moment.unix < 0n && moment.nanos % unit !== 0 && nanos(moment) < 0n ? 1n : 0n;
}
