import {
  Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from "yaml";

/** A line of a file and where it came from, from 1. */
export interface SourceLine {
  readonly text: string;
  readonly line: number;
}

/** Lines with one repeated key less, or why it can't be merged. */
export type MergeStep =
  | {
    readonly kind: "merged";
    readonly lines: readonly SourceLine[];
    readonly key: string;
    readonly from: number;
    readonly into: number;
  }
  | { readonly kind: "refused"; readonly key: string; readonly from: number; readonly into: number }
  | { readonly kind: "none" }
  /** The lines are no YAML. */
  | { readonly kind: "invalid" };

interface Repeat {
  readonly map: YAMLMap;
  readonly first: Pair;
  readonly second: Pair;
  readonly name: string;
}

/**
 * Merges the first key that stands twice in one map: lists are joined, maps united, equal values kept once. Two
 * different values of one key are refused. Comments move along with what they stand at.
 */
export function mergeRepeatedKey(lines: readonly SourceLine[]): MergeStep {
  const text = lines.map((line) => line.text).join("\n");
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { uniqueKeys: false, lineCounter: counter });
  if (documents.some((document) => document.errors.length > 0)) return { kind: "invalid" };
  const repeat = [...documents].map(findRepeat).find((found) => found !== undefined);
  if (repeat === undefined) return { kind: "none" };
  const editor = new Editor(lines, text, counter);
  const from = editor.sourceLine(repeat.second);
  const into = editor.sourceLine(repeat.first);
  const merged = editor.merge(repeat);
  const told = { key: repeat.name, from, into };
  return merged === undefined ? { kind: "refused", ...told } : { kind: "merged", lines: merged, ...told };
}

function findRepeat(document: Document): Repeat | undefined {
  let found: Repeat | undefined;
  visit(document, {
    Map: (_key, map): symbol | undefined => {
      const seen = new Map<unknown, Pair>();
      for (const pair of map.items) {
        const name = isScalar(pair.key) ? pair.key.value : pair.key;
        const first = seen.get(name);
        if (first !== undefined && name !== "<<") {
          found = { map, first, second: pair, name: String(name) };
          return visit.BREAK;
        }
        seen.set(name, pair);
      }
      return undefined;
    },
  });
  return found;
}

/** Line numbers here count from 0 and are indexes into `lines`. */
class Editor {
  readonly #lines: readonly SourceLine[];
  readonly #text: string;
  readonly #counter: LineCounter;

  constructor(lines: readonly SourceLine[], text: string, counter: LineCounter) {
    this.#lines = lines;
    this.#text = text;
    this.#counter = counter;
  }

  sourceLine(pair: Pair): number {
    return this.#lines[this.#at(pair)]?.line ?? 0;
  }

  merge({ map, first, second }: Repeat): readonly SourceLine[] | undefined {
    if (map.flow === true) return undefined;
    const [a, b] = [first.value as Node | null, second.value as Node | null];
    const block = this.#blockOf(second);
    if (isNothing(b) || sameValue(a, b)) return this.#replace(block.from, block.to, []);
    if (isNothing(a)) {
      const own = this.#blockOf(first);
      return this.#startsLine(first) ? this.#replace(own.from, own.to, []) : undefined;
    }
    if (!isCollection(a) || !isCollection(b) || isMap(a) !== isMap(b)) return undefined;
    // The key then stands twice in block style, which the next step joins.
    if (a.flow === true) return this.#asBlock(first, a);
    const column = this.#column(a);
    const addition = b.flow === true
      ? flowLines(b, column, this.sourceLine(second))
      : this.#entries({ pair: second, value: b, column, from: block.from });
    const without = this.#replace(block.from, block.to, []);
    const end = this.#lastLine(a, this.#indent(first)) + 1;
    return [...without.slice(0, end), ...addition, ...without.slice(end)];
  }

  /** The same lines with a flow list or map of a pair in block style. */
  #asBlock(pair: Pair, value: Node): SourceLine[] {
    const from = this.#at(pair);
    const key = this.#lines[from];
    const indent = this.#indent(pair);
    const head = {
      text: this.#text.slice(this.#lineStart(from), rangeOf(value)[0]).trimEnd(),
      line: key?.line ?? 0,
    };
    const entries = flowLines(value, indent + 2, head.line);
    return this.#replace(from, this.#lastLine(value, indent) + 1, [head, ...entries]);
  }

  /** The entries of a pair's block list or map as lines at another column, with the comments above the key. */
  #entries(input: { pair: Pair; value: Node; column: number; from: number }): SourceLine[] {
    const { pair, value, column, from } = input;
    const keyLine = this.#at(pair);
    const shift = column - this.#column(value);
    const comments = this.#lines.slice(from, keyLine).filter(({ text }) => text.trim() !== "").map((
      line,
    ) => ({
      ...line,
      text: " ".repeat(column) + line.text.trim(),
    }));
    const trailing = /\s#.*$/.exec(this.#text.slice(rangeOf(pair.key as Node)[1], this.#lineEnd(keyLine)))
      ?.[0].trim();
    const told = trailing === undefined
      ? []
      : [{ text: " ".repeat(column) + trailing, line: this.sourceLine(pair) }];
    const body = this.#lines.slice(keyLine + 1, this.#lastLine(value, this.#indent(pair)) + 1);
    return [...comments, ...told, ...body.map((line) => ({ ...line, text: shifted(line.text, shift) }))];
  }

  /** The lines of a pair with the comments above it: `from` up to before `to`. */
  #blockOf(pair: Pair): { from: number; to: number } {
    const keyLine = this.#at(pair);
    const indent = this.#indent(pair);
    let from = keyLine;
    for (let line = keyLine - 1; line >= 0; line--) {
      const text = this.#lines[line]?.text ?? "";
      if (!/^\s*#/.test(text) || indentOf(text) !== indent) break;
      from = line;
    }
    return { from, to: this.#lastLine((pair.value ?? pair.key) as Node, indent) + 1 };
  }

  #replace(from: number, to: number, by: readonly SourceLine[]): SourceLine[] {
    return [...this.#lines.slice(0, from), ...by, ...this.#lines.slice(to)];
  }

  #at(pair: Pair): number {
    return this.#counter.linePos(rangeOf(pair.key as Node)[0]).line - 1;
  }

  /** The line on which a value ends, with the comments behind it that stand further in than its key. */
  #lastLine(value: Node, indent: number): number {
    const text = this.#text.slice(0, rangeOf(value)[1]);
    let last = (keepsBlankLines(value) ? text.replace(/\n$/, "") : text.trimEnd()).split("\n").length - 1;
    for (let line = last + 1; line < this.#lines.length; line++) {
      const text = this.#lines[line]?.text ?? "";
      if (text.trim() === "") continue;
      if (!/^\s*#/.test(text) || indentOf(text) <= indent) break;
      last = line;
    }
    return last;
  }

  #indent(pair: Pair): number {
    return this.#columnOf(rangeOf(pair.key as Node)[0]);
  }

  #startsLine(pair: Pair): boolean {
    return indentOf(this.#lines[this.#at(pair)]?.text ?? "") === this.#indent(pair);
  }

  #column(value: Node): number {
    return this.#columnOf(rangeOf(value)[0]);
  }

  #columnOf(offset: number): number {
    return this.#counter.linePos(offset).col - 1;
  }

  #lineStart(line: number): number {
    return this.#lines.slice(0, line).reduce((sum, { text }) => sum + text.length + 1, 0);
  }

  #lineEnd(line: number): number {
    return this.#lineStart(line) + (this.#lines[line]?.text.length ?? 0);
  }
}

function rangeOf(node: Node): readonly [number, number, number] {
  return node.range ?? [0, 0, 0];
}

function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function sameValue(a: Node | null, b: Node | null): boolean {
  return a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b);
}

/** Whether blank lines at its end are part of it: it ends with a block scalar like `|+`. */
function keepsBlankLines(node: unknown): boolean {
  if (isPair(node)) return keepsBlankLines(node.value ?? node.key);
  if (isCollection(node)) return keepsBlankLines(node.items.at(-1));
  if (!isScalar(node) || typeof node.value !== "string") return false;
  return (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") && /\n\n$|^\n$/.test(node.value);
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

function shifted(text: string, by: number): string {
  if (text === "") return text;
  return by >= 0 ? " ".repeat(by) + text : text.slice(Math.min(-by, indentOf(text)));
}

/** The items or entries of a flow collection in block style. */
function flowLines(value: Node, column: number, line: number): SourceLine[] {
  if (!isCollection(value)) return [];
  return value.items.flatMap((item) => {
    const entry = isSeq(value) ? [item] : Object.assign(value.clone(), { items: [item] });
    const flow = new Document(entry).toString({ lineWidth: 0, collectionStyle: "flow" }).trim();
    const [first = "", ...more] = flow.slice(1, -1).trim().split("\n");
    const head = isSeq(value) ? `- ${first}` : first;
    return [head, ...more.map((text) => shifted(text, 2))].map((text) => ({
      text: shifted(text, column),
      line,
    }));
  });
}
