import { type Budget, CallError, define, type FunctionTable } from "./function.ts";
import { grownList } from "./go_slice.ts";
import { mergeMaps, MergeTypeError } from "./merge.ts";
import { textOf } from "./sprig_convert.ts";
import { GoList, GoMap, GoObject, typeName, types, type Value } from "./value.ts";

function dict(values: readonly Value[]): GoMap {
  const entries = new Map<string, Value>();
  for (let at = 0; at < values.length; at += 2) {
    entries.set(textOf(values[at] ?? null), at + 1 < values.length ? values[at + 1] ?? null : "");
  }
  return new GoMap(entries);
}

/** merge swallows a failure and gives an empty text then; mustMerge fails. */
function merge(options: { overwrite: boolean; fails: boolean }) {
  return define({
    params: [types.anyMap],
    rest: types.anyMap,
    call: ([target, ...sources], { budget }) => {
      try {
        return sources.reduce(
          (into: GoMap, source) => mergeMaps(into, source, { overwrite: options.overwrite, budget }),
          target,
        );
      } catch (error) {
        if (options.fails || !(error instanceof MergeTypeError)) throw error;
        return "";
      }
    },
  });
}

function asMap(value: Value): GoMap {
  if (value instanceof GoMap && value.type.name === types.anyMap.name) return value;
  throw conversionError(value, types.anyMap.name);
}

function conversionError(value: Value, wanted: string): CallError {
  const found = value === null ? "nil" : typeName(value);
  return new CallError(`interface conversion: interface {} is ${found}, not ${wanted}`);
}

/** dig KEY... DEFAULT MAP: the value at a path of keys, or the default where one is missing. */
function dig(values: readonly Value[]): Value {
  if (values.length < 3) throw new CallError("dig needs at least three arguments");
  let map = asMap(values.at(-1) ?? null);
  const fallback = values.at(-2) ?? null;
  const keys = values.slice(0, -2).map((key) => {
    if (typeof key === "string") return key;
    throw conversionError(key, "string");
  });
  for (const [at, key] of keys.entries()) {
    const step = map.entries.get(key);
    if (step === undefined) return fallback;
    if (at === keys.length - 1) return step;
    map = asMap(step);
  }
  return fallback;
}

/** Nesting at which a value is taken to contain itself. */
const deepest = 1000;

/** A copy that shares no map with the original. */
function copyOf(value: Value, options: { depth: number; budget: Budget }): Value {
  options.budget.steps(1);
  options.budget.bytes(16);
  if (options.depth > deepest) throw new CallError("deepCopy: a value that contains itself");
  const inner = { ...options, depth: options.depth + 1 };
  if (value instanceof GoList) {
    return new GoList(value.items.map((item) => copyOf(item, inner)), value.type, value.isNil);
  }
  if (value instanceof GoMap) {
    const entries = new Map([...value.entries].map(([key, item]) => [key, copyOf(item, inner)] as const));
    return new GoMap(entries, value.type, value.isNil);
  }
  return value instanceof GoObject ? value.copied() : value;
}

const deepCopy = define({
  params: [types.any],
  call: ([value], { budget }) => {
    if (value === null) throw new CallError("reflect: call of reflect.Value.Type on zero Value");
    return copyOf(value, { depth: 0, budget });
  },
});

function pick(map: GoMap, keys: ReadonlySet<string>): GoMap {
  return new GoMap(new Map([...map.entries].filter(([key]) => keys.has(key))));
}

function omit(map: GoMap, keys: ReadonlySet<string>): GoMap {
  return new GoMap(new Map([...map.entries].filter(([key]) => !keys.has(key))));
}

const accessFunctions: FunctionTable = {
  dict: define({ params: [], rest: types.any, call: dict }),
  get: define({
    params: [types.anyMap, types.string],
    call: ([map, key]) => map.entries.get(key) ?? absent(map, key),
  }),
  set: define({
    params: [types.anyMap, types.string, types.any],
    call: ([map, key, value]) => {
      if (map.isNil) throw new CallError("assignment to entry in nil map");
      map.entries.set(key, value);
      return map;
    },
  }),
  unset: define({
    params: [types.anyMap, types.string],
    call: ([map, key]) => {
      map.entries.delete(key);
      return map;
    },
  }),
  hasKey: define({ params: [types.anyMap, types.string], call: ([map, key]) => map.entries.has(key) }),
  dig: define({ params: [], rest: types.any, call: dig }),
};

/** nil where the map holds nil, an empty text where it has no such key. */
function absent(map: GoMap, key: string): Value {
  return map.entries.has(key) ? null : "";
}

/** Of several maps the keys one after the other, each map's in the order of their bytes. */
function keysOf(maps: readonly GoMap[], budget: Budget): GoList {
  const keys = maps.flatMap((map) => map.sortedKeys());
  budget.bytes(16 * keys.length);
  return grownList(keys, types.stringList);
}

const mapFunctions: FunctionTable = {
  keys: define({ params: [], rest: types.anyMap, call: (maps, { budget }) => keysOf(maps, budget) }),
  values: define({
    params: [types.anyMap],
    call: ([map], { budget }) => {
      budget.bytes(16 * map.entries.size);
      return grownList(map.sortedKeys().map((key) => map.entries.get(key) ?? null));
    },
  }),
  pluck: define({
    params: [types.string],
    rest: types.anyMap,
    call: ([key, ...maps]) =>
      grownList(maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key) ?? null)),
  }),
  pick: define({
    params: [types.anyMap],
    rest: types.string,
    call: ([map, ...keys], { budget }) => {
      budget.steps(map.entries.size);
      return pick(map, new Set(keys));
    },
  }),
  omit: define({
    params: [types.anyMap],
    rest: types.string,
    call: ([map, ...keys], { budget }) => {
      budget.bytes(16 * map.entries.size);
      return omit(map, new Set(keys));
    },
  }),
  merge: merge({ overwrite: false, fails: false }),
  mustMerge: merge({ overwrite: false, fails: true }),
  mergeOverwrite: merge({ overwrite: true, fails: false }),
  mustMergeOverwrite: merge({ overwrite: true, fails: true }),
  deepCopy,
  mustDeepCopy: deepCopy,
};

export const dictFunctions: FunctionTable = { ...accessFunctions, ...mapFunctions };
