/** Field access: map entries, struct fields and methods, `missingkey=error`. */
import { callFunction, type CallSite, type Final, missing } from "./call.ts";
import type { GoFunction } from "./function.ts";
import type { GoType } from "./go_type.ts";
import { quote } from "./quote.ts";
import type { Run } from "./run.ts";
import { suggest } from "./suggest.ts";
import { InInterface, type Operand, plain } from "./typed.ts";
import { GoMap, GoObject, typeOf, types, type Value } from "./value.ts";

export interface FieldInput {
  readonly dot: Operand;
  readonly receiver: Operand;
  readonly path: readonly string[];
  /** The arguments behind the last name, for a method. */
  readonly site: CallSite;
  readonly final: Final;
}

/** Walks `.a.b.c` from a receiver. */
export function walkFields(run: Run, input: FieldInput): Operand {
  let current = plain(input.receiver);
  let type = input.receiver instanceof InInterface ? types.any : typeOf(current ?? null) ?? types.any;
  const last = input.path.length - 1;
  for (let at = 0; at <= last; at++) {
    const isLast = at === last;
    const step: Step = {
      name: input.path[at] ?? "",
      type,
      dot: input.dot,
      site: isLast ? input.site : { ...input.site, args: [], nodes: [] },
      final: isLast ? input.final : missing,
    };
    const owner: Value | undefined = current;
    current = plain(accessField(run, owner, step));
    type = owner instanceof GoMap ? owner.elem : typeOf(current ?? null) ?? types.any;
  }
  return current;
}

interface Step {
  readonly name: string;
  /** The receiver's static type, which errors name. */
  readonly type: GoType;
  readonly dot: Operand;
  readonly site: CallSite;
  readonly final: Final;
}

function accessField(run: Run, receiver: Value | undefined, step: Step): Operand {
  run.meter.steps(1);
  const { name } = step;
  if (receiver === undefined) throw run.error(`nil data; no entry for key ${quote(name)}`);
  if (receiver === null) throw run.error(`nil pointer evaluating ${step.type.name}.${name}`);
  const method = methodOf(receiver, name);
  if (method !== undefined) {
    return callFunction(run, method, { site: { ...step.site, name }, dot: step.dot, final: step.final });
  }
  const hasArguments = step.site.args.length > 0 || step.final !== missing;
  if (receiver instanceof GoMap) {
    if (hasArguments) throw run.error(`${name} is not a method but has arguments`);
    const entry = receiver.entries.get(name);
    if (entry !== undefined) return entry;
    const hint = suggest(name, receiver.entries.keys());
    throw run.error(`map has no entry for key ${quote(name)}`, hint);
  }
  if (receiver instanceof GoObject) {
    const field = receiver.fields().get(name);
    if (field !== undefined && /^[A-Z]/.test(name)) {
      if (hasArguments) throw run.error(`${name} has arguments but cannot be invoked as function`);
      return field;
    }
    if (field !== undefined) {
      throw run.error(`${name} is an unexported field of struct type ${step.type.name}`);
    }
  }
  throw run.error(`can't evaluate field ${name} in type ${step.type.name}`);
}

function methodOf(receiver: Value, name: string): GoFunction | undefined {
  const bind = typeOf(receiver)?.methods?.get(name) as ((receiver: Value) => GoFunction) | undefined;
  return bind?.(receiver);
}
