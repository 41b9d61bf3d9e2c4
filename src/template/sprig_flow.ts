import { CallError, define, type FunctionTable } from "./function.ts";
import { isEmpty } from "./sprig_convert.ts";
import { types } from "./value.ts";

export const flowFunctions: FunctionTable = {
  default: define({
    params: [types.any],
    rest: types.any,
    selects: true,
    call: ([fallback, given]) => given === undefined || isEmpty(given) ? fallback : given,
  }),
  empty: define({ params: [types.any], call: ([value]) => isEmpty(value) }),
  coalesce: define({
    params: [],
    rest: types.any,
    selects: true,
    call: (values) => values.find((value) => !isEmpty(value)) ?? null,
  }),
  all: define({ params: [], rest: types.any, call: (values) => !values.some(isEmpty) }),
  any: define({ params: [], rest: types.any, call: (values) => values.some((value) => !isEmpty(value)) }),
  ternary: define({
    params: [types.any, types.any, types.bool],
    selects: true,
    call: ([whenTrue, whenFalse, test]) => test ? whenTrue : whenFalse,
  }),
  fail: define({
    params: [types.string],
    call: ([message]) => {
      throw new CallError(message);
    },
  }),
  hello: define({ params: [], call: () => "Hello!" }),
};
