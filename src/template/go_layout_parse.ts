import { daysBefore, daysIn, isLeap, monthNames, weekdayNames } from "./go_calendar.ts";
import { quoteAscii } from "./go_duration.ts";
import { type LayoutField, type LayoutPiece, layoutPieces } from "./go_layout.ts";

/** What a text says about a moment: a date and time of day, and its zone as it was written. */
export interface ParsedMoment {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  zone:
    | { kind: "absent" }
    | { kind: "utc" }
    | { kind: "offset"; seconds: number; name: string }
    | { kind: "name"; name: string };
}

export type LayoutResult = { kind: "moment"; moment: ParsedMoment } | { kind: "error"; message: string };

/** Ends the parse: the text at `rest` doesn't fit, or (with `range`) its number is out of range. */
class Mismatch extends Error {
  constructor(readonly rest: string, readonly range?: string) {
    super(range ?? "mismatch");
  }
}

/** Reads one text by one layout, consuming `rest` from the left. */
class LayoutReader {
  rest: string;
  year = 0;
  month = -1;
  day = -1;
  yearDay = -1;
  hour = 0;
  minute = 0;
  second = 0;
  nanos = 0;
  half: "AM" | "PM" | undefined;
  isUtc = false;
  offset: number | undefined;
  zoneName = "";

  constructor(text: string) {
    this.rest = text;
  }

  take(pattern: RegExp): string {
    const found = pattern.exec(this.rest)?.[0];
    if (found === undefined) throw new Mismatch(this.rest);
    this.rest = this.rest.slice(found.length);
    return found;
  }

  number(pattern: RegExp): number {
    return Number(this.take(pattern));
  }

  ranged(pattern: RegExp, range: { name: string; from: number; to: number }): number {
    const value = this.number(pattern);
    if (value < range.from || value > range.to) throw new Mismatch(this.rest, range.name);
    return value;
  }

  /** Index of the name (or of its first three letters) that the text starts with, in any case. */
  name(names: readonly string[], length?: number): number {
    const index = names.findIndex((name) => {
      const wanted = name.slice(0, length);
      return this.rest.slice(0, wanted.length).toLowerCase() === wanted.toLowerCase();
    });
    if (index < 0) throw new Mismatch(this.rest);
    this.rest = this.rest.slice((names[index] ?? "").slice(0, length).length);
    return index;
  }

  literal(text: string): void {
    let wanted = text;
    while (wanted !== "") {
      if (wanted.startsWith(" ")) {
        if (this.rest !== "" && !this.rest.startsWith(" ")) throw new Mismatch(this.rest);
        wanted = wanted.replace(/^ +/, "");
        this.rest = this.rest.replace(/^ +/, "");
      } else {
        if (!this.rest.startsWith(wanted.charAt(0))) throw new Mismatch(this.rest);
        wanted = wanted.slice(1);
        this.rest = this.rest.slice(1);
      }
    }
  }

  fraction(text: string): void {
    this.nanos = Number(text.slice(1, 10).padEnd(9, "0"));
  }

  /** `readsFraction`: whether the layout's next component reads the fraction itself. */
  seconds(field: LayoutField, readsFraction: boolean): void {
    this.second = this.ranged(numberPattern(field), { name: "second", from: 0, to: 59 });
    if (!readsFraction && /^[.,]\d/.test(this.rest)) this.fraction(this.take(/^[.,]\d+/));
  }

  fractionPiece(piece: LayoutPiece & { kind: "fraction" }): void {
    if (piece.trim) {
      if (/^[.,]\d/.test(this.rest)) this.fraction(this.take(/^[.,]\d+/));
      return;
    }
    const text = this.rest.slice(0, piece.text.length);
    const digits = text.slice(1, 10);
    const signed = /^[.,]-\d*[1-9]\d*$/.test(text.slice(0, 10));
    const fits = text.length === piece.text.length && /^[.,]$/.test(text.charAt(0)) &&
      /^[-+]?\d*$/.test(digits);
    if (signed && fits) {
      this.rest = this.rest.slice(text.length);
      throw new Mismatch(this.rest, "fractional second");
    }
    if (!fits) throw new Mismatch(this.rest);
    this.rest = this.rest.slice(text.length);
    this.nanos = Math.abs(Number(digits)) * 10 ** (9 - digits.length);
  }

  numericZone(field: LayoutField): void {
    if (field.startsWith("Z") && this.rest.startsWith("Z")) {
      this.rest = this.rest.slice(1);
      this.isUtc = true;
      return;
    }
    const colon = field.includes(":") ? ":" : "";
    const start = this.rest;
    const width = field.length;
    const colonsFit = [...field].every((char, at) => char !== ":" || start.charAt(at) === ":");
    if (start.length < width || !colonsFit) throw new Mismatch(start);
    this.rest = start.slice(width);
    const parts = start.slice(1, width).replaceAll(colon === "" ? "\0" : ":", "").match(/[^]{2}/g) ?? [];
    const numbers = parts.map((part) => /^\d\d$/.test(part) ? Number(part) : NaN);
    const stop = numbers.findIndex(Number.isNaN);
    const [hours = 0, minutes = 0, seconds = 0] = stop < 0 ? numbers : numbers.slice(0, stop);
    const range = seconds > 60 ? "second" : minutes > 60 ? "minute" : hours > 24 ? "hour" : undefined;
    if (range !== undefined) throw new Mismatch(this.rest, `time zone offset ${range}`);
    if (stop >= 0 || !/^[-+]/.test(start)) throw new Mismatch(start);
    const total = (hours * 60 + minutes) * 60 + seconds;
    this.offset = start.startsWith("-") ? -total : total;
  }

  namedZone(): void {
    if (this.rest.startsWith("UTC")) {
      this.rest = this.rest.slice(3);
      this.isUtc = true;
      return;
    }
    const length = zoneNameLength(this.rest);
    if (length === 0) throw new Mismatch(this.rest);
    this.zoneName = this.rest.slice(0, length);
    this.rest = this.rest.slice(length);
  }
}

/** Length of the zone abbreviation that the text starts with; 0 for none. */
function zoneNameLength(text: string): number {
  if (/^(?:ChST|MeST)/.test(text)) return 4;
  const isGmt = text.startsWith("GMT");
  const signed = /^[-+](\d+)/.exec(isGmt ? text.slice(3) : text);
  const signedLength = signed !== null && Number(signed[1]) <= 23 ? signed[0].length : 0;
  if (isGmt) return 3 + signedLength;
  if (/^[-+]/.test(text)) return text.length < 3 ? 0 : signedLength;
  const capitals = /^[A-Z]{0,6}/.exec(text)?.[0] ?? "";
  if (capitals.length === 3) return 3;
  if (capitals.length === 4) return capitals.endsWith("T") || capitals === "WITA" ? 4 : 0;
  return capitals.length === 5 && capitals.endsWith("T") ? 5 : 0;
}

const numberPattern = (field: LayoutField) => field.startsWith("0") ? /^\d\d/ : /^\d\d?/;

type FieldReader = (reader: LayoutReader, field: LayoutField) => void;

const readMonth: FieldReader = (reader, field) => {
  reader.month = reader.ranged(numberPattern(field), { name: "month", from: 1, to: 12 });
};
const readHour12: FieldReader = (reader, field) => {
  reader.hour = reader.ranged(numberPattern(field), { name: "hour", from: 0, to: 12 });
};
const readMinute: FieldReader = (reader, field) => {
  reader.minute = reader.ranged(numberPattern(field), { name: "minute", from: 0, to: 59 });
};
const readDay: FieldReader = (reader, field) => {
  if (field === "_2" && reader.rest.startsWith(" ")) reader.rest = reader.rest.slice(1);
  reader.day = reader.number(numberPattern(field));
};
const readHalf = (am: string, pm: string): FieldReader => (reader) => {
  reader.half = reader.take(new RegExp(`^(?:${am}|${pm})`)) === pm ? "PM" : "AM";
};

const readers: Readonly<Partial<Record<LayoutField, FieldReader>>> = {
  "January": (reader) => reader.month = reader.name(monthNames) + 1,
  "Jan": (reader) => reader.month = reader.name(monthNames, 3) + 1,
  "Monday": (reader) => reader.name(weekdayNames),
  "Mon": (reader) => reader.name(weekdayNames, 3),
  "MST": (reader) => reader.namedZone(),
  "01": readMonth,
  "1": readMonth,
  "02": readDay,
  "_2": readDay,
  "2": readDay,
  "03": readHour12,
  "3": readHour12,
  "04": readMinute,
  "4": readMinute,
  "06": (reader) => {
    const year = reader.number(/^(?:\d\d|[-+]\d)/);
    reader.year = year >= 69 ? year + 1900 : year + 2000;
  },
  "2006": (reader) => reader.year = reader.number(/^\d{4}/),
  "002": (reader) => reader.yearDay = reader.number(/^\d{3}/),
  "__2": (reader) => {
    reader.rest = reader.rest.replace(/^ {1,2}/, "");
    reader.yearDay = reader.number(/^\d{1,3}/);
  },
  "15": (reader) => reader.hour = reader.ranged(/^\d\d?/, { name: "hour", from: 0, to: 23 }),
  "PM": readHalf("AM", "PM"),
  "pm": readHalf("am", "pm"),
};

function readPiece(reader: LayoutReader, pieces: readonly LayoutPiece[], at: number): void {
  const piece = pieces[at];
  if (piece === undefined) return;
  if (piece.kind === "text") reader.literal(piece.text);
  else if (piece.kind === "fraction") reader.fractionPiece(piece);
  else if (piece.field === "05" || piece.field === "5") {
    reader.seconds(
      piece.field,
      pieces.slice(at + 1).find((next) => next.kind !== "text")?.kind === "fraction",
    );
  } else {
    const read = readers[piece.field];
    if (read === undefined) reader.numericZone(piece.field);
    else read(reader, piece.field);
  }
}

/** Settles month and day from the day of the year, or gives what is wrong with the date. */
function settleDate(reader: LayoutReader): string | undefined {
  if (reader.yearDay >= 0) {
    if (reader.yearDay < 1 || reader.yearDay > (isLeap(reader.year) ? 366 : 365)) {
      return "day-of-year out of range";
    }
    let month = 12;
    while (daysBefore(month, reader.year) >= reader.yearDay) month--;
    const day = reader.yearDay - daysBefore(month, reader.year);
    if (reader.month >= 0 && reader.month !== month) return "day-of-year does not match month";
    if (reader.day >= 0 && reader.day !== day) return "day-of-year does not match day";
    reader.month = month;
    reader.day = day;
  }
  if (reader.month < 0) reader.month = 1;
  if (reader.day < 0) reader.day = 1;
  return reader.day < 1 || reader.day > daysIn(reader.month, reader.year) ? "day out of range" : undefined;
}

function zoneOf(reader: LayoutReader): ParsedMoment["zone"] {
  if (reader.isUtc) return { kind: "utc" };
  // An offset of minus one second is package time's own mark for "no offset seen".
  if (reader.offset !== undefined && reader.offset !== -1) {
    return { kind: "offset", seconds: reader.offset, name: reader.zoneName };
  }
  return reader.zoneName === "" ? { kind: "absent" } : { kind: "name", name: reader.zoneName };
}

/** `time.Parse` up to the choice of the zone; the message of an error is package time's. */
export function parseLayout(layout: string, text: string): LayoutResult {
  const reader = new LayoutReader(text);
  const pieces = layoutPieces(layout);
  const failed = (message: string): LayoutResult => ({
    kind: "error",
    message: `parsing time ${quoteAscii(text)}${message}`,
  });
  for (const [at, piece] of pieces.entries()) {
    const held = reader.rest;
    try {
      readPiece(reader, pieces, at);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      if (error.range !== undefined) return failed(`: ${error.range} out of range`);
      const value = quoteAscii(piece.kind === "text" ? error.rest : held);
      return failed(` as ${quoteAscii(layout)}: cannot parse ${value} as ${quoteAscii(piece.text)}`);
    }
  }
  if (reader.rest !== "") return failed(`: extra text: ${quoteAscii(reader.rest)}`);
  if (reader.half === "PM" && reader.hour < 12) reader.hour += 12;
  else if (reader.half === "AM" && reader.hour === 12) reader.hour = 0;
  const wrong = settleDate(reader);
  if (wrong !== undefined) return failed(`: ${wrong}`);
  const { year, month, day, hour, minute, second, nanos } = reader;
  return { kind: "moment", moment: { year, month, day, hour, minute, second, nanos, zone: zoneOf(reader) } };
}
