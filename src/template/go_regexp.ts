/** Go's package regexp on byte strings, over RE2JS: RE2 syntax, linear time, and Go's rules for repeated matches. */
import { withCanonicalClasses } from "./unicode_class.ts";
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { decodeRune, decodeText, encodeText, isValidUtf8, toUint8Array } from "./bytes.ts";
import type { Budget } from "./function.ts";
import { isDigit, isLetter } from "./unicode.ts";

/** A match as byte offsets: `starts[0]` and `ends[0]` of the whole, then of every group; -1 for none. */
export interface Match {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export type Compiled = { kind: "pattern"; pattern: Pattern } | { kind: "error"; message: string };

/** regexp.Compile. The message is Go's: `error parsing regexp: ...`. */
export function compilePattern(source: string): Compiled {
  if (!isValidUtf8(source)) {
    return { kind: "error", message: `error parsing regexp: invalid UTF-8: \`${source}\`` };
  }
  const { text, names } = nameGroups(withCanonicalClasses(decodeText(source)));
  try {
    return { kind: "pattern", pattern: new Pattern(source, RE2JS.compile(text), names) };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const message = `error parsing regexp: ${error.error}: \`${error.input ?? ""}\``;
    return { kind: "error", message: encodeText(message) };
  }
}

/** Character classes, quoted texts and escapes, in which a bracket opens no group. */
const opaque = /^(?:\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]?)/;
const groupName = /^\(\?P?<([^>]*)>/;

/** Names of all groups by number, and the pattern with every name once: Go lets names repeat. */
function nameGroups(source: string): { text: string; names: string[] } {
  const names = [""];
  const used = new Set<string>();
  let text = "";
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const name = groupName.exec(rest);
    const skipped = opaque.exec(rest)?.[0] ?? name?.[0] ?? source.charAt(at);
    at += skipped.length;
    if (name?.[1] === undefined || skipped !== name[0]) {
      if (skipped === "(" && source[at] !== "?") names.push("");
      text += skipped;
      continue;
    }
    let unique = name[1];
    while (used.has(unique)) unique += "_";
    used.add(unique);
    names.push(encodeText(name[1]));
    text += skipped.replace(`<${name[1]}>`, () => `<${unique}>`);
  }
  return { text, names };
}

/** A compiled pattern. */
export class Pattern {
  constructor(
    readonly source: string,
    private readonly compiled: RE2JS,
    private readonly names: readonly string[],
  ) {}

  /** Gives a function that finds the first match at or after a byte offset; charged by the bytes read. */
  finder(bytes: string, budget: Budget): (from: number) => Match | undefined {
    budget.bytes(bytes.length);
    const matcher = this.compiled.matcher(toUint8Array(bytes));
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, at) => at);
    // Each byte can visit every instruction of the pattern; what a match left unread is given back.
    const stepsPerByte = (1 + this.compiled.programSize()) / 100;
    return (from) => {
      budget.steps(1 + (bytes.length - from) * stepsPerByte);
      if (!matcher.find(from)) return undefined;
      budget.steps((matcher.end() - bytes.length) * stepsPerByte);
      return { starts: groups.map((at) => matcher.start(at)), ends: groups.map((at) => matcher.end(at)) };
    };
  }

  /** The matches that FindAll gives, at most `limit` of them (all for a negative limit). */
  *matches(bytes: string, options: { limit: number; budget: Budget }): Generator<Match> {
    const find = this.finder(bytes, options.budget);
    let left = options.limit < 0 ? bytes.length + 1 : options.limit;
    let previousEnd = -1;
    for (let at = 0; left > 0 && at <= bytes.length;) {
      const match = find(at);
      if (match === undefined) return;
      const [start = 0] = match.starts;
      const [end = 0] = match.ends;
      const isEmptyHere = end === at;
      at = isEmptyHere ? at + Math.max(decodeRune(bytes, at).width, 1) : end;
      const isAccepted = !isEmptyHere || start !== previousEnd;
      previousEnd = end;
      if (!isAccepted) continue;
      left--;
      yield match;
    }
  }

  /** ReplaceAll with what `replacement` gives for each match; charged by what is made. */
  replace(bytes: string, options: { replacement: (match: Match) => string; budget: Budget }): string {
    const find = this.finder(bytes, options.budget);
    let out = "";
    let lastEnd = 0;
    for (let at = 0; at <= bytes.length;) {
      const match = find(at);
      if (match === undefined) break;
      const [start = 0] = match.starts;
      const [end = 0] = match.ends;
      const piece = bytes.slice(lastEnd, start) +
        (end > lastEnd || start === 0 ? options.replacement(match) : "");
      options.budget.bytes(piece.length);
      out += piece;
      lastEnd = end;
      const next = at + decodeRune(bytes, at).width;
      at = next > end ? next : at + 1 > end ? at + 1 : end;
    }
    return out + bytes.slice(lastEnd);
  }

  /** The replacement template with `$1`, `${name}` and `$$` filled in from a match of `bytes`. */
  expand(template: string, match: Match, bytes: string): string {
    let out = "";
    let at = 0;
    for (;;) {
      const dollar = template.indexOf("$", at);
      if (dollar < 0) return out + template.slice(at);
      out += template.slice(at, dollar);
      at = dollar + 1;
      if (template[at] === "$") {
        out += "$";
        at++;
        continue;
      }
      const reference = referenceAt(template, at);
      if (reference === undefined) {
        out += "$";
        continue;
      }
      at = reference.end;
      out += this.#group(reference.name, match, bytes);
    }
  }

  #group(name: string, match: Match, bytes: string): string {
    const isNumber = /^(?:0|[1-9]\d{0,8})$/.test(name);
    const group = isNumber
      ? Number(name)
      : this.names.findIndex((known, at) => known === name && (match.starts[at] ?? -1) >= 0);
    const start = match.starts[group] ?? -1;
    return start < 0 ? "" : bytes.slice(start, match.ends[group]);
  }

  /** regexp.Split. */
  split(bytes: string, options: { limit: number; budget: Budget }): string[] {
    if (this.source !== "" && bytes === "") return [""];
    const parts: string[] = [];
    let begin = 0;
    let end = 0;
    for (const match of this.matches(bytes, options)) {
      if (options.limit > 0 && parts.length === options.limit - 1) break;
      end = match.starts[0] ?? 0;
      const matchEnd = match.ends[0] ?? 0;
      if (matchEnd !== 0) parts.push(bytes.slice(begin, end));
      begin = matchEnd;
    }
    if (end !== bytes.length) parts.push(bytes.slice(begin));
    return parts;
  }
}

/** The group name that follows a `$`: letters, digits and underscores, as many as there are, or in braces. */
function referenceAt(template: string, at: number): { name: string; end: number } | undefined {
  const isBraced = template[at] === "{";
  const start = isBraced ? at + 1 : at;
  let end = start;
  while (end < template.length) {
    const { rune, width } = decodeRune(template, end);
    if (!isLetter(rune) && !isDigit(rune) && rune !== 0x5f) break;
    end += width;
  }
  if (end === start || (isBraced && template[end] !== "}")) return undefined;
  return { name: template.slice(start, end), end: isBraced ? end + 1 : end };
}

/** regexp.QuoteMeta. */
export function quoteMeta(bytes: string): string {
  return bytes.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
