/** The functions that Go's text/template has of its own. */
import { reflectValue } from "./argument.ts";
import { equalsAny, isLess, isLessOrEqual } from "./compare.ts";
import { escapeHtml, escapeJs, escapeQuery, escaperText } from "./escape.ts";
import { CallError, define, type FunctionTable, type GoFunction } from "./function.ts";
import { indexValue, lengthOf, sliceValue } from "./indexing.ts";
import { sprintAll, sprintLine } from "./print.ts";
import { sprintf } from "./printf.ts";
import { isTrue } from "./truth.ts";
import { GoInt, types, type Value } from "./value.ts";

function comparison(compare: (a: Value, b: Value) => boolean): GoFunction {
  return define({
    params: [reflectValue, reflectValue],
    call: ([a, b]) => compare(a ?? null, b ?? null),
  });
}

function escaper(escape: (bytes: string) => string): GoFunction {
  return define({
    params: [],
    rest: types.any,
    call: (values, { budget }) => {
      const text = escaperText(values);
      budget.bytes(6 * text.length);
      return escape(text);
    },
  });
}

/** `and`, `or` and `call` are carried out by the evaluator, before their arguments are evaluated. */
const evaluated = define({
  params: [reflectValue],
  rest: reflectValue,
  call: () => {
    throw new CallError("is carried out by the evaluator");
  },
});

export const builtinFunctions: FunctionTable = {
  and: evaluated,
  or: evaluated,
  call: evaluated,
  not: define({ params: [reflectValue], call: ([value]) => !isTrue(value) }),
  len: define({ params: [reflectValue], call: ([value]) => new GoInt(BigInt(lengthOf(value))) }),
  index: define({
    params: [reflectValue],
    rest: reflectValue,
    call: ([item, ...indexes]) => indexValue(item, indexes),
  }),
  slice: define({
    params: [reflectValue],
    rest: reflectValue,
    call: ([item, ...indexes]) => sliceValue(item, indexes),
  }),
  print: define({ params: [], rest: types.any, call: (values) => sprintAll(values) }),
  println: define({ params: [], rest: types.any, call: (values) => sprintLine(values) }),
  printf: define({
    params: [types.string],
    rest: types.any,
    call: ([format, ...values], { budget }) => sprintf(format, values, budget),
  }),
  html: escaper(escapeHtml),
  js: escaper(escapeJs),
  urlquery: escaper(escapeQuery),
  eq: define({
    params: [reflectValue],
    rest: reflectValue,
    call: ([first, ...others]) => equalsAny(first ?? null, others.map((other) => other ?? null)),
  }),
  ne: comparison((a, b) => !equalsAny(a, [b])),
  lt: comparison(isLess),
  le: comparison(isLessOrEqual),
  gt: comparison((a, b) => !isLessOrEqual(a, b)),
  ge: comparison((a, b) => !isLess(a, b)),
};
