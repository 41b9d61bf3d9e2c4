import { BudgetError, defaultLimits, type Limits, Meter } from "./budget.ts";
import { decodeText, encodeText } from "./bytes.ts";
import { compile } from "./compile.ts";
import { TemplateError } from "./error.ts";
import { DataError, fromHostFields, fromHostRecord, type RootField } from "./from_host.ts";
import type { CallContext, Impurity, JsonValue } from "./function.ts";
import { functions } from "./functions.ts";
import { Output } from "./output.ts";
import { parse } from "./parser.ts";
import { privateKeyPem } from "./private_key.ts";
import { type Program, Run } from "./run.ts";
import { findUsage, impuritiesOf } from "./usage.ts";
import type { GoMap } from "./value.ts";

/** The variables of a template by name. Values are texts, or JSON data. */
export type TemplateData = Readonly<Record<string, unknown>>;

/**
 * What a field becomes: a text, or the number, boolean or structure of the one `int`, `float`, `bool` or `asValue` that
 * printed it. An integer beyond 2^53 is a bigint.
 */
export type RenderedValue = JsonValue;

export interface ParseOptions {
  /** The name that errors show; `template` unless told. */
  readonly name?: string;
}

export interface RenderOptions {
  readonly limits?: Partial<Limits>;
  /** Clock, random source and zone; the machine's own unless told, in UTC. */
  readonly world?: Partial<Omit<CallContext, "budget">>;
  /** Milliseconds on a clock that never goes back, for the time limit. */
  readonly milliseconds?: () => number;
}

/** A parsed template. It keeps no state between renderings. */
export interface Template {
  /** The root fields that it reads, in any branch, sorted. */
  readonly variables: readonly string[];
  /** Those of them that may be missing: whose every use is a whole argument of `default` or `coalesce`, sorted. */
  readonly optional: readonly string[];
  /** The texts between its actions, as they are printed. */
  readonly literals: readonly string[];
  /** Whether it uses the data as a whole, so that it may read any field. */
  readonly readsAll: boolean;
  /** The functions by which two renderings of the same data may differ. */
  readonly impure: ReadonlyMap<string, Impurity>;
  /** The text for the data. Throws TemplateError. */
  render(data: TemplateData, options?: RenderOptions): string;
  /** The value for the data. Throws TemplateError, also for a typed field whose value is none of its type. */
  renderValue(data: TemplateData, options?: RenderOptions): RenderedValue;
}

const worldOfThisMachine: Omit<CallContext, "budget"> = {
  now: () => BigInt(Date.now()) * 1_000_000n,
  randomBytes: (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
    return bytes;
  },
  privateKey: privateKeyPem,
  zone: "UTC",
};

const functionNames: ReadonlySet<string> = new Set(Object.keys(functions));

/** Parses a template once, to be rendered many times. Throws TemplateError. */
export function parseTemplate(text: string, options: ParseOptions = {}): Template {
  if (!text.includes("{{")) return new PlainText(text);
  const name = encodeText(options.name ?? "template");
  const source = encodeText(text);
  return guarded(() => {
    const set = parse({ name, source, functions: functionNames });
    const usage = findUsage({ name, set });
    return new CompiledTemplate(compile({ name, source, set, functions }), {
      fields: [...usage.variables].map((bytes) => ({ name: decodeText(bytes), bytes })),
      literals: usage.literals.map(decodeText),
      required: new Set([...usage.required].map(decodeText)),
      readsAll: usage.readsAll,
      testsRoot: usage.testsRoot,
      impure: impuritiesOf(usage, functions),
    });
  }, { stage: "parse", name, source });
}

/** A text without actions, which stands for itself. */
class PlainText implements Template {
  readonly variables = [];
  readonly optional = [];
  readonly readsAll = false;
  readonly impure: ReadonlyMap<string, Impurity> = new Map();
  readonly literals: readonly string[];

  constructor(readonly text: string) {
    this.literals = [text];
  }

  render(): string {
    return this.text;
  }

  renderValue(): string {
    return this.text;
  }
}

interface Traits {
  /** The root fields that it reads. */
  readonly fields: readonly RootField[];
  readonly literals: readonly string[];
  readonly required: ReadonlySet<string>;
  readonly readsAll: boolean;
  readonly testsRoot: boolean;
  readonly impure: ReadonlyMap<string, Impurity>;
}

class CompiledTemplate implements Template {
  readonly variables: readonly string[];
  readonly optional: readonly string[];
  readonly literals: readonly string[];
  readonly readsAll: boolean;
  readonly impure: ReadonlyMap<string, Impurity>;
  readonly #program: Program;
  readonly #fields: readonly RootField[];
  readonly #takesAll: boolean;

  constructor(program: Program, traits: Traits) {
    this.#program = program;
    this.#fields = traits.fields;
    this.variables = traits.fields.map(({ name }) => name).sort();
    this.optional = this.variables.filter((name) => !traits.required.has(name));
    this.literals = traits.literals;
    this.readsAll = traits.readsAll;
    this.#takesAll = traits.readsAll || traits.testsRoot;
    this.impure = traits.impure;
  }

  render(data: TemplateData, options: RenderOptions = {}): string {
    return decodeText(this.#run(data, options).output.text);
  }

  renderValue(data: TemplateData, options: RenderOptions = {}): RenderedValue {
    const run = this.#run(data, options);
    const { sole } = run.output;
    if (sole === undefined) return decodeText(run.output.text);
    const { field } = sole.typed;
    if (field.kind === "value") return field.value;
    throw run.errorAt(sole.node, sole.templateName, { reason: field.reason });
  }

  #run(data: TemplateData, options: RenderOptions): Run {
    const { name, source } = this.#program;
    const limits = { ...defaultLimits, ...options.limits };
    const milliseconds = options.milliseconds ?? (() => performance.now());
    const run = new Run({
      program: this.#program,
      output: new Output(limits.output),
      meter: new Meter(limits, milliseconds),
      world: { ...worldOfThisMachine, ...options.world },
    });
    return guarded(() => {
      const root: GoMap = this.#takesAll ? fromHostRecord(data) : fromHostFields(data, this.#fields);
      run.enter(name, root);
      return run;
    }, { stage: "exec", name, source, run });
  }
}

interface Guard {
  readonly stage: "parse" | "exec";
  readonly name: string;
  readonly source: string;
  readonly run?: Run;
}

/** Does the work; whatever it throws comes out as a TemplateError. */
function guarded<T>(work: () => T, guard: Guard): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    const reason = reasonOf(error);
    if (guard.run !== undefined) throw guard.run.error(reason);
    const { stage, name, source } = guard;
    throw new TemplateError({ stage, source, at: 0, site: `template: ${name}`, reason });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof BudgetError || error instanceof DataError) return error.message;
  if (error instanceof RangeError) return "nested too deeply";
  return "internal failure";
}
