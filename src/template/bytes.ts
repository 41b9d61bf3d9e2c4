/**
 * Byte strings: JS strings in which every char code is one byte (0..255), as Go's strings are bytes.
 * Text of ASCII only is the same in both forms, and is returned as it is.
 */

// deno-lint-ignore no-control-regex
const beyondAscii = /[^\x00-\x7f]/;

/** The replacement character, which stands for every byte that is no UTF-8. */
export const runeError = 0xfffd;

export function isAscii(bytes: string): boolean {
  return !beyondAscii.test(bytes);
}

/** Text to bytes (UTF-8). A lone surrogate becomes U+FFFD. */
export function encodeText(text: string): string {
  if (!beyondAscii.test(text)) return text;
  return fromUint8Array(new TextEncoder().encode(text));
}

/** Bytes to text; each byte that is no UTF-8 becomes one U+FFFD, as in Go. */
export function decodeText(bytes: string): string {
  if (!beyondAscii.test(bytes)) return bytes;
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    text += String.fromCodePoint(rune);
    at += width;
  }
  return text;
}

const chunk = 8192;

export function fromUint8Array(data: Uint8Array): string {
  let bytes = "";
  for (let at = 0; at < data.length; at += chunk) {
    bytes += String.fromCharCode(...data.subarray(at, at + chunk));
  }
  return bytes;
}

export function toUint8Array(bytes: string): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) data[at] = bytes.charCodeAt(at);
  return data;
}

/** One decoded rune. A byte that is no UTF-8 is U+FFFD of width 1 (a proper U+FFFD has width 3). */
export interface DecodedRune {
  readonly rune: number;
  /** Bytes that the rune takes; 0 only at the end of the string. */
  readonly width: number;
}

function asciiRunes(): readonly DecodedRune[] {
  return Array.from({ length: 128 }, (_, rune) => ({ rune, width: 1 }));
}

const ascii = asciiRunes();
const invalid: DecodedRune = { rune: runeError, width: 1 };
const ended: DecodedRune = { rune: runeError, width: 0 };

/** Decodes the rune that starts at byte `at`, by Go's rules: overlong forms and surrogates are invalid. */
export function decodeRune(bytes: string, at: number): DecodedRune {
  if (at >= bytes.length) return ended;
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return ascii[first] ?? invalid;
  if (first < 0xc2 || first > 0xf4) return invalid;
  const second = continuation(bytes, at + 1);
  if (second < 0) return invalid;
  if (first < 0xe0) return { rune: (first & 0x1f) << 6 | second, width: 2 };
  const third = continuation(bytes, at + 2);
  if (third < 0) return invalid;
  if (first < 0xf0) {
    const rune = (first & 0x0f) << 12 | second << 6 | third;
    return rune < 0x800 || isSurrogate(rune) ? invalid : { rune, width: 3 };
  }
  const fourth = continuation(bytes, at + 3);
  if (fourth < 0) return invalid;
  const rune = (first & 0x07) << 18 | second << 12 | third << 6 | fourth;
  return rune < 0x10000 || rune > 0x10ffff ? invalid : { rune, width: 4 };
}

/** Decodes the last rune of `bytes` (width 0 for the empty string). */
export function decodeLastRune(bytes: string): DecodedRune {
  if (bytes.length === 0) return ended;
  for (let width = Math.min(4, bytes.length); width > 1; width--) {
    const found = decodeRune(bytes, bytes.length - width);
    if (found.width === width) return found;
  }
  return decodeRune(bytes, bytes.length - 1);
}

function continuation(bytes: string, at: number): number {
  const byte = at < bytes.length ? bytes.charCodeAt(at) : 0;
  return byte >= 0x80 && byte < 0xc0 ? byte & 0x3f : -1;
}

function isSurrogate(rune: number): boolean {
  return rune >= 0xd800 && rune <= 0xdfff;
}

/** The code points of a byte string, as `[]rune(s)`. */
export function toRunes(bytes: string): number[] {
  const runes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    runes.push(rune);
    at += width;
  }
  return runes;
}

/** One code point as bytes; what is no code point becomes U+FFFD, as `string(rune)` does. */
export function encodeRune(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune);
  if (rune < 0 || rune > 0x10ffff || isSurrogate(rune)) return "\xef\xbf\xbd";
  if (rune < 0x800) return String.fromCharCode(0xc0 | rune >> 6, 0x80 | rune & 0x3f);
  const last = 0x80 | rune & 0x3f;
  const middle = 0x80 | rune >> 6 & 0x3f;
  if (rune < 0x10000) return String.fromCharCode(0xe0 | rune >> 12, middle, last);
  return String.fromCharCode(0xf0 | rune >> 18, 0x80 | rune >> 12 & 0x3f, middle, last);
}

/** Code points to bytes, as `string([]rune)`. */
export function fromRunes(runes: Iterable<number>): string {
  let bytes = "";
  for (const rune of runes) bytes += encodeRune(rune);
  return bytes;
}

/** utf8.RuneCountInString. */
export function runeCount(bytes: string): number {
  if (!beyondAscii.test(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; count++) at += decodeRune(bytes, at).width;
  return count;
}

/** utf8.ValidString. */
export function isValidUtf8(bytes: string): boolean {
  if (!beyondAscii.test(bytes)) return true;
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    if (rune === runeError && width === 1) return false;
    at += width;
  }
  return true;
}
