import { decodeRune } from "./bytes.ts";
import { quote } from "./quote.ts";

export type TokenKind =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

export type Keyword =
  | "block"
  | "break"
  | "continue"
  | "dot"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

export const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ["block", "block"],
  ["break", "break"],
  ["continue", "continue"],
  ["define", "define"],
  ["else", "else"],
  ["end", "end"],
  ["if", "if"],
  ["nil", "nil"],
  ["range", "range"],
  ["template", "template"],
  ["with", "with"],
]);

export interface Token {
  readonly kind: TokenKind;
  /** The token's bytes; for an error, the message. */
  readonly text: string;
  /** Byte offset of the token in the template. */
  readonly at: number;
  /** Line (from 1) on which the token starts. */
  readonly line: number;
}

/** The token as parse errors name it. */
export function showToken(token: Token): string {
  if (token.kind === "eof") return "EOF";
  if (token.kind === "error") return token.text;
  if (token.kind === "dot" || keywords.get(token.text) === token.kind) return `<${token.text}>`;
  return token.text.length > 10 ? `${quote(firstRunes(token.text, 10))}...` : quote(token.text);
}

function firstRunes(bytes: string, count: number): string {
  let at = 0;
  for (let seen = 0; seen < count && at < bytes.length; seen++) at += decodeRune(bytes, at).width;
  return bytes.slice(0, at);
}
