import { parseConstant } from "./constant.ts";
import { quote, unquote } from "./quote.ts";
import { suggest } from "./suggest.ts";
import type { ChainNode, CommandNode, OperandNode, PipeNode, VariableNode } from "./syntax.ts";
import type { Token, TokenKind } from "./token.ts";
import type { TokenStream } from "./token_stream.ts";

/** Parentheses inside parentheses; deeper expressions are refused. */
const deepest = 1_000;

const operandKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  "bool",
  "charConstant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

/** Parses pipelines. `variables` are those in scope, which declarations extend. */
export class PipelineParser {
  #depth = 0;
  variables: string[] = ["$"];

  constructor(readonly tokens: TokenStream) {}

  /** A pipeline up to its closing token; `context` names it in errors. */
  pipeline(context: string, end: "rightDelim" | "rightParen" = "rightDelim"): PipeNode {
    const start = this.tokens.peekNonSpace();
    const declared: VariableNode[] = [];
    const isAssign = this.#declarations(context, declared);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.tokens.nextNonSpace();
      if (token.kind === end) break;
      if (!operandKinds.has(token.kind)) throw this.tokens.unexpected(token, context);
      this.tokens.backup();
      commands.push(this.#command());
    }
    this.#check(commands, context);
    return { kind: "pipe", at: start.at, isAssign, declared, commands };
  }

  /** Reads `$x :=`, `$x =` or, for range, `$i, $x :=`; true for an assignment. */
  #declarations(context: string, declared: VariableNode[]): boolean {
    const { tokens } = this;
    for (;;) {
      const variable = tokens.peekNonSpace();
      if (variable.kind !== "variable") return false;
      tokens.next();
      const isSpaced = tokens.peek().kind === "space";
      const next = tokens.peekNonSpace();
      const isList = next.kind === "char" && next.text === ",";
      if (next.kind !== "assign" && next.kind !== "declare" && !isList) {
        tokens.backup(isSpaced ? 2 : 1);
        return false;
      }
      tokens.nextNonSpace();
      declared.push(variableNode(variable));
      this.variables.push(variable.text);
      if (!isList) return next.kind === "assign";
      if (context !== "range" || declared.length > 1) {
        throw tokens.error(`too many declarations in ${context}`);
      }
      if (!["variable", "rightDelim", "rightParen"].includes(tokens.peekNonSpace().kind)) {
        throw tokens.error("range can only initialize variables");
      }
    }
  }

  #check(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) throw this.tokens.error(`missing value for ${context}`);
    commands.forEach((command, at) => {
      const kind = command.args[0]?.kind ?? "dot";
      if (at > 0 && ["bool", "dot", "nil", "number", "string"].includes(kind)) {
        throw this.tokens.error(`non executable command in pipeline stage ${at + 1}`);
      }
    });
  }

  #command(): CommandNode {
    const start = this.tokens.peekNonSpace();
    const args: OperandNode[] = [];
    for (;;) {
      this.tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "rightDelim" || token.kind === "rightParen") this.tokens.backup();
      else if (token.kind !== "pipe") throw this.tokens.unexpected(token, "operand");
      break;
    }
    if (args.length === 0) throw this.tokens.error("empty command");
    return { kind: "command", at: start.at, args };
  }

  #operand(): OperandNode | undefined {
    const node = this.#term();
    const first = this.tokens.peek();
    if (node === undefined || first.kind !== "field") return node;
    const path: string[] = [];
    while (this.tokens.peek().kind === "field") path.push(this.tokens.next().text.slice(1));
    const { at } = first;
    switch (node.kind) {
      case "field":
        return { kind: "field", at, path: [...node.path, ...path] };
      case "variable":
        return { kind: "variable", at, name: node.name, path: [...node.path, ...path] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        throw this.tokens.error(`unexpected . after term ${quote(literalText(node))}`);
      default:
        return { kind: "chain", at, node, path } satisfies ChainNode;
    }
  }

  #term(): OperandNode | undefined {
    const token = this.tokens.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case "identifier":
        this.#checkFunction(text);
        return { kind: "identifier", at, name: text };
      case "dot":
      case "nil":
        return { kind: token.kind, at };
      case "variable":
        this.#checkVariable(text);
        return variableNode(token);
      case "field":
        return { kind: "field", at, path: [text.slice(1)] };
      case "bool":
        return { kind: "bool", at, value: text === "true" };
      case "charConstant":
      case "complex":
      case "number":
        return this.#number(token, token.kind);
      case "leftParen":
        return this.#parenthesized();
      case "string":
      case "rawString":
        return { kind: "string", at, quoted: text, text: this.unquoted(token) };
      default:
        this.tokens.backup();
        return undefined;
    }
  }

  #parenthesized(): PipeNode {
    if (this.#depth >= deepest) throw this.tokens.error("max expression depth exceeded");
    this.#depth++;
    const pipe = this.pipeline("parenthesized pipeline", "rightParen");
    this.#depth--;
    return pipe;
  }

  #number(token: Token, kind: "charConstant" | "complex" | "number"): OperandNode {
    const result = parseConstant(token.text, kind);
    if (result.kind === "error") throw this.tokens.error(result.message);
    return { kind: "number", at: token.at, constant: result.constant };
  }

  /** The value of a string token. */
  unquoted(token: Token): string {
    const text = unquote(token.text);
    if (text === undefined) throw this.tokens.error("invalid syntax");
    return text;
  }

  #checkFunction(name: string): void {
    const { functions } = this.tokens.input;
    if (functions.has(name)) return;
    throw this.tokens.error(`function "${name}" not defined`, { hint: suggest(name, functions) });
  }

  #checkVariable(name: string): void {
    if (this.variables.includes(name)) return;
    throw this.tokens.error(`undefined variable "${name}"`, { hint: suggest(name, this.variables) });
  }
}

function variableNode(token: Token): VariableNode {
  return { kind: "variable", at: token.at, name: token.text, path: [] };
}

function literalText(node: OperandNode): string {
  switch (node.kind) {
    case "bool":
      return String(node.value);
    case "string":
      return node.quoted;
    case "number":
      return node.constant.text;
    default:
      return node.kind === "nil" ? "nil" : ".";
  }
}
