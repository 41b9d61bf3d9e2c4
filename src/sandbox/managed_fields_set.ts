import { compareElements, parseElement, type PathElement } from "./managed_fields_path.ts";

/**
 * A set of field paths as a tree. A path is in the set when its last element is a member of the node that the elements
 * before it lead to; `spec` and `spec.replicas` are different paths. Treated as immutable once it was built.
 */
export interface FieldSet {
  readonly members: ReadonlySet<PathElement>;
  readonly children: ReadonlyMap<PathElement, FieldSet>;
}

export const EMPTY_SET: FieldSet = { members: new Set(), children: new Map() };

/** Collects paths; `set` is what was collected. */
export class FieldSetBuilder {
  readonly #members = new Set<PathElement>();
  readonly #children = new Map<PathElement, FieldSetBuilder>();

  /** The empty path (the whole object) is not a member of any set and is passed over. */
  insert(path: readonly PathElement[], from = 0): void {
    const element = path[from];
    if (element === undefined) return;
    if (from === path.length - 1) {
      this.#members.add(element);
      return;
    }
    let child = this.#children.get(element);
    if (child === undefined) {
      child = new FieldSetBuilder();
      this.#children.set(element, child);
    }
    child.insert(path, from + 1);
  }

  get set(): FieldSet {
    return {
      members: this.#members,
      children: new Map([...this.#children].map(([element, child]) => [element, child.set])),
    };
  }
}

export function fieldSetOf(paths: Iterable<readonly PathElement[]>): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.insert(path);
  return builder.set;
}

export function isEmptySet(set: FieldSet): boolean {
  if (set.members.size > 0) return false;
  for (const child of set.children.values()) if (!isEmptySet(child)) return false;
  return true;
}

export function hasPath(set: FieldSet, path: readonly PathElement[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) node = node?.children.get(element);
  const last = path.at(-1);
  return last !== undefined && node !== undefined && node.members.has(last);
}

export function unionOf(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [element, child] of b.children) {
    const own = children.get(element);
    children.set(element, own === undefined ? child : unionOf(own, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

export function intersectionOf(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of a.children) {
    const other = b.children.get(element);
    if (other === undefined) continue;
    const both = intersectionOf(child, other);
    if (!isEmptySet(both)) children.set(element, both);
  }
  return { members: new Set([...a.members].filter((element) => b.members.has(element))), children };
}

/** The paths of `a` that are not in `b`. A path below a member of `b` stays. */
export function differenceOf(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false);
}

/** The paths of `a` that neither are in `b` nor lie below a path of `b`. */
export function recursiveDifferenceOf(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true);
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const [element, child] of a.children) {
    if (recursive && b.members.has(element)) continue;
    const other = b.children.get(element);
    const rest = other === undefined ? child : subtract(child, other, recursive);
    if (other === undefined || !isEmptySet(rest)) children.set(element, rest);
  }
  return { members: new Set([...a.members].filter((element) => !b.members.has(element))), children };
}

/** Every path: the members of a node first, then those below it, each in the order of the server. */
export function* pathsOf(set: FieldSet, prefix: readonly PathElement[] = []): Generator<PathElement[]> {
  for (const element of [...set.members].sort(compareElements)) yield [...prefix, element];
  for (const element of [...set.children.keys()].sort(compareElements)) {
    const child = set.children.get(element);
    if (child !== undefined) yield* pathsOf(child, [...prefix, element]);
  }
}

/** The JSON of `managedFields[].fieldsV1`. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const elements = new Set([...set.members, ...set.children.keys()]);
  for (const element of [...elements].sort(compareElements)) {
    const child = set.children.get(element);
    const below = child === undefined ? {} : toFieldsV1(child);
    const hasChild = child !== undefined && (child.members.size > 0 || child.children.size > 0);
    out[element] = hasChild && set.members.has(element) ? { ".": {}, ...below } : below;
  }
  return out;
}

/**
 * Reads `fieldsV1`. A key without anything below it is a member; with something below, only when "." is among it.
 *
 * @throws SyntaxError where a `k:` or `v:` key holds no JSON.
 */
export function fromFieldsV1(fields: Readonly<Record<string, unknown>>): FieldSet {
  const members = new Set<PathElement>();
  const children = new Map<PathElement, FieldSet>();
  for (const [key, below] of Object.entries(fields)) {
    const element = parseElement(key);
    if (element === undefined) continue;
    const inner = (below ?? {}) as Record<string, unknown>;
    const child = fromFieldsV1(inner);
    const leaf = child.members.size === 0 && child.children.size === 0;
    if (leaf || "." in inner) members.add(element);
    if (!leaf) children.set(element, child);
  }
  return { members, children };
}
