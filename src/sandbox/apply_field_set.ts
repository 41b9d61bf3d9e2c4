import { asList, asMap, atomOf, fieldType, isEmptyMap, itemElement, type JsonMap } from "./apply_typed.ts";
import type { ListSchema, StructSchema, TypeSchema } from "./field_management.ts";
import type { PathElement } from "./managed_fields_path.ts";
import {
  EMPTY_SET,
  type FieldSet,
  FieldSetBuilder,
  fieldSetOf,
  isEmptySet,
  recursiveDifferenceOf,
  unionOf,
} from "./managed_fields_set.ts";

/** The fields that an object names: what a manager owns who applies it. The object fits its type. */
export function fieldSetOfValue(type: TypeSchema, value: unknown): FieldSet {
  const builder = new FieldSetBuilder();
  collect({ type, value, path: [], builder });
  return builder.set;
}

interface Visit {
  readonly type: TypeSchema;
  readonly value: unknown;
  readonly path: readonly PathElement[];
  readonly builder: FieldSetBuilder;
}

function collect({ type, value, path, builder }: Visit): void {
  const atom = atomOf(type, value);
  if (atom.kind === "scalar") {
    builder.insert(path);
  } else if (atom.kind === "map") {
    if (atom.atomic) builder.insert(path);
    else collectMap(atom, asMap(value) ?? {}, { path, builder });
  } else if (atom.merge === "atomic") {
    builder.insert(path);
  } else {
    collectList(atom, asList(value) ?? [], { path, builder });
  }
}

type At = Pick<Visit, "path" | "builder">;

function collectMap(type: StructSchema, map: JsonMap, { path, builder }: At): void {
  for (const [name, value] of Object.entries(map)) {
    const innerType = fieldType(type, name);
    if (innerType === undefined) continue;
    const inner = [...path, `f:${name}`];
    collect({ type: innerType, value, path: inner, builder });
    if (value === null || isEmptyMap(value) || !type.fields.has(name)) builder.insert(inner);
  }
}

function collectList(type: ListSchema, list: readonly unknown[], { path, builder }: At): void {
  const elements = list.map((item) => itemElement(type, item));
  const seen = new Set<PathElement>();
  const duplicates = new Set<PathElement>();
  for (const element of elements) {
    if (seen.has(element)) duplicates.add(element);
    seen.add(element);
  }
  for (const [index, element] of elements.entries()) {
    const inner = [...path, element];
    if (!duplicates.has(element)) collect({ type: type.items, value: list[index], path: inner, builder });
    builder.insert(inner);
  }
}

/** Adds the named fields that a set only passes through: who owns `spec.replicas` then also has `spec`. */
export function withNamedFields(set: FieldSet, type: TypeSchema | undefined): FieldSet {
  const members = new Set(set.members);
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of set.children) {
    if (type?.kind === "map" && type.fields.has(element.slice(2)) && element.startsWith("f:")) {
      members.add(element);
    }
    children.set(element, withNamedFields(child, typeBelow(type, element)));
  }
  return { members, children };
}

function typeBelow(type: TypeSchema | undefined, element: PathElement): TypeSchema | undefined {
  if (type === undefined) return undefined;
  if (type.kind === "untyped") return element.startsWith("f:") ? type : undefined;
  if (type.kind === "map") return element.startsWith("f:") ? fieldType(type, element.slice(2)) : undefined;
  return type.kind === "list" && element.startsWith("k:") ? type.items : undefined;
}

/**
 * A stored set brought in line with the schema of today: what lies inside a field that has become atomic is owned as
 * the field itself.
 */
export function reconciledSet(set: FieldSet, type: TypeSchema): FieldSet {
  const atomics: PathElement[][] = [];
  findAtomics({ set, type, path: [], whole: false, found: atomics });
  if (atomics.length === 0) return set;
  const roots = fieldSetOf(atomics);
  return unionOf(recursiveDifferenceOf(set, roots), roots);
}

interface AtomicSearch {
  readonly set: FieldSet;
  readonly type: TypeSchema;
  readonly path: PathElement[];
  /** Whether the set owns the path as a whole, and nothing inside. */
  readonly whole: boolean;
  readonly found: PathElement[][];
}

function findAtomics({ set, type, path, whole, found }: AtomicSearch): void {
  if (type.kind === "scalar") return;
  const atomic = type.kind === "list" ? type.merge === "atomic" : type.atomic;
  if (isDeducedMap(type)) return;
  if (atomic) {
    if (!whole && (type.kind === "list" || !isEmptySet(set))) found.push(path);
    return;
  }
  for (const element of new Set([...set.children.keys(), ...set.members])) {
    const inner = type.kind === "list" ? type.items : typeBelow(type, element);
    if (inner === undefined) continue;
    const child = set.children.get(element);
    findAtomics({
      set: child ?? EMPTY_SET,
      type: inner,
      path: [...path, element],
      whole: child === undefined,
      found,
    });
  }
}

function isDeducedMap(type: TypeSchema): boolean {
  if (type.kind === "untyped") return !type.atomic;
  return type.kind === "map" && type.fields.size === 0 && type.values?.kind === "untyped" &&
    !type.values.atomic;
}
