import {
  asList,
  asMap,
  type Atom,
  atomOf,
  fieldType,
  itemElement,
  type JsonMap,
  mapOf,
} from "./apply_typed.ts";
import type { ListSchema, StructSchema, TypeSchema } from "./field_management.ts";
import type { PathElement } from "./managed_fields_path.ts";
import { type FieldSet, isEmptySet } from "./managed_fields_set.ts";

/**
 * Lays what is applied over what is stored: maps field by field, set and map lists item by item in the applied order
 * with foreign items kept in their place, everything else replaced. Undefined stands for a value that is not there.
 */
export function mergeValues(type: TypeSchema, stored: unknown, applied: unknown): unknown {
  return mergeAtom(atomOf(type, applied === undefined ? stored : applied), stored, applied);
}

function mergeAtom(atom: Atom, stored: unknown, applied: unknown): unknown {
  const whole = applied === undefined ? stored : applied;
  if (atom.kind === "scalar") return whole;
  if (atom.kind === "map") {
    const [old, next] = [asMap(stored) ?? {}, asMap(applied) ?? {}];
    const empty = Object.keys(old).length === 0 && Object.keys(next).length === 0;
    return atom.atomic || empty ? whole : mergeMaps(atom, old, next);
  }
  const [old, next] = [asList(stored) ?? [], asList(applied) ?? []];
  const empty = old.length === 0 && next.length === 0;
  return atom.merge === "atomic" || empty ? whole : mergeLists(atom, old, next);
}

function mergeMaps(type: StructSchema, stored: JsonMap, applied: JsonMap): JsonMap {
  const out: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(stored), ...Object.keys(applied)])) {
    const inner = fieldType(type, name) ?? mapOf(undefined, false);
    const value = mergeValues(inner, stored[name], applied[name]);
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** The items of a list with their steps; an item that occurs twice has no single value to merge with. */
class IndexedList {
  readonly elements: readonly PathElement[];
  readonly #items: readonly unknown[];
  readonly #byElement = new Map<PathElement, unknown>();

  constructor(type: ListSchema, items: readonly unknown[]) {
    this.#items = items;
    this.elements = items.map((item) => itemElement(type, item));
    for (const [index, element] of this.elements.entries()) {
      this.#byElement.set(element, this.#byElement.has(element) ? null : items[index]);
    }
  }

  has(element: PathElement | undefined): boolean {
    return element !== undefined && this.#byElement.has(element);
  }

  item(element: PathElement): unknown {
    return this.#byElement.get(element);
  }

  at(index: number): unknown {
    return this.#items[index];
  }
}

/** Walks both lists at once: the applied order wins, and a foreign item stays before the item that it preceded. */
function mergeLists(type: ListSchema, storedItems: readonly unknown[], appliedItems: readonly unknown[]) {
  const [stored, applied] = [new IndexedList(type, storedItems), new IndexedList(type, appliedItems)];
  const shared = applied.elements.filter((element) => stored.has(element));
  const done = new Set<PathElement>();
  const out: unknown[] = [];
  const emit = (old: unknown, next: unknown) => {
    const value = mergeValues(type.items, old, next);
    if (value !== undefined) out.push(value);
  };
  let [s, a, nextShared] = [0, 0, 0];
  while (s < stored.elements.length || a < applied.elements.length) {
    const [left, right] = [stored.elements[s], applied.elements[a]];
    if (left !== undefined && right !== undefined) {
      if (left === right) {
        done.add(left);
        emit(stored.item(left), applied.item(left));
        s++;
        a++;
        nextShared++;
        continue;
      }
      if (applied.has(left) && shared[nextShared] !== undefined && shared[nextShared] !== left) {
        s++;
        continue;
      }
    }
    if (left !== undefined) {
      if (!applied.has(left)) {
        emit(stored.at(s), undefined);
        s++;
        continue;
      }
      if (done.has(left)) s++;
    }
    if (right !== undefined) {
      done.add(right);
      emit(stored.item(right), applied.item(right));
      a++;
      if (shared[nextShared] === right) nextShared++;
    }
  }
  return out;
}

/** Takes the paths of `set` out of a value; what is left empty by that becomes null. */
export function removePaths(type: TypeSchema, value: unknown, set: FieldSet): unknown {
  const atom = atomOf(type, value);
  if (atom.kind === "scalar") return value;
  if (atom.kind === "list") {
    if (atom.merge === "atomic") return null;
    const kept = (asList(value) ?? []).flatMap((item) => {
      const element = itemElement(atom, item);
      return set.members.has(element) ? [] : [removeBelow(atom.items, item, set.children.get(element))];
    });
    return kept.length === 0 ? null : kept;
  }
  if (atom.atomic) return null;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(asMap(value) ?? {})) {
    const element = `f:${name}`;
    if (set.members.has(element)) continue;
    out[name] = removeBelow(
      fieldType(atom, name) ?? mapOf(undefined, false),
      inner,
      set.children.get(element),
    );
  }
  return Object.keys(out).length === 0 ? null : out;
}

function removeBelow(type: TypeSchema, value: unknown, set: FieldSet | undefined): unknown {
  return set === undefined || isEmptySet(set) ? value : removePaths(type, value, set);
}
