/**
 * Character classes of Unicode 15.0, which Go's tables are made from. The engine here knows a later Unicode,
 * in which nothing of 15.0 changed class, so the code points that came later are taken out again.
 */

/** First and last code points of every range that Unicode assigned after 15.0. */
const assignedLater: readonly number[] = [
  0x897,
  0x897,
  0x1b4e,
  0x1b4f,
  0x1b7f,
  0x1b7f,
  0x1c89,
  0x1c8a,
  0x2427,
  0x2429,
  0x2ffc,
  0x2fff,
  0x31e4,
  0x31e5,
  0x31ef,
  0x31ef,
  0xa7cb,
  0xa7cd,
  0xa7da,
  0xa7dc,
  0x105c0,
  0x105f3,
  0x10d40,
  0x10d8f,
  0x10ec2,
  0x10ec4,
  0x10efc,
  0x10efc,
  0x11380,
  0x113e2,
  0x116d0,
  0x116e3,
  0x11bc0,
  0x11bf9,
  0x11f5a,
  0x11f5a,
  0x13460,
  0x143fa,
  0x16100,
  0x16139,
  0x16d40,
  0x16d79,
  0x18cff,
  0x18cff,
  0x1cc00,
  0x1ceb3,
  0x1e5d0,
  0x1e5ff,
  0x1f8b2,
  0x1f8c1,
  0x1fa89,
  0x1fa89,
  0x1fa8f,
  0x1fa8f,
  0x1fabe,
  0x1fabe,
  0x1fac6,
  0x1fac6,
  0x1fadc,
  0x1fadc,
  0x1fadf,
  0x1fadf,
  0x1fae9,
  0x1fae9,
  0x1fbcb,
  0x1fbef,
  0x2ebf0,
  0x2ee5d,
];

/** Whether Unicode assigned the code point after 15.0. */
export function isLater(rune: number): boolean {
  if (rune < 0x897) return false;
  for (let at = 0; at < assignedLater.length; at += 2) {
    if (rune < (assignedLater[at] ?? 0)) return false;
    if (rune <= (assignedLater[at + 1] ?? 0)) return true;
  }
  return false;
}

function has(rune: number, set: RegExp): boolean {
  return set.test(String.fromCodePoint(rune)) && !isLater(rune);
}

const printSet = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const letterSet = /\p{L}/u;
const digitSet = /\p{Nd}/u;
const spaceSet = /[\t-\r \x85\p{Z}]/u;

/** unicode.IsPrint and strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x20 && rune < 0x7f : has(rune, printSet);
}

/** unicode.IsLetter. */
export function isLetter(rune: number): boolean {
  return rune < 0x80 ? (rune | 0x20) >= 0x61 && (rune | 0x20) <= 0x7a : has(rune, letterSet);
}

/** unicode.IsDigit: decimal digits of any script. */
export function isDigit(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x30 && rune <= 0x39 : has(rune, digitSet);
}

/** unicode.IsSpace. */
export function isSpace(rune: number): boolean {
  return rune < 0x80 ? rune === 0x20 || (rune >= 9 && rune <= 13) : has(rune, spaceSet);
}
