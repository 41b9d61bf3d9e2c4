import { type Budget, CallError, define, type FunctionTable } from "./function.ts";
import { grownList, listWithRoom, sliceList } from "./go_slice.ts";
import { deepEqual } from "./equal.ts";
import { isEmpty, kindOfType, stringList, textOf, textsOf, toInt64 } from "./sprig_convert.ts";
import { compareBytes, GoList, types, type Value } from "./value.ts";

/** The list that a function works on; anything else fails with the message, nil as Go's reflection does. */
function listOf(value: Value, complaint: string): GoList {
  const kind = kindOfType(value);
  if (value instanceof GoList) return value;
  throw new CallError(`${complaint} ${kind}`);
}

const nilList = new GoList([], types.anyList, true);

/** A function of one list. */
function ofList(name: string, change: (items: readonly Value[], budget: Budget) => Value) {
  return define({
    params: [types.any],
    call: ([value], { budget }) => {
      const { items } = listOf(value, `Cannot find ${name} on type`);
      budget.steps(items.length);
      return change(items, budget);
    },
  });
}

function isIn(items: readonly Value[], wanted: Value, budget: Budget): boolean {
  budget.steps(1 + items.length);
  return items.some((item) => deepEqual(wanted, item));
}

function distinct(items: readonly Value[], budget: Budget): GoList {
  const kept: Value[] = [];
  for (const item of items) if (!isIn(kept, item, budget)) kept.push(item);
  return grownList(kept);
}

function withItem(verb: string, place: (items: readonly Value[], value: Value) => GoList) {
  return define({
    params: [types.any, types.any],
    call: ([list, value], { budget }) => {
      const { items } = listOf(list, `Cannot ${verb} on type`);
      budget.bytes(16 * (items.length + 1));
      return place(items, value);
    },
  });
}

function makeLength(length: number): number {
  if (length < 0 || length > 2 ** 48) throw new CallError("runtime error: makeslice: len out of range");
  return length;
}

/** Parts of `size` items; the odd cases (no or a negative size) as Sprig's arithmetic has them. */
function chunks(items: readonly Value[], size: number): GoList {
  const count = makeLength(size === 0 ? -1 : Math.floor((items.length - 1) / size) + 1);
  const parts = Array.from({ length: count }, (_, at) => {
    const rest = items.length % size;
    const length = makeLength(at === count - 1 && rest !== 0 ? rest : size);
    return new GoList(items.slice(at * size, at * size + length));
  });
  return new GoList(parts, types.anyListList);
}

const chunk = define({
  params: [types.int, types.any],
  call: ([size, value], { budget }) => {
    const { items } = listOf(value, "Cannot chunk type");
    budget.bytes(32 * items.length);
    return chunks(items, size.toNumber());
  },
});

const slice = define({
  params: [types.any],
  rest: types.any,
  call: ([value, ...indices], { budget }) => {
    const list = listOf(value, "list should be type of slice or array but");
    const length = list.items.length;
    if (length === 0) return null;
    const [first, second] = indices;
    const start = first === undefined ? 0n : toInt64(first);
    const end = second === undefined ? BigInt(length) : toInt64(second);
    budget.bytes(16 * length);
    return sliceList(list, start, end);
  },
});

const has = define({
  params: [types.any, types.any],
  call: ([wanted, value], { budget }) => {
    if (value === null) return false;
    return isIn(listOf(value, "Cannot find has on type").items, wanted, budget);
  },
});

const without = define({
  params: [types.any],
  rest: types.any,
  call: ([value, ...omitted], { budget }) => {
    const { items } = listOf(value, "Cannot find without on type");
    return grownList(items.filter((item) => !isIn(omitted, item, budget)));
  },
});

const compact = define({
  params: [types.any],
  call: ([value], { budget }) => {
    const { items } = listOf(value, "Cannot compact on type");
    budget.steps(items.length);
    return grownList(items.filter((item) => !isEmpty(item)));
  },
});

const list = define({ params: [], rest: types.any, call: (items) => new GoList(items) });

/** Sorts as texts. As in Sprig a list of texts is sorted in place: it is the one list that ever changes. */
function sortAlpha(value: Value, budget: Budget): Value {
  if (!(value instanceof GoList)) return stringList([textOf(value)]);
  const texts = [...textsOf(value)].sort(compareBytes);
  budget.steps(texts.length * Math.ceil(Math.log2(texts.length + 1)));
  if (value.type.name !== types.stringList.name) return stringList(texts);
  (value.items as Value[]).splice(0, texts.length, ...texts);
  return value;
}

function concat(lists: readonly Value[], budget: Budget): GoList {
  const items: Value[] = [];
  for (const value of lists) {
    const kind = kindOfType(value);
    if (!(value instanceof GoList)) throw new CallError(`Cannot concat type ${kind} as list`);
    budget.bytes(16 * value.items.length);
    for (const item of value.items) items.push(item);
  }
  return items.length === 0 ? nilList : grownList(items);
}

const push = withItem(
  "push",
  (items, value) => listWithRoom([...items, value], types.anyList, 2 * items.length),
);
const prepend = withItem("prepend", (items, value) => new GoList([value, ...items]));
const first = ofList("first", (items) => items[0] ?? null);
const last = ofList("last", (items) => items.at(-1) ?? null);
const rest = ofList("rest", (items) => items.length === 0 ? nilList : new GoList(items.slice(1)));
const initial = ofList("initial", (items) => items.length === 0 ? nilList : new GoList(items.slice(0, -1)));
const reverse = ofList("reverse", (items) => new GoList(items.toReversed()));
const uniq = ofList("uniq", distinct);

export const listFunctions: FunctionTable = {
  list,
  tuple: list,
  push,
  append: push,
  mustPush: push,
  mustAppend: push,
  prepend,
  mustPrepend: prepend,
  first,
  mustFirst: first,
  last,
  mustLast: last,
  rest,
  mustRest: rest,
  initial,
  mustInitial: initial,
  reverse,
  mustReverse: reverse,
  uniq,
  mustUniq: uniq,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  compact,
  mustCompact: compact,
  slice,
  mustSlice: slice,
  chunk,
  mustChunk: chunk,
  concat: define({ params: [], rest: types.any, call: (lists, { budget }) => concat(lists, budget) }),
  sortAlpha: define({
    params: [types.any],
    call: ([value], { budget }) => sortAlpha(value, budget),
  }),
};
