import { type ActionToken, commandsOf, effectOf, type Piece } from "./template_text.ts";

export type FieldType = "int" | "float" | "bool" | "value" | "text";

/** A template of a field's type, or why it has to stay a text. */
export type TypedTemplate =
  | { readonly kind: "typed"; readonly text: string }
  | { readonly kind: "text"; readonly text: string; readonly reason?: string };

const LITERALS: Readonly<Record<"int" | "float" | "bool", RegExp>> = {
  int: /^[-+]?\d+$/,
  float: /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/,
  bool: /^(?:true|false)$/,
};
const TYPING = new Set(["int", "float", "bool", "asValue"]);
const STRUCTURES = new Set([
  "dict",
  "list",
  "tuple",
  "fromJson",
  "mustFromJson",
  "splitList",
  "merge",
  "concat",
]);

/**
 * Gives what a template prints the type of its field. Printed values and literals get the type's function; a field that
 * is printed in several parts stays a text. What would print as a YAML text in quotes (`| quote`) is that text.
 */
export function typedTemplate(found: readonly Piece[], type: FieldType): TypedTemplate {
  const text = found.map((piece) => piece.text).join("");
  if (type === "text") return { kind: "text", text: withoutQuoting(found) ?? text };
  const reason = untypable(found);
  if (reason !== undefined) return { kind: "text", text, reason };
  const parts: string[] = [];
  for (const piece of found) {
    const part = piece.kind === "text" ? literal(piece.text, type) : action(piece, type);
    if (part === undefined) {
      return { kind: "text", text, reason: `${JSON.stringify(piece.text.trim())} is no ${type}` };
    }
    parts.push(part);
  }
  return { kind: "typed", text: parts.join("") };
}

function untypable(found: readonly Piece[]): string | undefined {
  /** For every open block: whether something was printed before it, and in any branch of it. */
  const blocks: { readonly before: boolean; any: boolean }[] = [];
  let printed = false;
  for (const piece of found) {
    const effect = piece.kind === "text"
      ? (piece.text.trim() === "" ? "silent" : "prints")
      : effectOf(piece.tokens);
    const keyword = piece.kind === "text" ? undefined : piece.tokens[0]?.kind;
    if (effect === "calls" || keyword === "define" || keyword === "block") {
      return "it is printed by another template";
    }
    if (keyword === "range") return "it is printed by a loop";
    const block = blocks.at(-1);
    if (effect === "prints") {
      if (printed) return "it is printed in several parts";
      printed = true;
    } else if (effect === "opens") blocks.push({ before: printed, any: printed });
    else if (effect === "else" && block !== undefined) {
      block.any ||= printed;
      printed = block.before;
    } else if (effect === "closes") printed ||= blocks.pop()?.any ?? false;
  }
  return undefined;
}

function literal(text: string, type: Exclude<FieldType, "text">): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  return type !== "value" && LITERALS[type].test(trimmed) ? `{{ ${trimmed} | ${type} }}` : undefined;
}

function action(piece: Extract<Piece, { kind: "action" }>, type: Exclude<FieldType, "text">): string {
  const head = commandsOf(piece.tokens).at(-1)?.[0];
  const end = piece.tokens.at(-1);
  if (effectOf(piece.tokens) !== "prints" || end === undefined) return piece.text;
  if (head?.kind === "identifier" && TYPING.has(head.text)) return piece.text;
  const suffix = type !== "value"
    ? ` | ${type}`
    : head?.kind === "identifier" && STRUCTURES.has(head.text)
    ? " | asValue"
    : " | mustFromJson | asValue";
  const at = end.at + end.text.length;
  return piece.text.slice(0, at) + suffix + piece.text.slice(at);
}

/** `{{ .x | quote }}` without its quoting, if that is all there is. */
function withoutQuoting(found: readonly Piece[]): string | undefined {
  const [piece] = found;
  if (found.length !== 1 || piece?.kind !== "action" || effectOf(piece.tokens) !== "prints") return undefined;
  const commands = commandsOf(piece.tokens);
  const last = commands.at(-1) ?? [];
  if (last[0]?.kind !== "identifier" || !(last[0].text === "quote" || last[0].text === "squote")) {
    return undefined;
  }
  if (commands.length > 1 && last.length === 1) {
    const before = commands.at(-2)?.at(-1);
    return before === undefined ? undefined : cut(piece.text, endOf(before), endOf(last[0]));
  }
  const [quote, value, more] = last;
  return commands.length > 1 || value === undefined || more !== undefined || value.kind === "leftParen"
    ? undefined
    : cut(piece.text, quote.at, value.at);
}

function endOf(token: ActionToken): number {
  return token.at + token.text.length;
}

function cut(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(to);
}
