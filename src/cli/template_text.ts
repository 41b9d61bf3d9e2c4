import { decodeText, encodeText } from "../template/bytes.ts";
import { tokenize } from "../template/lexer.ts";
import type { Token } from "../template/token.ts";

/** One piece of a template: text, or an action with the tokens between its delimiters. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly text: string; readonly tokens: readonly ActionToken[] };

/** A token of an action and where it stands in the action's text. */
export interface ActionToken {
  readonly kind: Token["kind"];
  readonly text: string;
  readonly at: number;
}

/** The offset behind the action that opens at `at`, or undefined where it is not closed. */
export function actionEnd(text: string, at: number): number | undefined {
  if (/^\{\{(?:- )?\/\*/.test(text.slice(at, at + 6))) {
    const close = text.indexOf("*/", at + 4);
    const end = close < 0 ? -1 : text.indexOf("}}", close);
    return end < 0 ? undefined : end + 2;
  }
  for (let pos = at + 2; pos < text.length; pos++) {
    const char = text[pos] ?? "";
    if (char === "}" && text[pos + 1] === "}") return pos + 2;
    if (char === '"' || char === "'" || char === "`") {
      const end = stringEnd(text, pos, char);
      if (end === undefined) return undefined;
      pos = end;
    }
  }
  return undefined;
}

/** The offset of the closing quote of a Go string or rune. */
function stringEnd(text: string, at: number, quote: string): number | undefined {
  for (let pos = at + 1; pos < text.length; pos++) {
    const char = text[pos];
    if (char === quote) return pos;
    if (quote === "`") continue;
    if (char === "\n") return undefined;
    if (char === "\\") pos++;
  }
  return undefined;
}

/** Cuts a template into pieces; undefined where it is none (an action is not closed, a character is no Go). */
export function pieces(template: string): Piece[] | undefined {
  const found: Piece[] = [];
  for (let pos = 0; pos < template.length;) {
    const open = template.indexOf("{{", pos);
    const end = open < 0 ? template.length : actionEnd(template, open);
    if (end === undefined) return undefined;
    const text = template.slice(pos, open < 0 ? end : open);
    if (text !== "") found.push({ kind: "text", text });
    if (open >= 0) {
      const action = template.slice(open, end);
      const tokens = actionTokens(action);
      if (tokens === undefined) return undefined;
      found.push({ kind: "action", text: action, tokens });
    }
    pos = end;
  }
  return found;
}

function actionTokens(action: string): ActionToken[] | undefined {
  const bytes = encodeText(action);
  const tokens = tokenize(bytes);
  if (tokens.at(-1)?.kind === "error") return undefined;
  return tokens
    .filter(({ kind }) => kind !== "leftDelim" && kind !== "rightDelim" && kind !== "eof" && kind !== "space")
    .map(({ kind, text, at }) => ({
      kind,
      text: decodeText(text),
      at: decodeText(bytes.slice(0, at)).length,
    }));
}

/** What an action does to the text around it. */
export type Effect = "opens" | "else" | "closes" | "prints" | "silent" | "calls";

export function effectOf(tokens: readonly ActionToken[]): Effect {
  const [first, second] = tokens;
  switch (first?.kind) {
    case undefined:
    case "break":
    case "continue":
      return "silent";
    case "if":
    case "with":
    case "range":
    case "define":
    case "block":
      return "opens";
    case "else":
      return "else";
    case "end":
      return "closes";
    case "template":
      return "calls";
    case "variable":
      return second?.kind === "declare" || second?.kind === "assign" || second?.text === ","
        ? "silent"
        : "prints";
    default:
      return "prints";
  }
}

/** Whether every block that a template opens is closed in it, and it closes no other. */
export function isBalanced(found: readonly Piece[]): boolean {
  let depth = 0;
  for (const piece of found) {
    if (piece.kind === "text") continue;
    const effect = effectOf(piece.tokens);
    if (effect === "opens") depth++;
    if (effect === "closes") depth--;
    if (depth < 0 || (effect === "else" && depth === 0)) return false;
  }
  return depth === 0;
}

/** The commands of a pipeline, cut at its `|` outside of parentheses. */
export function commandsOf(tokens: readonly ActionToken[]): ActionToken[][] {
  const commands: ActionToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "leftParen") depth++;
    if (token.kind === "rightParen") depth--;
    if (token.kind === "pipe" && depth === 0) commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return commands;
}
