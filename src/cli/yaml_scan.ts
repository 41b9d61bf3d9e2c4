import { actionEnd } from "./template_text.ts";

/** A plain (unquoted) scalar with template actions in it. */
export interface PlainTemplate {
  /** Offsets into the text; spaces and comments around are not in it. */
  readonly start: number;
  readonly end: number;
  /** In a flow map or list, where braces can't stand in a plain scalar. */
  readonly flow: boolean;
  readonly place: "key" | "value" | "line";
}

export interface ScanResult {
  readonly templates: readonly PlainTemplate[];
  /** Offsets of actions that are not closed. */
  readonly unclosed: readonly number[];
}

/**
 * Finds the templates that stand unquoted in a text that is YAML apart from them. Quoted strings, block scalars and
 * comments are passed over; of YAML's rules only those are looked at that tell where a scalar starts and ends.
 */
export function scanYaml(text: string): ScanResult {
  return new YamlScanner(text).run();
}

const NO_PARENT = -1;
const DOCUMENT_MARK = /^(?:---|\.\.\.)(?=\s|$)/;

class YamlScanner {
  readonly #text: string;
  readonly #templates: PlainTemplate[] = [];
  readonly #unclosed: number[] = [];
  #pos = 0;
  /** Column of the key or dash that what comes next belongs to. */
  #parent = NO_PARENT;
  /** A key or dash waits for its value. */
  #awaits = true;

  constructor(text: string) {
    this.#text = text;
  }

  run(): ScanResult {
    while (this.#pos < this.#text.length) this.#line();
    return { templates: this.#templates, unclosed: this.#unclosed };
  }

  #line(): void {
    const start = this.#pos;
    if (DOCUMENT_MARK.test(this.#text.slice(start, start + 4))) {
      this.#pos += 3;
      this.#parent = NO_PARENT;
      this.#awaits = true;
    } else if (this.#text[start] === "%") return this.#skipLine();
    this.#spaces();
    const column = this.#pos - start;
    if (!this.#atEnd()) {
      if (column <= this.#parent) this.#awaits = false;
      this.#parent = Math.min(this.#parent, column - 1);
      this.#nodes(start);
    }
    this.#skipLine();
  }

  /** The dashes, keys and the value of one line. */
  #nodes(lineStart: number): void {
    let alone = true;
    for (;;) {
      this.#spaces();
      if (this.#atEnd()) return;
      const column = this.#pos - lineStart;
      if (/^[-?:](?=\s|$)/.test(this.#text.slice(this.#pos, this.#pos + 2))) {
        this.#pos++;
        this.#parent = column;
      } else if (this.#key(alone)) this.#parent = column;
      else return;
      this.#awaits = true;
      alone = false;
    }
  }

  /** Reads a node; true when it was a key, whose colon is read too. */
  #key(alone: boolean): boolean {
    const properties = /^(?:[&!]\S*(?:[ \t]+|$))+/.exec(this.#rest());
    if (properties !== null) this.#pos += properties[0].length;
    if (this.#atEnd()) return false;
    const char = this.#text[this.#pos];
    if (char === "|" || char === ">") {
      this.#blockScalar();
      return false;
    }
    if (char === '"' || char === "'") this.#quoted(char);
    else if (char === "[" || (char === "{" && this.#text[this.#pos + 1] !== "{")) this.#flow();
    else return this.#plain(alone);
    return this.#colon();
  }

  #colon(): boolean {
    const colon = /^[ \t]*:(?=\s|$)/.exec(this.#rest());
    if (colon === null) {
      this.#awaits = false;
      return false;
    }
    this.#pos += colon[0].length;
    return true;
  }

  /** A plain scalar of a block; continuation lines belong to it unless it is a key. */
  #plain(alone: boolean): boolean {
    const start = this.#pos;
    let end = this.#plainEnd(start, false);
    const colon = /[ \t]*:(?=\s|$)/y;
    colon.lastIndex = end;
    if (colon.test(this.#text)) {
      this.#pos = colon.lastIndex;
      this.#record({ start, end, flow: false, place: "key" });
      return true;
    }
    for (let next = this.#continuation(end); next !== undefined; next = this.#continuation(end)) {
      const stop = this.#plainEnd(next, false);
      if (/^:(?=\s|$)/.test(this.#text.slice(stop, stop + 2))) break;
      end = stop;
    }
    this.#record({ start, end, flow: false, place: alone && !this.#awaits ? "line" : "value" });
    this.#awaits = false;
    this.#pos = end;
    return false;
  }

  /** Where a plain scalar goes on after a line that ends at `end`. */
  #continuation(end: number): number | undefined {
    const gap = /[ \t\r]*\n(?:[ \t\r]*\n)*( *)(?=[^\s#])/y;
    gap.lastIndex = end;
    const indent = gap.exec(this.#text)?.[1];
    if (indent === undefined || indent.length <= this.#parent) return undefined;
    const next = gap.lastIndex;
    return indent === "" && DOCUMENT_MARK.test(this.#text.slice(next, next + 4)) ? undefined : next;
  }

  /** The offset behind the last character of a plain scalar on this line. */
  #plainEnd(from: number, flow: boolean): number {
    let end = from;
    for (let pos = from; pos < this.#text.length; pos++) {
      const char = this.#text[pos] ?? "";
      if (char === "\n" || (char === "#" && pos > from && /\s/.test(this.#text[pos - 1] ?? ""))) break;
      if (char === "{" && this.#text[pos + 1] === "{") {
        const close = actionEnd(this.#text, pos);
        if (close === undefined) {
          this.#unclosed.push(pos);
          return this.#text.indexOf("\n", pos) < 0 ? this.#text.length : this.#text.indexOf("\n", pos);
        }
        pos = close - 1;
      } else {
        if (char === ":" && this.#endsKey(pos, flow)) break;
        if (flow && ",[]{}".includes(char)) break;
        if (/\s/.test(char)) continue;
      }
      end = pos + 1;
    }
    return end;
  }

  #endsKey(colon: number, flow: boolean): boolean {
    const next = this.#text[colon + 1] ?? "\n";
    return /\s/.test(next) || (flow && ",[]{}".includes(next) && !this.#text.startsWith("{{", colon + 1));
  }

  #flow(): void {
    let depth = 0;
    while (this.#pos < this.#text.length) {
      const char = this.#text[this.#pos] ?? "";
      if (char === '"' || char === "'") this.#quoted(char);
      else if (char === "{" && this.#text[this.#pos + 1] === "{") this.#flowPlain();
      else if (char === "[" || char === "{") {
        depth++;
        this.#pos++;
      } else if (char === "]" || char === "}") {
        this.#pos++;
        if (--depth === 0) return;
      } else if (char === "#" && /\s/.test(this.#text[this.#pos - 1] ?? "\n")) this.#toLineEnd();
      else if (/[\s,:]/.test(char)) this.#pos++;
      else this.#flowPlain();
    }
  }

  #flowPlain(): void {
    const start = this.#pos;
    const end = Math.max(this.#plainEnd(start, true), start + 1);
    this.#pos = end;
    const isKey = /^[ \t]*:(?=[\s,[\]{}]|$)/.test(this.#rest());
    this.#record({ start, end, flow: true, place: isKey ? "key" : "value" });
  }

  #quoted(quote: string): void {
    for (this.#pos++; this.#pos < this.#text.length; this.#pos++) {
      const char = this.#text[this.#pos];
      if (char === "\\" && quote === '"') this.#pos++;
      else if (char === quote) {
        if (quote === '"' || this.#text[this.#pos + 1] !== "'") break;
        this.#pos++;
      }
    }
    this.#pos++;
  }

  /** Passes over a block scalar: its lines are blank or further in than what it belongs to. */
  #blockScalar(): void {
    this.#awaits = false;
    this.#toLineEnd();
    const line = /\n( *)(.*)/y;
    for (;;) {
      line.lastIndex = this.#pos;
      const [, indent = "", content = ""] = line.exec(this.#text) ?? [];
      if (line.lastIndex === 0) return;
      const ends = indent.length <= this.#parent || (indent === "" && DOCUMENT_MARK.test(content));
      if (content.trim() !== "" && ends) return;
      this.#pos = line.lastIndex;
    }
  }

  #record(template: PlainTemplate): void {
    if (this.#text.slice(template.start, template.end).includes("{{")) this.#templates.push(template);
  }

  #rest(): string {
    const end = this.#text.indexOf("\n", this.#pos);
    return this.#text.slice(this.#pos, end < 0 ? undefined : end);
  }

  #spaces(): void {
    while (this.#text[this.#pos] === " " || this.#text[this.#pos] === "\t") this.#pos++;
  }

  /** At the end of what a line says: its end, or a comment. */
  #atEnd(): boolean {
    const char = this.#text[this.#pos];
    return char === undefined || char === "\n" || char === "\r" || char === "#";
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf("\n", this.#pos);
    this.#pos = end < 0 ? this.#text.length : end;
  }

  #skipLine(): void {
    this.#toLineEnd();
    this.#pos++;
  }
}
