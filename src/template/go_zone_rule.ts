import { calendarDay, dayNumber, daysIn, isLeap, secondsPerDay } from "./go_calendar.ts";

/** One kind of local time: seconds east of UTC, abbreviation, and whether it is daylight saving time. */
export interface ZoneType {
  offset: number;
  isDst: boolean;
  name: string;
}

/** When a change happens in a year, by one of POSIX's three ways to say it. */
interface Change {
  way: "month" | "julian" | "ordinal";
  month: number;
  week: number;
  day: number;
  /** Seconds after local midnight; may be negative or beyond a day. */
  time: number;
}

/** The rule after a zone's last recorded transition (a POSIX TZ string). */
export interface ZoneRule {
  standard: ZoneType;
  daylight?: { zone: ZoneType; start: Change; end: Change };
}

const namePattern = "<([^>]+)>|([A-Za-z]{3,})";
const offsetPattern = "[-+]?\\d+(?::\\d+(?::\\d+)?)?";
const rulePattern = new RegExp(
  `^(?:${namePattern})(${offsetPattern})(?:(?:${namePattern})(${offsetPattern})?,([^,]+),([^,]+))?$`,
);

function seconds(text: string): number {
  const negative = text.startsWith("-");
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[-+]/, "").split(":").map(Number);
  const total = hours * 3600 + minutes * 60 + rest;
  return negative ? -total : total;
}

function change(text: string): Change {
  const [when = "", time = "2"] = text.split("/");
  const base = { month: 0, week: 0, day: 0, time: seconds(time) };
  if (when.startsWith("M")) {
    const [month = 0, week = 0, day = 0] = when.slice(1).split(".").map(Number);
    return { ...base, way: "month", month, week, day };
  }
  if (when.startsWith("J")) return { ...base, way: "julian", day: Number(when.slice(1)) };
  return { ...base, way: "ordinal", day: Number(when) };
}

/** Reads a POSIX TZ string as the zone data holds it, such as `EST5EDT,M3.2.0,M11.1.0`. */
export function parseZoneRule(text: string): ZoneRule | undefined {
  const match = rulePattern.exec(text);
  if (match === null) return undefined;
  const [, quoted, plain, offset = "0", dstQuoted, dstPlain, dstOffset, start, end] = match;
  const standard = { offset: -seconds(offset), isDst: false, name: quoted ?? plain ?? "" };
  const name = dstQuoted ?? dstPlain;
  if (name === undefined || start === undefined || end === undefined) return { standard };
  const zone = {
    offset: dstOffset === undefined ? standard.offset + 3600 : -seconds(dstOffset),
    isDst: true,
    name,
  };
  return { standard, daylight: { zone, start: change(start), end: change(end) } };
}

/** Seconds from the start of `year` (in UTC) to a change that is told in local time at `offset`. */
function changeAt(year: number, when: Change, offset: number): number {
  const first = dayNumber({ year, month: 1, day: 1 });
  const days = (): number => {
    if (when.way === "ordinal") return when.day;
    if (when.way === "julian") return when.day - 1 + (isLeap(year) && when.day >= 60 ? 1 : 0);
    const monthStart = dayNumber({ year, month: when.month, day: 1 });
    const lead = (when.day - calendarDay(monthStart).weekday + 7) % 7;
    const last = daysIn(when.month, year);
    let day = lead + 7 * (when.week - 1);
    while (day >= last) day -= 7;
    return monthStart + day - first;
  };
  return days() * secondsPerDay + when.time - offset;
}

/** The kind of local time in force at `unix` seconds under the rule. */
export function zoneByRule(rule: ZoneRule, unix: number): ZoneType {
  if (rule.daylight === undefined) return rule.standard;
  const { zone, start, end } = rule.daylight;
  const { year } = calendarDay(Math.floor(unix / secondsPerDay));
  const sinceNewYear = unix - dayNumber({ year, month: 1, day: 1 }) * secondsPerDay;
  const from = changeAt(year, start, rule.standard.offset);
  const to = changeAt(year, end, zone.offset);
  const inside = from <= to
    ? sinceNewYear >= from && sinceNewYear < to
    : !(sinceNewYear >= to && sinceNewYear < from);
  return inside ? zone : rule.standard;
}
