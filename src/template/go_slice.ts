/**
 * Slices with room behind their items. Go's `slice` may reach past the length of a slice up to its capacity, where it
 * finds zero values or the items that an earlier slicing cut off. Capacities are kept as Go has them up to 32 items;
 * a longer list ends where its items end.
 */
import { CallError } from "./function.ts";
import type { GoType } from "./go_type.ts";
import { GoList, types, type Value, zeroValue } from "./value.ts";

const largestKept = 32;

class RoomyList extends GoList {
  constructor(items: readonly Value[], type: GoType<GoList>, readonly behind: readonly Value[]) {
    super(items, type);
  }
}

/** A list with a capacity; one that is not above the length, or too large to be kept, leaves a plain list. */
export function listWithRoom(items: readonly Value[], type: GoType<GoList>, capacity: number): GoList {
  if (capacity <= items.length || items.length > largestKept) return new GoList(items, type);
  const zero = zeroValue(type.elem ?? types.any);
  return new RoomyList(items, type, new Array<Value>(capacity - items.length).fill(zero));
}

/** A list that was made by appending one item after the other to nothing: its capacity is a power of two. */
export function grownList(items: readonly Value[], type: GoType<GoList> = types.anyList): GoList {
  return listWithRoom(items, type, items.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(items.length)));
}

/** The items from `start` up to before `end`, with what lies behind them. Throws CallError beyond the capacity. */
export function sliceList(list: GoList, start: bigint, end: bigint): GoList {
  const behind = list instanceof RoomyList ? list.behind : [];
  const all = behind.length === 0 ? list.items : [...list.items, ...behind];
  if (start < 0n || end < start || end > BigInt(all.length)) {
    throw new CallError("reflect.Value.Slice: slice index out of bounds");
  }
  const items = all.slice(Number(start), Number(end));
  if (all.length > largestKept) return new GoList(items, list.type);
  return new RoomyList(items, list.type, all.slice(Number(end)));
}
