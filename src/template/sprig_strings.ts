import { define, type FunctionTable } from "./function.ts";
import { encodeRune } from "./bytes.ts";
import { repeat, replaceAll, sliceBytes, split, trimSet, trimSpace } from "./go_strings.ts";
import { sprint } from "./print.ts";
import { quote } from "./quote.ts";
import { stringList, textOf, textsOf } from "./sprig_convert.ts";
import { isSpace } from "./unicode.ts";
import { GoMap, types, type Value } from "./value.ts";

/** The first `count` bytes, or with a negative count the last ones. */
function truncate(text: string, count: bigint): string {
  const length = BigInt(text.length);
  if (count < 0n) return length + count > 0n ? text.slice(Number(count)) : text;
  return length > count ? text.slice(0, Number(count)) : text;
}

function substring(text: string, start: bigint, end: bigint): string {
  if (start < 0n) return sliceBytes(text, { end });
  if (end < 0n || end > BigInt(text.length)) return sliceBytes(text, { start });
  return sliceBytes(text, { start, end });
}

/** Cuts to `width` bytes with an ellipsis; a cut at the left keeps what starts near `offset`. */
function abbreviate(text: string, offset: bigint, width: number): string {
  if (width < 4) return "";
  if (text.length <= width) return text;
  const kept = width - 3;
  const from = offset > BigInt(text.length) ? BigInt(text.length) : offset;
  // The difference overflows for the lowest offsets, which then count as the highest.
  const after = BigInt.asIntN(64, BigInt(text.length) - from);
  const start = after < BigInt(kept) ? text.length - kept : Number(from);
  if (start <= 4) return `${text.slice(0, kept)}...`;
  if (width < 7) return "";
  if (start + kept < text.length) return `...${abbreviate(text.slice(start), 0n, kept)}`;
  return `...${text.slice(text.length - kept)}`;
}

/** Every byte as a rune of Latin-1, which is how nospace and initials look at text. */
function latinRunes(text: string): number[] {
  return [...text].map((byte) => byte.charCodeAt(0));
}

function withoutSpace(text: string): string {
  const runes = latinRunes(text);
  const kept = runes.filter((rune) => !isSpace(rune));
  return kept.length === runes.length ? text : kept.map(encodeRune).join("");
}

function initials(text: string): string {
  let afterGap = true;
  let out = "";
  for (const rune of latinRunes(text)) {
    const isGap = isSpace(rune);
    if (!isGap && afterGap) out += encodeRune(rune);
    afterGap = isGap;
  }
  return out;
}

interface WrapOptions {
  /** Bytes a line may have; at least 1. */
  width: number;
  newline: string;
  /** Whether words longer than a line are cut. */
  breaksWords: boolean;
}

/** Breaks lines at spaces. Lengths are in bytes. */
function wrapText(text: string, options: WrapOptions): string {
  const width = Math.max(options.width, 1);
  const newline = options.newline === "" ? "\n" : options.newline;
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > width) {
    if (text[at] === " ") {
      at++;
      continue;
    }
    const space = text.lastIndexOf(" ", at + width);
    if (space >= at) {
      lines.push(text.slice(at, space));
      at = space + 1;
    } else if (options.breaksWords) {
      lines.push(text.slice(at, at + width));
      at += width;
    } else {
      const next = text.indexOf(" ", at + width);
      if (next < 0) return [...lines, text.slice(at)].join(newline);
      lines.push(text.slice(at, next));
      at = next + 1;
    }
  }
  return [...lines, text.slice(at)].join(newline);
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, at) => [`_${at}`, part])), types.stringMap);
}

const trimAll = define({
  params: [types.string, types.string],
  call: ([cutset, text]) => trimSet(text, cutset),
});

const present = (values: readonly Value[]) => values.filter((value) => value !== null);

const textFunction = (change: (text: string) => Value) =>
  define({ params: [types.string], call: ([text]) => change(text) });

const indented = (start: string) =>
  define({
    params: [types.int, types.string],
    call: ([spaces, text], { budget }) => {
      const pad = repeat(" ", spaces.value, budget);
      return start + pad + replaceAll(text, { old: "\n", to: `\n${pad}` }, budget);
    },
  });

const searchFunctions: FunctionTable = {
  contains: define({ params: [types.string, types.string], call: ([part, text]) => text.includes(part) }),
  hasPrefix: define({ params: [types.string, types.string], call: ([part, text]) => text.startsWith(part) }),
  hasSuffix: define({ params: [types.string, types.string], call: ([part, text]) => text.endsWith(part) }),
  trim: textFunction(trimSpace),
  trimAll,
  trimall: trimAll,
  trimPrefix: define({
    params: [types.string, types.string],
    call: ([part, text]) => text.startsWith(part) ? text.slice(part.length) : text,
  }),
  trimSuffix: define({
    params: [types.string, types.string],
    call: ([part, text]) => text.endsWith(part) ? text.slice(0, text.length - part.length) : text,
  }),
  trunc: define({ params: [types.int, types.string], call: ([count, text]) => truncate(text, count.value) }),
  substr: define({
    params: [types.int, types.int, types.string],
    call: ([start, end, text]) => substring(text, start.value, end.value),
  }),
  abbrev: define({
    params: [types.int, types.string],
    call: ([width, text]) => width.value < 4n ? text : abbreviate(text, 0n, width.toNumber()),
  }),
  abbrevboth: define({
    params: [types.int, types.int, types.string],
    call: ([left, right, text]) =>
      right.value < 4n || (left.value > 0n && right.value < 7n)
        ? text
        : abbreviate(text, left.value, right.toNumber()),
  }),
  initials: textFunction(initials),
  nospace: textFunction(withoutSpace),
};

const buildFunctions: FunctionTable = {
  repeat: define({
    params: [types.int, types.string],
    call: ([count, text], { budget }) => repeat(text, count.value, budget),
  }),
  replace: define({
    params: [types.string, types.string, types.string],
    call: ([old, to, text], { budget }) => replaceAll(text, { old, to }, budget),
  }),
  quote: define({
    params: [],
    rest: types.any,
    call: (values) => present(values).map((value) => quote(textOf(value))).join(" "),
  }),
  squote: define({
    params: [],
    rest: types.any,
    call: (values) => present(values).map((value) => `'${sprint(value)}'`).join(" "),
  }),
  cat: define({ params: [], rest: types.any, call: (values) => present(values).map(sprint).join(" ") }),
  indent: indented(""),
  nindent: indented("\n"),
  wrap: define({
    params: [types.int, types.string],
    call: ([width, text]) => wrapText(text, { width: width.toNumber(), newline: "", breaksWords: false }),
  }),
  wrapWith: define({
    params: [types.int, types.string, types.string],
    call: ([width, newline, text], { budget }) => {
      const lines = Math.ceil(text.length / Math.max(width.toNumber(), 1));
      budget.bytes(text.length + lines * newline.length);
      return wrapText(text, { width: width.toNumber(), newline, breaksWords: true });
    },
  }),
  plural: define({
    params: [types.string, types.string, types.int],
    call: ([one, many, count]) => count.value === 1n ? one : many,
  }),
  join: define({
    params: [types.string, types.any],
    call: ([separator, value], { budget }) => {
      const texts = textsOf(value);
      budget.bytes(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
      return texts.join(separator);
    },
  }),
  split: define({
    params: [types.string, types.string],
    call: ([separator, text], { budget }) => {
      const parts = split(text, separator);
      budget.bytes(16 * parts.length);
      return numbered(parts);
    },
  }),
  splitn: define({
    params: [types.string, types.int, types.string],
    call: ([separator, limit, text], { budget }) => {
      const parts = split(text, separator, limit.toNumber());
      budget.bytes(16 * parts.length);
      return numbered(parts);
    },
  }),
  splitList: define({
    params: [types.string, types.string],
    call: ([separator, text], { budget }) => {
      const parts = split(text, separator);
      budget.bytes(16 * parts.length);
      return stringList(parts);
    },
  }),
};

export const stringFunctions: FunctionTable = { ...searchFunctions, ...buildFunctions };
