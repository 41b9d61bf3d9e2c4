import { define, type FunctionTable } from "./function.ts";
import { deepEqual } from "./equal.ts";
import { typeName, typeOf, types, type Value } from "./value.ts";

/** The kind of a value as reflection names it; `invalid` for nil. */
function kindName(value: Value): string {
  return typeOf(value)?.kind ?? "invalid";
}

export const reflectFunctions: FunctionTable = {
  typeOf: define({ params: [types.any], call: ([value]) => typeName(value) }),
  typeIs: define({ params: [types.string, types.any], call: ([name, value]) => name === typeName(value) }),
  typeIsLike: define({
    params: [types.string, types.any],
    call: ([name, value]) => name === typeName(value) || `*${name}` === typeName(value),
  }),
  kindOf: define({ params: [types.any], call: ([value]) => kindName(value) }),
  kindIs: define({ params: [types.string, types.any], call: ([name, value]) => name === kindName(value) }),
  deepEqual: define({ params: [types.any, types.any], call: ([a, b]) => deepEqual(a, b) }),
};
