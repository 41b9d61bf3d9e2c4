import { define, type FunctionTable } from "./function.ts";
import { fromUint8Array, toUint8Array } from "./bytes.ts";
import { types } from "./value.ts";

/** Bytes, or why the text is no encoding of any. */
export type Decoded = { kind: "bytes"; bytes: string } | { kind: "error"; message: string };

interface Alphabet {
  name: "base64" | "base32";
  characters: string;
  /** Bits of a character. */
  bits: number;
  /** Characters of a group, and how many a whole last group may fill. */
  group: number;
  fills: readonly number[];
}

const base64: Alphabet = {
  name: "base64",
  characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  bits: 6,
  group: 4,
  fills: [2, 3, 4],
};

const base32: Alphabet = {
  name: "base32",
  characters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  bits: 5,
  group: 8,
  fills: [2, 4, 5, 7, 8],
};

export function encodeBase64(bytes: string): string {
  return btoa(bytes);
}

function encodeBase32(bytes: string): string {
  let out = "";
  let held = 0;
  let bits = 0;
  for (const byte of toUint8Array(bytes)) {
    held = (held << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += base32.characters.charAt(held >> (bits - 5) & 31);
  }
  if (bits > 0) out += base32.characters.charAt(held << (5 - bits) & 31);
  return out.padEnd(Math.ceil(out.length / 8) * 8, "=");
}

/** base64.StdEncoding.DecodeString: padded, line breaks ignored. */
export function decodeBase64(text: string): Decoded {
  return decode(text, base64);
}

function bytesOfDigits(digits: readonly number[], bits: number): string {
  const data = new Uint8Array(Math.floor(digits.length * bits / 8));
  let held = 0;
  let count = 0;
  let at = 0;
  for (const digit of digits) {
    held = (held << bits | digit) & 0xffff;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    data[at++] = held >> count & 0xff;
  }
  return fromUint8Array(data);
}

/** Reads group after group; an error names the position in the text where the reader stood. */
function decode(text: string, alphabet: Alphabet): Decoded {
  const failed = (at: number): Decoded => ({
    kind: "error",
    message: `illegal ${alphabet.name} data at input byte ${at}`,
  });
  // base32 takes the line breaks out first, and so counts positions without them.
  const source = alphabet.name === "base32" ? text.replace(/[\r\n]/g, "") : text;
  const digits: number[] = [];
  const isBreak = (at: number) => source[at] === "\n" || source[at] === "\r";
  for (let at = 0; at < source.length; at++) {
    if (isBreak(at)) continue;
    const filled = digits.length % alphabet.group;
    const digit = alphabet.characters.indexOf(source.charAt(at));
    if (digit >= 0) {
      digits.push(digit);
      continue;
    }
    if (source[at] !== "=") return failed(at);
    const end = alphabet.name === "base64"
      ? paddingEnd64({ source, at, filled, isBreak })
      : paddingEnd32({ source, at, filled });
    return end.kind === "error"
      ? failed(end.at)
      : { kind: "bytes", bytes: bytesOfDigits(digits, alphabet.bits) };
  }
  const filled = digits.length % alphabet.group;
  if (filled !== 0) return failed(source.length - filled);
  return { kind: "bytes", bytes: bytesOfDigits(digits, alphabet.bits) };
}

type PaddingEnd = { kind: "end" } | { kind: "error"; at: number };

/** Checks the padding that starts at `at`, in a group of which `filled` characters were read. */
function paddingEnd64(
  { source, at, filled, isBreak }: {
    source: string;
    at: number;
    filled: number;
    isBreak: (at: number) => boolean;
  },
): PaddingEnd {
  if (filled < 2) return { kind: "error", at };
  let next = at + 1;
  const skipBreaks = () => {
    while (next < source.length && isBreak(next)) next++;
  };
  if (filled === 2) {
    skipBreaks();
    if (next === source.length) return { kind: "error", at: source.length };
    if (source[next] !== "=") return { kind: "error", at: next - 1 };
    next++;
  }
  skipBreaks();
  return next < source.length ? { kind: "error", at: next } : { kind: "end" };
}

function paddingEnd32({ source, at, filled }: { source: string; at: number; filled: number }): PaddingEnd {
  const after = source.length - at - 1;
  if (filled < 2 || after >= 8) return { kind: "error", at };
  if (after + filled < 7) return { kind: "error", at: source.length };
  const wrong = [...source.slice(at + 1, at + 8 - filled)].findIndex((char) => char !== "=");
  if (wrong >= 0) return { kind: "error", at: at + wrong };
  return base32.fills.includes(filled) ? { kind: "end" } : { kind: "error", at };
}

/** Sprig's decoders give the error's text as their result. */
const decoder = (alphabet: Alphabet) =>
  define({
    params: [types.string],
    call: ([text]) => {
      const decoded = decode(text, alphabet);
      return decoded.kind === "bytes" ? decoded.bytes : decoded.message;
    },
  });

export const encodingFunctions: FunctionTable = {
  b64enc: define({ params: [types.string], call: ([text]) => encodeBase64(text) }),
  b64dec: decoder(base64),
  b32enc: define({ params: [types.string], call: ([text]) => encodeBase32(text) }),
  b32dec: decoder(base32),
};
