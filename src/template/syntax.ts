/** The syntax tree of a template. Positions are byte offsets into its text. */
import { quote } from "./quote.ts";
import type { NumberConstant } from "./constant.ts";

export interface Located {
  readonly at: number;
}

export interface TextNode extends Located {
  readonly kind: "text";
  readonly text: string;
}

export interface ActionNode extends Located {
  readonly kind: "action";
  readonly pipe: PipeNode;
}

export interface BranchNode extends Located {
  readonly kind: "if" | "with" | "range";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface TemplateNode extends Located {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface JumpNode extends Located {
  readonly kind: "break" | "continue";
}

export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

export interface ListNode extends Located {
  readonly kind: "list";
  readonly nodes: StatementNode[];
}

export interface PipeNode extends Located {
  readonly kind: "pipe";
  readonly isAssign: boolean;
  readonly declared: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends Located {
  readonly kind: "command";
  readonly args: readonly OperandNode[];
}

export interface FieldNode extends Located {
  readonly kind: "field";
  readonly path: readonly string[];
}

export interface VariableNode extends Located {
  readonly kind: "variable";
  /** With the dollar sign. */
  readonly name: string;
  readonly path: readonly string[];
}

export interface ChainNode extends Located {
  readonly kind: "chain";
  readonly node: OperandNode;
  readonly path: readonly string[];
}

export interface IdentifierNode extends Located {
  readonly kind: "identifier";
  readonly name: string;
}

export interface ConstantNode extends Located {
  readonly kind: "dot" | "nil";
}

export interface BoolNode extends Located {
  readonly kind: "bool";
  readonly value: boolean;
}

export interface NumberNode extends Located {
  readonly kind: "number";
  readonly constant: NumberConstant;
}

export interface StringNode extends Located {
  readonly kind: "string";
  /** As written, with its quotes. */
  readonly quoted: string;
  readonly text: string;
}

export type OperandNode =
  | FieldNode
  | VariableNode
  | ChainNode
  | IdentifierNode
  | ConstantNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

export type SyntaxNode = StatementNode | ListNode | CommandNode | OperandNode;

/** The node as Go writes it into errors. */
export function showNode(node: SyntaxNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "action":
      return `{{${showNode(node.pipe)}}}`;
    case "if":
    case "with":
    case "range":
      return showBranch(node);
    case "template":
      return `{{template ${quote(node.name)}${node.pipe === undefined ? "" : ` ${showNode(node.pipe)}`}}}`;
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "list":
      return node.nodes.map(showNode).join("");
    case "pipe":
      return showPipe(node);
    case "command":
      return node.args.map(showArgument).join(" ");
    case "field":
      return showPath(node.path);
    case "variable":
      return node.name + showPath(node.path);
    case "chain":
      return showArgument(node.node) + showPath(node.path);
    case "identifier":
      return node.name;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "number":
      return node.constant.text;
    case "string":
      return node.quoted;
  }
}

function showArgument(node: OperandNode): string {
  return node.kind === "pipe" ? `(${showPipe(node)})` : showNode(node);
}

function showPath(path: readonly string[]): string {
  return path.map((name) => `.${name}`).join("");
}

function showPipe(pipe: PipeNode): string {
  const declared = pipe.declared.map(showNode).join(", ");
  const sign = pipe.isAssign ? " = " : " := ";
  return (declared === "" ? "" : declared + sign) + pipe.commands.map(showNode).join(" | ");
}

function showBranch(node: BranchNode): string {
  const otherwise = node.elseList === undefined ? "" : `{{else}}${showNode(node.elseList)}`;
  return `{{${node.kind} ${showPipe(node.pipe)}}}${showNode(node.list)}${otherwise}{{end}}`;
}
