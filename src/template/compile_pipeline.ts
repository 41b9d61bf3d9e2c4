/** Turns pipelines and their operands into closures. */
import { idealLiteral, isLiteral, literalArgument, nilArgument, validate } from "./argument.ts";
import {
  type Argument,
  callCall,
  callFunction,
  callLogic,
  type CallSite,
  type Final,
  missing,
} from "./call.ts";
import { walkFields } from "./field.ts";
import type { FunctionTable } from "./function.ts";
import type { GoType } from "./go_type.ts";
import type { Run } from "./run.ts";
import {
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  type OperandNode,
  type PipeNode,
  showNode,
  type SyntaxNode,
  type VariableNode,
} from "./syntax.ts";
import { InInterface, type Operand, plain, Typed } from "./typed.ts";

export type Evaluate = (run: Run, dot: Operand) => Operand;
type Command = (run: Run, dot: Operand, final: Final) => Operand;

/** Compiles pipelines against a table of functions. */
export class PipelineCompiler {
  constructor(readonly functions: FunctionTable) {}

  /** A pipeline; its declarations are made when it has been evaluated. */
  pipeline(pipe: PipeNode): Evaluate {
    const commands = pipe.commands.map((command) => this.#command(command));
    const names = pipe.declared.map((variable) => variable.name);
    const { isAssign } = pipe;
    return (run, dot) => {
      run.node = pipe;
      let value: Final = missing;
      for (const command of commands) value = orNothing(command(run, dot, value));
      const result = value === missing ? undefined : value;
      for (const name of names) {
        if (isAssign) run.assign(name, result);
        else run.declare(name, result);
      }
      return result;
    };
  }

  #command(command: CommandNode): Command {
    const [first, ...rest] = command.args;
    if (first === undefined) throw new TypeError("a command has at least one operand");
    const args = rest.map((node) => this.#argument(node));
    const site = { nodes: rest, args };
    switch (first.kind) {
      case "field":
        return this.#field(first, { ...site, node: first, name: "" });
      case "chain":
        return this.#chain(first, { ...site, node: first, name: "" });
      case "identifier":
        return this.#function(first, { ...site, node: command, name: first.name });
      case "variable":
        return this.#variable(first, { ...site, node: first, name: "" });
      case "pipe": {
        const evaluate = this.pipeline(first);
        return (run, dot, final) => {
          refuseArguments(run, command, final);
          return evaluate(run, dot);
        };
      }
      default:
        return this.#constant(first, command);
    }
  }

  #constant(node: OperandNode, command: CommandNode): Command {
    return (run, dot, final) => {
      run.node = node;
      refuseArguments(run, command, final);
      if (node.kind === "dot") return dot;
      if (isLiteral(node)) return idealLiteral(run, node);
      throw run.error("nil is not a command");
    };
  }

  #function(node: IdentifierNode, site: CallSite): Command {
    const { name } = node;
    if (name === "and" || name === "or") {
      return (run, dot, final) => {
        run.node = node;
        return callLogic(run, name === "or", { site, dot, final });
      };
    }
    if (name === "call") {
      return (run, dot, final) => {
        run.node = node;
        return callCall(run, site, { dot, final });
      };
    }
    const fn = Object.hasOwn(this.functions, name) ? this.functions[name] : undefined;
    if (fn === undefined) throw new TypeError(`function ${name} was not checked`);
    return (run, dot, final) => {
      run.node = node;
      return callFunction(run, fn, { site, dot, final });
    };
  }

  #field(node: FieldNode, site: CallSite): Command {
    return (run, dot, final) => {
      run.node = node;
      return walkFields(run, { dot, receiver: dot, path: node.path, site, final });
    };
  }

  #variable(node: VariableNode, site: CallSite): Command {
    return (run, dot, final) => {
      run.node = node;
      const receiver = run.variable(node.name);
      if (node.path.length > 0) return walkFields(run, { dot, receiver, path: node.path, site, final });
      if (site.args.length > 0 || final !== missing) throw notAFunction(run, node);
      return receiver;
    };
  }

  #chain(node: ChainNode, site: CallSite): Command {
    if (node.node.kind === "nil") {
      return (run) => {
        run.node = node;
        throw run.error(`indirection through explicit nil in ${showNode(node)}`);
      };
    }
    const operand = this.#untypedOperand(node.node);
    return (run, dot, final) => {
      run.node = node;
      const receiver = operand(run, dot);
      return walkFields(run, { dot, receiver, path: node.path, site, final });
    };
  }

  /** What stands before the dot of a chain: a pipeline in parentheses or a call without arguments. */
  #untypedOperand(node: OperandNode): Evaluate {
    const evaluate = this.#operand(node);
    return (run, dot) => {
      run.node = node;
      return evaluate(run, dot);
    };
  }

  /** An operand that is no literal, evaluated without arguments of its own. */
  #operand(node: OperandNode): Evaluate {
    const site: CallSite = { node, name: "", nodes: [], args: [] };
    switch (node.kind) {
      case "pipe":
        return this.pipeline(node);
      case "field":
        return finished(this.#field(node, site));
      case "variable":
        return finished(this.#variable(node, site));
      case "identifier":
        return finished(this.#function(node, { ...site, name: node.name }));
      case "chain":
        return finished(this.#chain(node, site));
      default:
        return (_run, dot) => dot;
    }
  }

  /** An operand as an argument of a function. */
  #argument(node: OperandNode): Argument {
    if (isLiteral(node)) {
      return (run, _dot, type) => {
        run.node = node;
        return literalArgument(run, node, type);
      };
    }
    if (node.kind === "nil") {
      return (run, _dot, type) => {
        run.node = node;
        return nilArgument(run, type);
      };
    }
    const evaluate = this.#operand(node);
    return (run, dot, type) => {
      run.node = node;
      return checked(run, evaluate(run, dot), type);
    };
  }
}

function finished(command: Command): Evaluate {
  return (run, dot) => command(run, dot, missing);
}

function checked(run: Run, operand: Operand, type: GoType): Operand {
  const value = validate(run, plain(operand), type);
  return operand instanceof Typed ? operand : value;
}

/** A pipeline forgets that a value stood in an interface: a nil there is no value at all. */
function orNothing(operand: Operand): Operand {
  if (operand instanceof InInterface) return operand.value;
  return operand === null ? undefined : operand;
}

function refuseArguments(run: Run, command: CommandNode, final: Final): void {
  const first = command.args[0];
  if ((command.args.length > 1 || final !== missing) && first !== undefined) throw notAFunction(run, first);
}

function notAFunction(run: Run, node: SyntaxNode) {
  return run.error(`can't give argument to non-function ${showNode(node)}`);
}
