import { monthNames, weekdayNames } from "./go_calendar.ts";

/** A moment as a wall clock shows it. `offset` is seconds east of UTC, `yearDay` counts from 1, Sunday is 0. */
export interface WallClock {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  offset: number;
  /** Zone abbreviation; empty where none is known. */
  zone: string;
}

const fieldTexts = [
  "January",
  "Jan",
  "Monday",
  "Mon",
  "MST",
  "01",
  "02",
  "03",
  "04",
  "05",
  "06",
  "002",
  "15",
  "1",
  "2006",
  "2",
  "_2",
  "__2",
  "3",
  "4",
  "5",
  "PM",
  "pm",
  "-070000",
  "-07:00:00",
  "-0700",
  "-07:00",
  "-07",
  "Z070000",
  "Z07:00:00",
  "Z0700",
  "Z07:00",
  "Z07",
] as const;

/** A component of a layout, named by its spelling in the reference time. */
export type LayoutField = (typeof fieldTexts)[number];

export type LayoutPiece =
  | { kind: "text"; text: string }
  | { kind: "field"; text: string; field: LayoutField }
  /** Fractional seconds: a separator and digits, `trim` when written with nines. */
  | { kind: "fraction"; text: string; digits: number; trim: boolean };

/** Splits a layout into components; at each place the first spelling in the table wins, as in package time. */
export function layoutPieces(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let start = 0;
  let at = 0;
  const take = (piece: LayoutPiece) => {
    if (at > start) pieces.push({ kind: "text", text: layout.slice(start, at) });
    pieces.push(piece);
    at += piece.text.length;
    start = at;
  };
  while (at < layout.length) {
    const field = fieldAt(layout, at);
    const fraction = field === undefined ? fractionAt(layout, at) : undefined;
    if (field !== undefined) take({ kind: "field", text: field, field });
    else if (fraction !== undefined) take(fraction);
    else at++;
  }
  if (at > start) pieces.push({ kind: "text", text: layout.slice(start) });
  return pieces;
}

const fieldsByStart: ReadonlyMap<string, readonly LayoutField[]> = new Map(
  [...new Set(fieldTexts.map((text) => text.charAt(0)))].map((
    start,
  ) => [start, fieldTexts.filter((text) => text.startsWith(start))]),
);

function fieldAt(layout: string, at: number): LayoutField | undefined {
  if (layout.startsWith("_2006", at)) return undefined;
  for (const text of fieldsByStart.get(layout.charAt(at)) ?? []) {
    if (!layout.startsWith(text, at)) continue;
    const shortName = text === "Jan" || text === "Mon";
    if (shortName && /^[a-z]/.test(layout.charAt(at + text.length))) continue;
    return text;
  }
  return undefined;
}

function fractionAt(layout: string, at: number): LayoutPiece | undefined {
  const text = /^[.,](?:0+|9+)(?!\d)/.exec(layout.slice(at))?.[0];
  if (text === undefined) return undefined;
  return { kind: "fraction", text, digits: text.length - 1, trim: text.charAt(1) === "9" };
}

/** A number padded with zeros to `width` digits; a minus sign stands before the zeros. */
export function padded(value: number, width: number): string {
  return (value < 0 ? "-" : "") + Math.abs(value).toString().padStart(width, "0");
}

function offsetText(clock: WallClock, field: LayoutField): string {
  if (field.startsWith("Z") && clock.offset === 0) return "Z";
  const minutes = Math.trunc(Math.abs(clock.offset) / 60);
  const negative = clock.offset <= -60;
  const parts = [padded(Math.trunc(minutes / 60), 2)];
  if (field.length > 3) parts.push(padded(minutes % 60, 2));
  if (field.length > 6) parts.push(padded(Math.abs(clock.offset) % 60, 2));
  return (negative ? "-" : "+") + parts.join(field.includes(":") ? ":" : "");
}

function fractionText(nanos: number, piece: LayoutPiece & { kind: "fraction" }): string {
  const digits = padded(nanos, 9).slice(0, piece.digits);
  if (!piece.trim) return piece.text.charAt(0) + digits;
  const kept = digits.replace(/0+$/, "");
  return kept === "" ? "" : piece.text.charAt(0) + kept;
}

const hour12 = (clock: WallClock) => clock.hour % 12 === 0 ? 12 : clock.hour % 12;

const writers: Readonly<Partial<Record<LayoutField, (clock: WallClock) => string>>> = {
  "January": (clock) => monthNames[clock.month - 1] ?? "",
  "Jan": (clock) => (monthNames[clock.month - 1] ?? "").slice(0, 3),
  "Monday": (clock) => weekdayNames[clock.weekday] ?? "",
  "Mon": (clock) => (weekdayNames[clock.weekday] ?? "").slice(0, 3),
  "MST": (clock) => clock.zone === "" ? offsetText(clock, "-0700") : clock.zone,
  "01": (clock) => padded(clock.month, 2),
  "02": (clock) => padded(clock.day, 2),
  "03": (clock) => padded(hour12(clock), 2),
  "04": (clock) => padded(clock.minute, 2),
  "05": (clock) => padded(clock.second, 2),
  "06": (clock) => padded(Math.abs(clock.year) % 100, 2),
  "002": (clock) => padded(clock.yearDay, 3),
  "15": (clock) => padded(clock.hour, 2),
  "1": (clock) => `${clock.month}`,
  "2006": (clock) => padded(clock.year, 4),
  "2": (clock) => `${clock.day}`,
  "_2": (clock) => `${clock.day}`.padStart(2),
  "__2": (clock) => `${clock.yearDay}`.padStart(3),
  "3": (clock) => `${hour12(clock)}`,
  "4": (clock) => `${clock.minute}`,
  "5": (clock) => `${clock.second}`,
  "PM": (clock) => clock.hour >= 12 ? "PM" : "AM",
  "pm": (clock) => clock.hour >= 12 ? "pm" : "am",
};

/** `time.Time.Format`: the clock written as the layout writes the reference time (bytes). */
export function formatLayout(clock: WallClock, layout: string): string {
  let out = "";
  for (const piece of layoutPieces(layout)) {
    if (piece.kind === "text") out += piece.text;
    else if (piece.kind === "fraction") out += fractionText(clock.nanos, piece);
    else out += writers[piece.field]?.(clock) ?? offsetText(clock, piece.field);
  }
  return out;
}
