import { asList, asMap, type Atom, atomOf, equalJson, fieldType, itemElement, mapOf } from "./apply_typed.ts";
import type { ListSchema, StructSchema, TypeSchema } from "./field_management.ts";
import type { PathElement } from "./managed_fields_path.ts";
import { type FieldSet, FieldSetBuilder } from "./managed_fields_set.ts";

/** What became of the fields of an object between two versions of it. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Compares two objects of one type; undefined stands for a value that is not there. */
export function compareObjects(type: TypeSchema, before: unknown, after: unknown): Comparison {
  const [removed, modified, added] = [new FieldSetBuilder(), new FieldSetBuilder(), new FieldSetBuilder()];
  compareAt({ type, before, after, path: [], removed, modified, added });
  return { removed: removed.set, modified: modified.set, added: added.set };
}

interface Pair {
  readonly type: TypeSchema;
  readonly before: unknown;
  readonly after: unknown;
  readonly path: readonly PathElement[];
  readonly removed: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly added: FieldSetBuilder;
}

function compareAt(pair: Pair): void {
  const { type, before, after } = pair;
  const [oldAtom, newAtom] = [atomOf(type, before), atomOf(type, after)];
  let leaf: boolean;
  if (after === undefined) {
    leaf = compareAtom(oldAtom, pair);
  } else {
    if (before !== undefined && oldAtom.kind !== newAtom.kind) compareAtom(oldAtom, pair);
    leaf = compareAtom(newAtom, pair);
  }
  if (!leaf) recordPresence(pair);
}

/** Returns whether the value was compared as a whole, and so recorded. */
function compareAtom(atom: Atom, pair: Pair): boolean {
  if (atom.kind === "scalar") return compareLeaf(pair);
  const sizes = atom.kind === "map" ? [mapSize(pair.before), mapSize(pair.after)] : [
    asList(pair.before)?.length ?? 0,
    asList(pair.after)?.length ?? 0,
  ];
  const atomic = atom.kind === "map" ? atom.atomic : atom.merge === "atomic";
  if (atomic || sizes.every((size) => size === 0)) return compareLeaf(pair);
  if (atom.kind === "map") compareMaps(atom, pair);
  else compareLists(atom, pair);
  return false;
}

function mapSize(value: unknown): number {
  return Object.keys(asMap(value) ?? {}).length;
}

function compareLeaf(pair: Pair): boolean {
  const { before, after, path } = pair;
  if (before === undefined || after === undefined) recordPresence(pair);
  else if (!equalJson(before, after)) pair.modified.insert(path);
  return true;
}

function recordPresence({ before, after, path, added, removed }: Pair): void {
  if (before === undefined) added.insert(path);
  else if (after === undefined) removed.insert(path);
}

function compareMaps(type: StructSchema, pair: Pair): void {
  const [before, after] = [asMap(pair.before) ?? {}, asMap(pair.after) ?? {}];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const inner = fieldType(type, name) ?? mapOf(undefined, false);
    compareAt({
      ...pair,
      type: inner,
      before: before[name],
      after: after[name],
      path: [...pair.path, `f:${name}`],
    });
  }
}

function compareLists(type: ListSchema, pair: Pair): void {
  const [before, after] = [groupItems(type, pair.before), groupItems(type, pair.after)];
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(element) ?? [], after.get(element) ?? []];
    const path = [...pair.path, element];
    const inner = (oldItem: unknown, newItem: unknown) =>
      compareAt({ ...pair, type: type.items, before: oldItem, after: newItem, path });
    if (old.length <= 1 && now.length <= 1) {
      inner(old[0], now[0]);
    } else if (old.length >= 2 && now.length >= 2) {
      if (!equalJson(old, now)) pair.modified.insert(path);
    } else if (old.length >= 2) {
      if (now.length === 1) inner(undefined, now[0]);
      pair.removed.insert(path);
    } else {
      if (old.length === 1) inner(old[0], undefined);
      pair.added.insert(path);
    }
  }
}

function groupItems(type: ListSchema, value: unknown): Map<PathElement, unknown[]> {
  const groups = new Map<PathElement, unknown[]>();
  for (const item of asList(value) ?? []) {
    const element = itemElement(type, item);
    groups.set(element, [...(groups.get(element) ?? []), item]);
  }
  return groups;
}
