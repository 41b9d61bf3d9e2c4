/** The proleptic Gregorian calendar on whole days, exact for every day number that a double holds exactly. */

export const secondsPerDay = 86_400;

/** A day of the calendar; `month` is 1..12, `yearDay` is 1..366, `weekday` is 0 (Sunday)..6. */
export interface CalendarDay {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  weekday: number;
}

const daysPerEra = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const epochFromMarch = 719_468;

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;

/** Days of the year that precede `month` (1..13). */
export function daysBefore(month: number, year: number): number {
  return (before[month - 1] ?? 0) + (month > 2 && isLeap(year) ? 1 : 0);
}

export function daysIn(month: number, year: number): number {
  return daysBefore(month + 1, year) - daysBefore(month, year);
}

/** Days since 1970-01-01 of a calendar date. `month` is 1..12; `day` may lie outside the month. */
export function dayNumber(date: { year: number; month: number; day: number }): number {
  const marchYear = date.month <= 2 ? date.year - 1 : date.year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const monthFromMarch = (date.month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + date.day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - epochFromMarch;
}

/** The calendar date that lies `days` after 1970-01-01. */
export function calendarDay(days: number): CalendarDay {
  const shifted = days + epochFromMarch;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  return { year, month, day, yearDay: daysBefore(month, year) + day, weekday: (((days + 4) % 7) + 7) % 7 };
}

export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

export const weekdayNames = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;
