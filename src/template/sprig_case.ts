/** Sprig's functions on letter case, with the word rules of its camel, snake and kebab case. */
import { decodeRune, encodeRune, fromRunes, runeError, toRunes } from "./bytes.ts";
import { define, type FunctionTable } from "./function.ts";
import {
  isNumber,
  isPunctuation,
  isUpper,
  swapCase,
  toLower,
  toLowerRune,
  toTitle,
  toUpper,
  toUpperRune,
  uncapitalize,
} from "./letter_case.ts";
import { isLetter, isSpace } from "./unicode.ts";
import { types } from "./value.ts";

function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune);
}

/** A letter of a script that writes words with letters: Chinese characters are not counted. */
function isAlphabetic(rune: number): boolean {
  if (!isLetter(rune)) return false;
  const isHan = (rune >= 0x4e00 && rune <= 0x9fcc) || (rune >= 0x3400 && rune <= 0x4d85) ||
    (rune >= 0x20000 && rune <= 0x2b81d);
  return !isHan;
}

type WordKind = "none" | "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other";

interface Word {
  kind: WordKind;
  text: string;
}

/** A rune with the bytes before it that are no UTF-8; such bytes at the end go with the last rune. */
interface Unit {
  rune: number;
  text: string;
}

function unitsOf(bytes: string): Unit[] {
  const units: Unit[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = decodeRune(bytes, at);
    at += width;
    if (rune === runeError) continue;
    units.push({ rune, text: bytes.slice(start, at) });
    start = at;
  }
  const last = units.at(-1);
  if (last !== undefined) last.text += bytes.slice(start);
  return units;
}

const isLowerPart = (rune: number) => isAlphabetic(rune) && !isUpper(rune);
const isOther = (rune: number) =>
  !isConnector(rune) && !isAlphabetic(rune) && !isNumber(rune) && !isPunctuation(rune);

function kindOf(rune: number): WordKind {
  if (isConnector(rune)) return "connector";
  if (isPunctuation(rune)) return "punctuation";
  if (isUpper(rune)) return "upper";
  if (isAlphabetic(rune)) return "alphabet";
  return isNumber(rune) ? "number" : "other";
}

const goesOn: Readonly<Record<WordKind, (rune: number) => boolean>> = {
  none: () => false,
  connector: isConnector,
  punctuation: isPunctuation,
  upper: isUpper,
  alphabet: isLowerPart,
  number: isNumber,
  other: isOther,
};

/** Number of units that the word at `start` takes: `HTTPStatus` is HTTP and Status. */
function wordLength(units: readonly Unit[], start: number, kind: WordKind): number {
  const runLength = (from: number, test: (rune: number) => boolean) => {
    let at = from;
    for (let unit = units[at]; unit !== undefined && test(unit.rune); unit = units[at]) at++;
    return at - start;
  };
  if (kind !== "upper") return runLength(start + 1, goesOn[kind]);
  const second = units[start + 1]?.rune;
  if (second === undefined || !isUpper(second)) return runLength(start + 1, isLowerPart);
  const length = runLength(start + 1, isUpper);
  const next = units[start + length]?.rune;
  return next !== undefined && isAlphabetic(next) ? length - 1 : length;
}

function wordsOf(bytes: string): Word[] {
  const units = unitsOf(bytes);
  if (units.length === 0) return [{ kind: "none", text: bytes }];
  const words: Word[] = [];
  for (let at = 0; at < units.length;) {
    const kind = kindOf(units[at]?.rune ?? runeError);
    const length = wordLength(units, at, kind);
    words.push({ kind, text: units.slice(at, at + length).map((unit) => unit.text).join("") });
    at += length;
  }
  return words;
}

/** Writes words in lower case with a connector between them; numbers stick to the letters around them. */
class WordJoiner {
  private out = "";
  private at = 0;

  constructor(private readonly words: readonly Word[], private readonly connector: string) {}

  private next(): Word {
    return this.words[this.at++] ?? { kind: "none", text: "" };
  }

  private write(word: Word): void {
    if (word.kind !== "upper" && word.kind !== "connector") {
      this.out += word.text;
      return;
    }
    for (const rune of toRunes(word.text)) {
      this.out += isConnector(rune) ? this.connector : encodeRune(isUpper(rune) ? toLowerRune(rune) : rune);
    }
  }

  private connectUnless(word: Word, kinds: readonly WordKind[]): void {
    if (!kinds.includes(word.kind)) this.out += this.connector;
  }

  /** Writes letters and numbers that follow a number, and gives the word after them. */
  private writeTail(first: Word): Word {
    let word = first;
    while (word.kind === "alphabet" || word.kind === "number") {
      this.write(word);
      word = this.next();
    }
    this.connectUnless(word, ["none", "punctuation", "connector"]);
    return word;
  }

  /** After letters: a number ends the word, unless lower case letters make a word with it. */
  private afterLetters(word: Word): Word {
    if (word.kind !== "number") {
      this.connectUnless(word, ["connector", "punctuation"]);
      return word;
    }
    if (this.at >= this.words.length) return word;
    const next = this.next();
    if (next.kind !== "alphabet") {
      this.write(word);
      this.connectUnless(next, ["connector", "punctuation"]);
      return next;
    }
    this.out += this.connector;
    this.write(word);
    return this.writeTail(next);
  }

  join(): string {
    let word = this.next();
    while (this.at < this.words.length) {
      const previous = word;
      if (previous.kind !== "connector") this.write(previous);
      word = this.next();
      if (previous.kind === "number") word = this.writeTail(word);
      else if (previous.kind === "connector") this.write(previous);
      else if (previous.kind !== "punctuation") word = this.afterLetters(word);
    }
    this.write(word);
    return this.out;
  }
}

function joinWords(bytes: string, connector: string): string {
  return bytes === "" ? "" : new WordJoiner(wordsOf(bytes), connector).join();
}

/** Words after connectors start with a capital; further capitals of a word that starts with one become small. */
function pascalCase(bytes: string): string {
  const runes = toRunes(bytes);
  const lead = runes.findIndex((rune) => !isConnector(rune));
  const first = lead < 0 ? runes.length - 1 : lead;
  const out = lead < 0 ? [...runes] : runes.slice(0, lead);
  let held = runes[first];
  if (held === undefined) return "";
  let startsUpper = isUpper(held);
  if (lead >= 0) held = toUpperRune(held);
  for (let rune of runes.slice(first + 1)) {
    if (isConnector(held)) {
      if (isConnector(rune)) {
        out.push(held);
      } else {
        startsUpper = isUpper(rune);
        rune = toUpperRune(rune);
      }
    } else {
      if (startsUpper && isUpper(rune)) rune = toLowerRune(rune);
      else startsUpper = false;
      out.push(held);
    }
    held = rune;
  }
  return fromRunes([...out, held]);
}

const change = (map: (text: string) => string) =>
  define({ params: [types.string], call: ([text]) => map(text) });

export const caseFunctions: FunctionTable = {
  upper: change(toUpper),
  lower: change(toLower),
  title: change(toTitle),
  untitle: change(uncapitalize),
  swapcase: change(swapCase),
  camelcase: change(pascalCase),
  snakecase: change((text) => joinWords(text, "_")),
  kebabcase: change((text) => joinWords(text, "-")),
};
