import { Meter } from "./budget.ts";
import { lineAt, TemplateError } from "./error.ts";
import type { CallContext } from "./function.ts";
import type { Output } from "./output.ts";
import { quote } from "./quote.ts";
import { suggest } from "./suggest.ts";
import { showNode, type SyntaxNode } from "./syntax.ts";
import type { Operand } from "./typed.ts";

/** How a statement ended. */
export type Flow = "next" | "break" | "continue";

/** A compiled template. */
export type Body = (run: Run, dot: Operand) => Flow;

/** The compiled templates of one text. */
export interface Program {
  /** Name of the whole text, which locations show. */
  readonly name: string;
  readonly source: string;
  readonly bodies: ReadonlyMap<string, Body>;
}

export interface RunInit {
  readonly program: Program;
  readonly meter: Meter;
  readonly output: Output;
  readonly world: Omit<CallContext, "budget">;
}

interface Frame {
  readonly names: string[];
  readonly values: Operand[];
  readonly templateName: string;
}

/** One rendering: the variables, the node at work (for errors), the budget and the output. */
export class Run {
  readonly program: Program;
  readonly output: Output;
  readonly context: CallContext;
  readonly meter: Meter;
  /** The node that an error would be reported at. */
  node: SyntaxNode | undefined;
  #frame: Frame;
  #depth = 0;

  constructor(init: RunInit) {
    this.program = init.program;
    this.output = init.output;
    this.meter = init.meter;
    this.context = { ...init.world, budget: init.meter };
    this.#frame = { names: [], values: [], templateName: init.program.name };
  }

  /** The template being executed. */
  get templateName(): string {
    return this.#frame.templateName;
  }

  /** Checks that a template can be entered, before its argument is evaluated. */
  requireTemplate(name: string): void {
    if (!this.program.bodies.has(name)) {
      throw this.error(`template ${quote(name)} not defined`, suggest(name, this.program.bodies.keys()));
    }
    if (this.#depth >= this.meter.limits.depth) {
      throw this.error(`exceeded maximum template depth (${this.meter.limits.depth})`);
    }
  }

  /** Runs a template of the program with its own variables, of which `$` is `dot`. */
  enter(name: string, dot: Operand): void {
    const body = this.program.bodies.get(name);
    if (body === undefined) throw this.error(`${quote(name)} is an incomplete or empty template`);
    const outer = this.#frame;
    this.#frame = { names: ["$"], values: [dot], templateName: name };
    this.#depth++;
    body(this, dot);
    this.#depth--;
    this.#frame = outer;
  }

  /** How many variables there are, to return to with `drop`. */
  mark(): number {
    return this.#frame.names.length;
  }

  drop(mark: number): void {
    this.#frame.names.length = mark;
    this.#frame.values.length = mark;
  }

  declare(name: string, value: Operand): void {
    this.#frame.names.push(name);
    this.#frame.values.push(value);
  }

  assign(name: string, value: Operand): void {
    this.#frame.values[this.#indexOf(name)] = value;
  }

  /** Sets the variable that was declared `back` declarations ago (1 is the last). */
  assignRecent(back: number, value: Operand): void {
    const { values } = this.#frame;
    values[values.length - back] = value;
  }

  variable(name: string): Operand {
    return this.#frame.values[this.#indexOf(name)];
  }

  #indexOf(name: string): number {
    const at = this.#frame.names.lastIndexOf(name);
    if (at < 0) throw this.error(`undefined variable: ${name}`);
    return at;
  }

  /** An error at the node at work. */
  error(reason: string, hint?: string): TemplateError {
    return this.errorAt(this.node, this.templateName, { reason, ...(hint === undefined ? {} : { hint }) });
  }

  errorAt(
    node: SyntaxNode | undefined,
    templateName: string,
    problem: { reason: string; hint?: string },
  ): TemplateError {
    const { name, source } = this.program;
    const at = node?.at ?? 0;
    const lineStart = source.lastIndexOf("\n", at - 1) + 1;
    const place = `${name}:${lineAt(source, at)}:${at - lineStart}`;
    return new TemplateError({
      stage: "exec",
      source,
      at,
      site: node === undefined
        ? `template: ${templateName}`
        : `template: ${place}: executing ${quote(templateName)} at <${showNode(node)}>`,
      ...problem,
    });
  }
}
