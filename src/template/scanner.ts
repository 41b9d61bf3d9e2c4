import { decodeRune } from "./bytes.ts";
import type { Token, TokenKind } from "./token.ts";

/** What reading past the end of the input gives. */
export const eof = -1;

/** A place in the text of a template (bytes), the token that grows there, and the tokens before it. */
export class Scanner {
  readonly tokens: Token[] = [];
  pos = 0;
  start = 0;
  line = 1;
  startLine = 1;

  constructor(readonly input: string) {}

  emit(kind: TokenKind): true {
    this.push(kind, this.input.slice(this.start, this.pos));
    this.start = this.pos;
    this.startLine = this.line;
    return true;
  }

  push(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, at: this.start, line: this.startLine });
  }

  /** Ends the scan: no token follows an error. */
  fail(message: string): false {
    this.push("error", message);
    return false;
  }

  /** Skips what was passed over without `next`. */
  ignore(): void {
    this.countLines();
    this.start = this.pos;
    this.startLine = this.line;
  }

  countLines(): void {
    for (let at = this.start; at < this.pos; at++) if (this.input[at] === "\n") this.line++;
  }

  next(): number {
    if (this.pos >= this.input.length) return eof;
    const { rune, width } = decodeRune(this.input, this.pos);
    this.pos += width;
    if (rune === 10) this.line++;
    return rune;
  }

  peek(): number {
    return this.pos < this.input.length ? decodeRune(this.input, this.pos).rune : eof;
  }

  accept(set: string): boolean {
    const char = this.input.charAt(this.pos);
    if (char === "" || !set.includes(char)) return false;
    this.pos++;
    return true;
  }

  acceptRun(set: string): void {
    while (this.accept(set)) { /* one digit a step */ }
  }
}
