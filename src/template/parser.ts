/** Parses templates. The grammar, its errors and their lines are those of Go's text/template/parse. */
import { PipelineParser } from "./pipeline_parser.ts";
import { toRunes } from "./bytes.ts";
import { quote } from "./quote.ts";
import type { BranchNode, ListNode, Located, PipeNode, StatementNode, TemplateNode } from "./syntax.ts";
import { isSpace } from "./unicode.ts";
import type { Token } from "./token.ts";
import { type ParseInput, TokenStream } from "./token_stream.ts";

/** The templates of one text by name: the main one under the input's name, and those that it defines. */
export type TemplateSet = ReadonlyMap<string, ListNode>;

/** Throws TemplateError. */
export function parse(input: ParseInput): TemplateSet {
  const set = new Map<string, ListNode>();
  new TreeParser(new TokenStream(input), set).parseMain(input.name);
  return set;
}

interface EndNode extends Located {
  readonly kind: "end" | "else";
}

interface Branches {
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

type BranchKind = BranchNode["kind"];

/** Actions inside actions; deeper templates are refused. */
const deepest = 1_000;

/** Parses one template of the set: its own variables and ranges, the tokens shared. */
class TreeParser {
  readonly #pipelines: PipelineParser;
  #rangeDepth = 0;

  constructor(
    readonly tokens: TokenStream,
    readonly set: Map<string, ListNode>,
    readonly depth = 0,
  ) {
    this.#pipelines = new PipelineParser(tokens);
  }

  parseMain(name: string): void {
    const { tokens } = this;
    const nodes: StatementNode[] = [];
    const at = tokens.peek().at;
    for (;;) {
      const token = tokens.peek();
      if (token.kind === "eof") break;
      if (token.kind === "leftDelim") {
        tokens.next();
        const isSpaced = tokens.peek().kind === "space";
        if (tokens.nextNonSpace().kind === "define") {
          this.#nested(0).#definition();
          continue;
        }
        tokens.backup(isSpaced ? 2 : 1);
        tokens.backup();
      }
      const node = this.#textOrAction(0);
      if (isEnd(node)) throw tokens.error(`unexpected {{${node.kind}}}`);
      nodes.push(node);
    }
    this.#add(name, { kind: "list", at, nodes });
  }

  #nested(depth: number): TreeParser {
    this.tokens.actionLine = 0;
    return new TreeParser(this.tokens, this.set, depth);
  }

  #definition(): void {
    const context = "define clause";
    const token = this.tokens.expect(context, "string", "rawString");
    const name = this.#pipelines.unquoted(token);
    this.tokens.expect(context, "rightDelim");
    this.#body(name, context);
  }

  /** The text of a define or block up to its end. `opened` is how far was read when it began. */
  #body(name: string, context: string, opened?: number): void {
    const { list, end } = this.#list(this.depth);
    // An else in a block is reported where the block starts, since Go's outer parser has not read further.
    if (end.kind !== "end") {
      throw this.tokens.error(`unexpected {{${end.kind}}} in ${context}`, { read: opened });
    }
    this.#add(name, list);
  }

  #add(name: string, list: ListNode): void {
    const known = this.set.get(name);
    if (known === undefined || isBlank(known)) this.set.set(name, list);
    else if (!isBlank(list)) {
      throw this.tokens.error(`template: multiple definition of template ${quote(name)}`);
    }
  }

  #list(depth: number): { readonly list: ListNode; readonly end: EndNode } {
    const { tokens } = this;
    if (depth > deepest) throw tokens.error("max nesting depth exceeded");
    const nodes: StatementNode[] = [];
    const at = tokens.peekNonSpace().at;
    while (tokens.peekNonSpace().kind !== "eof") {
      const node = this.#textOrAction(depth);
      if (isEnd(node)) return { list: { kind: "list", at, nodes }, end: node };
      nodes.push(node);
    }
    throw tokens.error("unexpected EOF");
  }

  #textOrAction(depth: number): StatementNode | EndNode {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", at: token.at, text: token.text };
    if (token.kind !== "leftDelim") throw this.tokens.unexpected(token, "input");
    this.tokens.actionLine = token.line;
    const node = this.#action(depth);
    this.tokens.actionLine = 0;
    return node;
  }

  #action(depth: number): StatementNode | EndNode {
    const { tokens } = this;
    const token = tokens.nextNonSpace();
    switch (token.kind) {
      case "block":
        return this.#block(depth);
      case "break":
      case "continue":
        return this.#jump(token, token.kind);
      case "else":
        return this.#else();
      case "end":
        return { kind: "end", at: tokens.expect("end", "rightDelim").at };
      case "if":
      case "range":
      case "with":
        return this.#branch(token.kind, depth);
      case "template":
        return this.#template();
    }
    tokens.backup();
    const { at } = tokens.peek();
    return { kind: "action", at, pipe: this.#pipelines.pipeline("command") };
  }

  #jump(token: Token, kind: "break" | "continue"): StatementNode {
    const close = this.tokens.nextNonSpace();
    if (close.kind !== "rightDelim") throw this.tokens.unexpected(close, `{{${kind}}}`);
    if (this.#rangeDepth === 0) throw this.tokens.error(`{{${kind}}} outside {{range}}`);
    return { kind, at: token.at };
  }

  #else(): EndNode {
    const ahead = this.tokens.peekNonSpace();
    if (ahead.kind === "if" || ahead.kind === "with") return { kind: "else", at: ahead.at };
    return { kind: "else", at: this.tokens.expect("else", "rightDelim").at };
  }

  #branch(kind: BranchKind, depth: number): BranchNode {
    const scope = this.#pipelines.variables.length;
    const { pipe, list, elseList } = this.#branches(kind, depth);
    this.#pipelines.variables.length = scope;
    return { kind, at: pipe.at, pipe, list, elseList };
  }

  #branches(kind: BranchKind, depth: number): Branches {
    const pipe = this.#pipelines.pipeline(kind);
    if (kind === "range") this.#rangeDepth++;
    const { list, end } = this.#list(depth + 1);
    if (kind === "range") this.#rangeDepth--;
    if (end.kind === "end") return { pipe, list, elseList: undefined };
    if (kind !== "range" && this.tokens.peek().kind === kind) {
      this.tokens.next();
      const chained = this.#branch(kind, depth + 1);
      return { pipe, list, elseList: { kind: "list", at: end.at, nodes: [chained] } };
    }
    const otherwise = this.#list(depth + 1);
    if (otherwise.end.kind !== "end") {
      throw this.tokens.error(`expected end; found {{${otherwise.end.kind}}}`);
    }
    return { pipe, list, elseList: otherwise.list };
  }

  #block(depth: number): TemplateNode {
    const context = "block clause";
    const token = this.tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipelines.pipeline(context);
    this.#nested(depth + 1).#body(name, context, this.tokens.read);
    return { kind: "template", at: token.at, name, pipe };
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    if (this.tokens.nextNonSpace().kind === "rightDelim") {
      return { kind: "template", at: token.at, name, pipe: undefined };
    }
    this.tokens.backup();
    return { kind: "template", at: token.at, name, pipe: this.#pipelines.pipeline(context) };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "rawString") throw this.tokens.unexpected(token, context);
    return this.#pipelines.unquoted(token);
  }
}

function isEnd(node: StatementNode | EndNode): node is EndNode {
  return node.kind === "end" || node.kind === "else";
}

/** Whether a template has nothing but white space, so that another definition may take its name. */
function isBlank(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === "text" && toRunes(node.text).every(isSpace));
}
