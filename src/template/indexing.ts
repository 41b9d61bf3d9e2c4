/** The builtins index, slice and len. Throws CallError as Go returns errors. */
import { CallError } from "./function.ts";
import { isAssignable } from "./go_type.ts";
import { GoInt, GoList, GoMap, typeName, typeOf, types, type Value, zeroValue } from "./value.ts";

function indexOf(index: Value | undefined, limit: number): number {
  if (index === null || index === undefined) throw new CallError("cannot index slice/array with nil");
  if (!(index instanceof GoInt)) {
    throw new CallError(`cannot index slice/array with type ${typeName(index)}`);
  }
  const { value } = index;
  if (value < 0n || value > BigInt(limit)) throw new CallError(`index out of range: ${value}`);
  return Number(value);
}

/** `index x 1 "a"` is x[1]["a"]. */
export function indexValue(item: Value | undefined, indexes: readonly (Value | undefined)[]): Value {
  if (item === null || item === undefined) throw new CallError("index of untyped nil");
  let current: Value = item;
  for (const index of indexes) current = indexOnce(current, index);
  return current;
}

function indexOnce(item: Value, index: Value | undefined): Value {
  if (item === null) throw new CallError("index of nil pointer");
  if (item instanceof GoList) {
    const at = indexOf(index, item.items.length);
    const found = item.items[at];
    if (found === undefined) {
      throw new CallError("reflect: slice index out of range");
    }
    return found;
  }
  if (typeof item === "string") {
    const at = indexOf(index, item.length);
    if (at >= item.length) throw new CallError("reflect: string index out of range");
    return new GoInt(BigInt(item.charCodeAt(at)), types.uint8);
  }
  if (!(item instanceof GoMap)) throw new CallError(`can't index item of type ${typeName(item)}`);
  if (index === null || index === undefined) {
    throw new CallError("value is nil; should be of type string");
  }
  if (typeof index !== "string") {
    const type = typeOf(index) ?? types.any;
    if (!isAssignable(type, types.string)) {
      throw new CallError(`value has type ${type.name}; should be string`);
    }
    return null;
  }
  return item.entries.get(index) ?? (item.entries.has(index) ? null : zeroValue(item.elem));
}

/** `slice x 1 2` is x[1:2], `slice x` is x[:]. */
export function sliceValue(item: Value | undefined, indexes: readonly (Value | undefined)[]): Value {
  if (item === null || item === undefined) throw new CallError("slice of untyped nil");
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  const isText = typeof item === "string";
  if (isText && indexes.length === 3) throw new CallError("cannot 3-index slice a string");
  if (!isText && !(item instanceof GoList)) throw new CallError(`can't slice item of type ${typeName(item)}`);
  const length = isText ? item.length : item.items.length;
  const [from = 0, to = length, end = length] = indexes.map((index) => indexOf(index, length));
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`);
  if (to > end) throw new CallError(`invalid slice index: ${to} > ${end}`);
  return isText ? item.slice(from, to) : new GoList(item.items.slice(from, to), item.type);
}

/** Bytes of a string, items of a list or map. */
export function lengthOf(item: Value | undefined): number {
  if (item === undefined) throw new CallError("reflect: call of reflect.Value.Type on zero Value");
  if (item === null) throw new CallError("len of nil pointer");
  if (typeof item === "string") return item.length;
  if (item instanceof GoList) return item.items.length;
  if (item instanceof GoMap) return item.entries.size;
  throw new CallError(`len of type ${typeName(item)}`);
}
