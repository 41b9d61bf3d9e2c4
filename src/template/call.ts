/** Calls of functions and methods, with Go's rules for the number and the types of arguments. */
import { validate } from "./argument.ts";
import { BudgetError } from "./budget.ts";
import { TemplateError } from "./error.ts";
import { CallError, type GoFunction } from "./function.ts";
import type { GoType } from "./go_type.ts";
import type { Run } from "./run.ts";
import { type OperandNode, showNode, type SyntaxNode } from "./syntax.ts";
import { isTrue } from "./truth.ts";
import { type Operand, plain, Typed } from "./typed.ts";
import { GoList, typeName, types, type Value } from "./value.ts";

/** Stands for the value that a pipeline hands to its first command: there is none. */
export const missing = Symbol("missing");
export type Final = Operand | typeof missing;

/** Evaluates an argument for a parameter of a type; without a type as the operand of a chain. */
export type Argument = (run: Run, dot: Operand, type: GoType) => Operand;

export interface CallSite {
  /** The node that errors of the function itself are reported at. */
  readonly node: SyntaxNode;
  readonly name: string;
  /** The arguments as written, for the builtin `call`. */
  readonly nodes: readonly OperandNode[];
  readonly args: readonly Argument[];
}

export interface CallInput {
  readonly dot: Operand;
  readonly final: Final;
}

/** One call: where it stands and what it is given. */
export interface Call extends CallInput {
  readonly site: CallSite;
}

/** Calls a function. Throws TemplateError. */
export function callFunction(run: Run, fn: GoFunction, call: Call): Operand {
  const { site } = call;
  checkCount(run, fn, call);
  const operands = evaluateArguments(run, fn, call);
  const values = operands.map((operand) => plain(operand) as Value);
  run.meter.steps(1);
  let result: Value;
  try {
    result = fn.call(values, run.context);
  } catch (error) {
    throw callFailure(run, site, error);
  }
  charge(run, site, result);
  if (fn.typed !== undefined) return new Typed(result, fn.typed(values[0] ?? null));
  return fn.selects ? reselect(result, operands) : result;
}

function checkCount(run: Run, fn: GoFunction, { site, final }: Call): void {
  const written = site.args.length;
  const given = written + (final === missing ? 0 : 1);
  const fixed = fn.params.length;
  if (fn.rest !== undefined) {
    if (given < fixed) {
      throw run.error(`wrong number of args for ${site.name}: want at least ${fixed} got ${written}`);
    }
  } else if (given !== fixed) {
    throw run.error(`wrong number of args for ${site.name}: want ${fixed} got ${given}`);
  }
  if (fn.results !== 1) {
    throw run.error(`function ${site.name} has ${fn.results} return values; should be 1 or 2`);
  }
}

function evaluateArguments(run: Run, fn: GoFunction, { site, dot, final }: Call): Operand[] {
  const typeAt = (at: number): GoType => fn.params[at] ?? fn.rest ?? types.any;
  const operands = site.args.map((arg, at) => arg(run, dot, typeAt(at)));
  if (final !== missing) {
    const value = validate(run, plain(final), typeAt(operands.length));
    operands.push(final instanceof Typed ? final : value);
  }
  return operands;
}

/** A function that returns one of its arguments hands on that it was typed. */
function reselect(result: Value, operands: readonly Operand[]): Operand {
  for (const operand of operands) {
    if (operand instanceof Typed && Object.is(operand.value, result)) return operand;
  }
  return result;
}

function charge(run: Run, site: CallSite, result: Value): void {
  try {
    if (typeof result === "string") run.meter.bytes(result.length);
    else if (result instanceof GoList) run.meter.bytes(16 * result.items.length);
  } catch (error) {
    throw callFailure(run, site, error);
  }
}

/** A failure inside a function is reported at the call; a used-up budget and a deep recursion too. */
function callFailure(run: Run, site: CallSite, error: unknown): TemplateError {
  if (error instanceof TemplateError) return error;
  run.node = site.node;
  if (error instanceof CallError) return run.error(`error calling ${site.name}: ${error.message}`);
  if (error instanceof BudgetError) return run.error(error.message);
  const cause = error instanceof RangeError ? "value nested too deeply" : "internal failure";
  return run.error(`error calling ${site.name}: ${cause}`);
}

/** The builtins `and` and `or`: return the operand that decides, without evaluating the rest. */
export function callLogic(run: Run, isOr: boolean, { site, dot, final }: Call): Operand {
  if (site.args.length === 0 && final === missing) {
    throw run.error(`wrong number of args for ${site.name}: want at least 1 got 0`);
  }
  let value: Operand;
  for (const arg of site.args) {
    value = arg(run, dot, logicType);
    run.meter.steps(1);
    if (isTrue(plain(value)) === isOr) return value;
  }
  return final === missing ? value : final;
}

const logicType: GoType = { name: "reflect.Value", kind: "struct" };

/** The builtin `call`: templates meet no value that is a function, so it reports what it got. */
export function callCall(run: Run, site: CallSite, input: CallInput): Operand {
  if (site.args.length === 0 && input.final === missing) {
    throw run.error("wrong number of args for call: want at least 1 got 0");
  }
  const values = site.args.map((arg) => plain(arg(run, input.dot, logicType)));
  if (input.final !== missing) values.push(plain(input.final));
  const callee = values[0];
  run.node = site.node;
  if (callee === undefined || callee === null) throw run.error("error calling call: call of nil");
  const first = site.nodes[0];
  const name = first === undefined ? reflectText(callee) : showNode(first);
  throw run.error(`error calling call: non-function ${name} of type ${typeName(callee)}`);
}

/** What reflect.Value's String gives. */
function reflectText(value: Value): string {
  return typeof value === "string" ? value : `<${typeName(value)} Value>`;
}
