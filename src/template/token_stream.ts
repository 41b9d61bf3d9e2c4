import { TemplateError } from "./error.ts";
import { tokenize } from "./lexer.ts";
import { showToken, type Token, type TokenKind } from "./token.ts";

/** What one parse is about. */
export interface ParseInput {
  /** The template's name, which errors show. */
  readonly name: string;
  /** The template (bytes). */
  readonly source: string;
  readonly functions: ReadonlySet<string>;
}

interface ErrorContext {
  readonly hint?: string | undefined;
  /** How many tokens were read where it went wrong; as many as now unless told. */
  readonly read?: number | undefined;
}

/** The tokens of a template with a place in them, and the errors of parsing. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;
  /** How far has been read ahead: errors report the line of the furthest token read. */
  #furthest = 0;
  /** Line on which the present action starts; 0 outside of actions. */
  actionLine = 0;

  constructor(readonly input: ParseInput) {
    this.#tokens = tokenize(input.source);
  }

  next(): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    if (token === undefined) throw this.error("unexpected EOF");
    this.#at++;
    this.#furthest = Math.max(this.#furthest, this.#at);
    return token;
  }

  /** Gives back the last `count` tokens. */
  backup(count = 1): void {
    this.#at -= count;
  }

  peek(): Token {
    const token = this.next();
    this.backup();
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  expect(context: string, ...kinds: readonly TokenKind[]): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) throw this.unexpected(token, context);
    return token;
  }

  unexpected(token: Token, context: string): TemplateError {
    if (token.kind !== "error") return this.error(`unexpected ${showToken(token)} in ${context}`);
    if (this.actionLine === 0 || this.actionLine === token.line) return this.error(token.text);
    const joint = token.text.endsWith(" action") ? " " : " in action ";
    return this.error(`${token.text}${joint}started at ${this.input.name}:${this.actionLine}`);
  }

  /** How many tokens were read, also ahead. */
  get read(): number {
    return this.#furthest;
  }

  /** An error on the line of the last token that was read. */
  error(reason: string, about: ErrorContext = {}): TemplateError {
    const { hint, read = this.#furthest } = about;
    const token = this.#tokens[Math.min(read, this.#tokens.length) - 1];
    const line = token?.line ?? 0;
    return new TemplateError({
      stage: "parse",
      source: this.input.source,
      at: token?.at ?? 0,
      line,
      site: `template: ${this.input.name}:${line}`,
      reason,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
