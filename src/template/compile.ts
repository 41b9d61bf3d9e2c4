/** Turns the syntax trees of a text into closures. No code is generated from text. */
import { PipelineCompiler } from "./compile_pipeline.ts";
import type { FunctionTable } from "./function.ts";
import type { GoType } from "./go_type.ts";
import type { TemplateSet } from "./parser.ts";
import { sprint } from "./print.ts";
import type { Body, Flow, Program, Run } from "./run.ts";
import type { ActionNode, BranchNode, ListNode, StatementNode, TemplateNode, TextNode } from "./syntax.ts";
import { isTrue } from "./truth.ts";
import { InInterface, type Operand, plain, Typed } from "./typed.ts";
import { GoInt, GoList, GoMap, type Value } from "./value.ts";

export interface CompileInput {
  readonly name: string;
  readonly source: string;
  readonly set: TemplateSet;
  readonly functions: FunctionTable;
}

export function compile(input: CompileInput): Program {
  const compiler = new StatementCompiler(new PipelineCompiler(input.functions));
  const bodies = new Map<string, Body>();
  for (const [name, list] of input.set) bodies.set(name, compiler.list(list));
  return { name: input.name, source: input.source, bodies };
}

class StatementCompiler {
  constructor(readonly pipelines: PipelineCompiler) {}

  list(list: ListNode): Body {
    const statements = list.nodes.map((node) => this.#statement(node));
    return (run, dot) => {
      run.node = list;
      for (const statement of statements) {
        const flow = statement(run, dot);
        if (flow !== "next") return flow;
      }
      return "next";
    };
  }

  #statement(node: StatementNode): Body {
    switch (node.kind) {
      case "text":
        return text(node);
      case "action":
        return this.#action(node);
      case "if":
      case "with":
        return this.#condition(node);
      case "range":
        return this.#range(node);
      case "template":
        return this.#template(node);
      default:
        return (run) => {
          run.node = node;
          return node.kind;
        };
    }
  }

  #action(node: ActionNode): Body {
    const evaluate = this.pipelines.pipeline(node.pipe);
    const isPrinted = node.pipe.declared.length === 0;
    return (run, dot) => {
      run.meter.steps(1);
      const value = evaluate(run, dot);
      if (isPrinted) {
        run.node = node;
        print(run, node, value);
      }
      return "next";
    };
  }

  #condition(node: BranchNode): Body {
    const evaluate = this.pipelines.pipeline(node.pipe);
    const list = this.list(node.list);
    const otherwise = node.elseList === undefined ? undefined : this.list(node.elseList);
    const isWith = node.kind === "with";
    return (run, dot) => {
      run.meter.steps(1);
      const mark = run.mark();
      const value = evaluate(run, dot);
      const flow = isTrue(plain(value)) ? list(run, isWith ? value : dot) : otherwise?.(run, dot) ?? "next";
      run.drop(mark);
      return flow;
    };
  }

  #range(node: BranchNode): Body {
    const evaluate = this.pipelines.pipeline(node.pipe);
    const list = this.list(node.list);
    const otherwise = node.elseList === undefined ? undefined : this.list(node.elseList);
    const bind = binder(node);
    return (run, dot) => {
      run.node = node;
      run.meter.steps(1);
      const mark = run.mark();
      const value = plain(evaluate(run, dot));
      const inner = run.mark();
      const hasRun = iterate(run, { value, node }, (key, element) => {
        run.meter.steps(1);
        bind(run, key, element);
        const flow = list(run, element);
        run.drop(inner);
        return flow;
      });
      let flow: Flow = "next";
      if (!hasRun && otherwise !== undefined) flow = otherwise(run, dot);
      run.drop(mark);
      // As in Go, a break in the else part ends this range, not the one around it.
      return flow === "break" ? "next" : flow;
    };
  }

  #template(node: TemplateNode): Body {
    const evaluate = node.pipe === undefined ? undefined : this.pipelines.pipeline(node.pipe);
    return (run, dot) => {
      run.node = node;
      run.meter.steps(1);
      run.requireTemplate(node.name);
      run.enter(node.name, evaluate?.(run, dot));
      return "next";
    };
  }
}

function text(node: TextNode): Body {
  return (run) => {
    run.node = node;
    run.output.write(node.text);
    return "next";
  };
}

function print(run: Run, node: ActionNode, operand: Operand): void {
  if (operand instanceof Typed) {
    const { templateName } = run;
    run.output.writeTyped(sprint(operand.value), { typed: operand, node, templateName });
    return;
  }
  const value = plain(operand) ?? null;
  run.output.write(value === null ? "<no value>" : sprint(value));
}

type Bind = (run: Run, key: Value | undefined, element: Operand) => void;

/** How an iteration sets the variables of its range. */
function binder(node: BranchNode): Bind {
  const { declared, isAssign } = node.pipe;
  const [first, second] = declared.map((variable) => variable.name);
  if (first === undefined) return () => {};
  if (second === undefined) {
    return (run, _key, element) => isAssign ? run.assign(first, element) : run.assignRecent(1, element);
  }
  return (run, key, element) => {
    if (isAssign) {
      run.assign(first, key);
      run.assign(second, element);
    } else {
      run.assignRecent(1, element);
      run.assignRecent(2, key);
    }
  };
}

interface Iterated {
  readonly value: Value | undefined;
  readonly node: BranchNode;
}

type Iteration = (key: Value | undefined, element: Operand) => Flow;

function element(item: Value, type: GoType): Operand {
  return type.kind === "interface" && item !== null ? new InInterface(item) : item;
}

/** Goes over an integer, a list or a map; true if there was at least one iteration. */
function iterate(run: Run, { value, node }: Iterated, iteration: Iteration): boolean {
  if (value === undefined || value === null) return false;
  if (value instanceof GoInt) {
    if (node.pipe.declared.length > 1) {
      throw run.error(`can't use ${sprint(value)} to iterate over more than one variable`);
    }
    for (let at = 0n; at < value.value; at++) {
      if (iteration(undefined, new GoInt(at, value.type)) === "break") break;
    }
    return value.value > 0n;
  }
  if (value instanceof GoList) {
    for (const [at, item] of value.items.entries()) {
      if (iteration(new GoInt(BigInt(at)), element(item, value.elem)) === "break") break;
    }
    return value.items.length > 0;
  }
  if (value instanceof GoMap) {
    const keys = value.sortedKeys();
    const entries = keys.map((key) => ({ key, entry: value.entries.get(key) ?? null }));
    for (const { key, entry } of entries) if (iteration(key, element(entry, value.elem)) === "break") break;
    return keys.length > 0;
  }
  throw run.error(`range can't iterate over ${sprint(value)}`);
}
