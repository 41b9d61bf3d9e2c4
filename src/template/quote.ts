import { decodeRune, encodeRune, runeError } from "./bytes.ts";
import { isPrint } from "./unicode.ts";

const escapes: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
};

/** strconv.Quote: a Go string literal in double quotes. */
export function quote(bytes: string): string {
  return quoteWith(bytes, '"', isPrint);
}

/** strconv.QuoteToASCII. */
export function quoteToAscii(bytes: string): string {
  return quoteWith(bytes, '"', isPrintAscii);
}

/** strconv.QuoteRune, or QuoteRuneToASCII with `asciiOnly`; what is no code point is quoted as U+FFFD. */
export function quoteRune(rune: number, asciiOnly = false): string {
  const valid = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff) ? rune : runeError;
  return `'${escapeRune(valid, "'", asciiOnly ? isPrintAscii : isPrint)}'`;
}

/** strconv.CanBackquote: whether the string can stand between backquotes on one line. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    at += width;
    if (width > 1) {
      if (rune === 0xfeff) return false;
    } else if (rune === runeError || (rune < 0x20 && rune !== 9) || rune === 0x60 || rune === 0x7f) {
      return false;
    }
  }
  return true;
}

function isPrintAscii(rune: number): boolean {
  return rune < 0x7f && isPrint(rune);
}

const plain = /^[ !#-[\]-~]*$/;

function quoteWith(bytes: string, mark: string, printable: (rune: number) => boolean): string {
  if (plain.test(bytes)) return mark + bytes + mark;
  let out = mark;
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    if (width === 1 && rune === runeError) out += `\\x${hex(bytes.charCodeAt(at), 2)}`;
    else out += escapeRune(rune, mark, printable);
    at += width;
  }
  return out + mark;
}

function escapeRune(rune: number, mark: string, printable: (rune: number) => boolean): string {
  if (rune === mark.charCodeAt(0) || rune === 0x5c) return `\\${String.fromCharCode(rune)}`;
  if (printable(rune)) return encodeRune(rune);
  const short = escapes[rune];
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** strconv.Unquote of a literal in double quotes or backquotes; undefined where Go reports invalid syntax. */
export function unquote(literal: string): string | undefined {
  const mark = literal[0];
  if (literal.length < 2 || mark !== literal.at(-1)) return undefined;
  const inner = literal.slice(1, -1);
  if (mark === "`") return inner.includes("`") ? undefined : inner.replaceAll("\r", "");
  if (mark !== '"' || inner.includes("\n")) return undefined;
  if (!inner.includes("\\") && !inner.includes('"')) return inner;
  let out = "";
  for (let at = 0; at < inner.length;) {
    const char = unquoteChar(inner, at, '"');
    if (char === undefined) return undefined;
    out += char.bytes;
    at = char.end;
  }
  return out;
}

export interface UnquotedChar {
  readonly rune: number;
  readonly bytes: string;
  /** Where the next character starts. */
  readonly end: number;
}

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** strconv.UnquoteChar at `at`; `mark` is the quote around the literal. undefined for invalid syntax. */
export function unquoteChar(text: string, at: number, mark: string): UnquotedChar | undefined {
  const first = text[at];
  if (first === undefined || first === mark) return undefined;
  if (first !== "\\") {
    const { rune, width } = decodeRune(text, at);
    return { rune, bytes: text.slice(at, at + width), end: at + width };
  }
  const kind = text[at + 1];
  if (kind === undefined) return undefined;
  const short = simple[kind];
  if (short !== undefined) return { rune: short, bytes: String.fromCharCode(short), end: at + 2 };
  if (kind === mark) return { rune: mark.charCodeAt(0), bytes: mark, end: at + 2 };
  const length = hexDigits[kind];
  return length === undefined ? octalEscape(text, at) : hexEscape(text, at, length);
}

function hexEscape(text: string, at: number, length: number): UnquotedChar | undefined {
  const digits = text.slice(at + 2, at + 2 + length);
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const rune = parseInt(digits, 16);
  const end = at + 2 + length;
  if (length === 2) return { rune, bytes: String.fromCharCode(rune), end };
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return undefined;
  return { rune, bytes: encodeRune(rune), end };
}

function octalEscape(text: string, at: number): UnquotedChar | undefined {
  const digits = text.slice(at + 1, at + 4);
  if (!/^[0-7]{3}$/.test(digits)) return undefined;
  const rune = parseInt(digits, 8);
  return rune > 255 ? undefined : { rune, bytes: String.fromCharCode(rune), end: at + 4 };
}
