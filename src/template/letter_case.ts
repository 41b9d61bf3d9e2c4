/**
 * Letter case by Unicode's simple mappings (one rune to one rune, as Go maps) in Go's version of Unicode. The
 * engine's own mappings may give several letters, which then don't apply: the upper case of ß is ß here.
 */
import { encodeRune, isAscii, toRunes } from "./bytes.ts";
import { isLater, isSpace } from "./unicode.ts";

function single(text: string): number | undefined {
  const rune = text.codePointAt(0);
  return rune === undefined || String.fromCodePoint(rune) !== text ? undefined : rune;
}

/** Greek letters with an iota, whose capital is one rune in the simple mapping only. */
function iotaCapital(rune: number): number | undefined {
  if (rune === 0x1fb3 || rune === 0x1fc3 || rune === 0x1ff3) return rune + 9;
  return rune >= 0x1f80 && rune <= 0x1faf && (rune & 8) === 0 ? rune + 8 : undefined;
}

function isSurrogate(rune: number): boolean {
  return rune >= 0xd800 && rune <= 0xdfff;
}

function settled(rune: number, mapped: number | undefined): number {
  return mapped === undefined || isLater(rune) || isLater(mapped) ? rune : mapped;
}

export function toUpperRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune;
  if (isSurrogate(rune)) return rune;
  return iotaCapital(rune) ?? settled(rune, single(String.fromCodePoint(rune).toUpperCase()));
}

export function toLowerRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x41 && rune <= 0x5a ? rune + 32 : rune;
  if (isSurrogate(rune)) return rune;
  return rune === 0x130 ? 0x69 : settled(rune, single(String.fromCodePoint(rune).toLowerCase()));
}

export function toTitleRune(rune: number): number {
  if (rune >= 0x1c4 && rune <= 0x1cc) return rune < 0x1c7 ? 0x1c5 : rune < 0x1ca ? 0x1c8 : 0x1cb;
  if (rune >= 0x1f1 && rune <= 0x1f3) return 0x1f2;
  return rune >= 0x10d0 && rune <= 0x10ff ? rune : toUpperRune(rune);
}

function has(rune: number, set: RegExp): boolean {
  return !isSurrogate(rune) && set.test(String.fromCodePoint(rune)) && !isLater(rune);
}

export function isUpper(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x41 && rune <= 0x5a : has(rune, /\p{Lu}/u);
}

export function isLower(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x61 && rune <= 0x7a : has(rune, /\p{Ll}/u);
}

export function isTitle(rune: number): boolean {
  return rune >= 0x80 && has(rune, /\p{Lt}/u);
}

export function isPunctuation(rune: number): boolean {
  return has(rune, /\p{P}/u);
}

export function isNumber(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x30 && rune <= 0x39 : has(rune, /\p{N}/u);
}

/** strings.ToUpper; bytes that are no UTF-8 become U+FFFD. */
export function toUpper(bytes: string): string {
  return isAscii(bytes) ? bytes.toUpperCase() : mapRunes(bytes, toUpperRune);
}

/** strings.ToLower; bytes that are no UTF-8 become U+FFFD. */
export function toLower(bytes: string): string {
  return isAscii(bytes) ? bytes.toLowerCase() : mapRunes(bytes, toLowerRune);
}

/** Every rune replaced (bytes that are no UTF-8 arrive as U+FFFD). */
export function mapRunes(bytes: string, map: (rune: number) => number): string {
  let out = "";
  for (const rune of toRunes(bytes)) out += encodeRune(map(rune));
  return out;
}

/** Whether a word can start after the rune, by the rule of strings.Title. */
function isSeparator(rune: number): boolean {
  if (rune < 0x80) return !/[0-9A-Za-z_]/.test(String.fromCharCode(rune));
  return !has(rune, /[\p{L}\p{Nd}]/u) && isSpace(rune);
}

/** strings.Title: the first letter of every word in title case, the others as they are. */
export function toTitle(bytes: string): string {
  let previous = 0x20;
  return mapRunes(bytes, (rune) => {
    const isFirst = isSeparator(previous);
    previous = rune;
    return isFirst ? toTitleRune(rune) : rune;
  });
}

/** The first letter of every word in lower case; words are parted by white space. */
export function uncapitalize(bytes: string): string {
  let isFirst = true;
  return mapRunes(bytes, (rune) => {
    if (isSpace(rune)) {
      isFirst = true;
      return rune;
    }
    const mapped = isFirst ? toLowerRune(rune) : rune;
    isFirst = false;
    return mapped;
  });
}

/** Upper case to lower case and back; a lower case letter after white space becomes title case. */
export function swapCase(bytes: string): string {
  let afterSpace = true;
  return mapRunes(bytes, (rune) => {
    if (isUpper(rune) || isTitle(rune)) {
      afterSpace = false;
      return toLowerRune(rune);
    }
    if (!isLower(rune)) {
      afterSpace = isSpace(rune);
      return rune;
    }
    const mapped = afterSpace ? toTitleRune(rune) : toUpperRune(rune);
    afterSpace = false;
    return mapped;
  });
}
