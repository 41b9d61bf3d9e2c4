import type { ListSchema, ScalarType, StructSchema, TypeSchema } from "./field_management.ts";
import { keyElement, type PathElement, printElement, valueElement } from "./managed_fields_path.ts";

/** A type that says how to walk a value: an untyped one has been resolved by looking at the value. */
export type Atom = { readonly kind: "scalar"; readonly scalar: ScalarType } | StructSchema | ListSchema;

export type JsonMap = Readonly<Record<string, unknown>>;

export interface TypedProblem {
  readonly path: string;
  readonly message: string;
}

/** A value that does not fit its type. `problems` has one entry a field. */
export class TypedError extends Error {
  override readonly name = "TypedError";
  readonly problems: readonly TypedProblem[];

  constructor(problems: readonly TypedProblem[]) {
    const lines = problems.map(({ path, message }) => path === "" ? message : `${path}: ${message}`);
    super(lines.length === 1 ? lines[0] : ["errors:", ...lines.map((line) => `  ${line}`)].join("\n"));
    this.problems = problems;
  }
}

const UNTYPED: TypeSchema = { kind: "untyped", atomic: false };
const UNTYPED_ATOMIC: TypeSchema = { kind: "untyped", atomic: true };
const UNTYPED_LIST: ListSchema = { kind: "list", items: UNTYPED_ATOMIC, merge: "atomic", keys: [] };
const UNTYPED_MAP = mapOf(UNTYPED, false);
const UNTYPED_ATOMIC_MAP = mapOf(UNTYPED_ATOMIC, true);

/** A map without named fields, whose values are of one type. */
export function mapOf(values: TypeSchema | undefined, atomic: boolean): StructSchema {
  return {
    kind: "map",
    name: "",
    atomic,
    fields: new Map(),
    values,
    required: [],
    patches: new Map(),
    fieldDefaults: new Map(),
    dropZero: new Set(),
    always: new Map(),
  };
}

/** How to walk `value` (undefined and null included), by its type. */
export function atomOf(type: TypeSchema, value: unknown): Atom {
  if (type.kind !== "untyped") return type;
  if (Array.isArray(value)) return UNTYPED_LIST;
  if (value === null || value === undefined || typeof value === "object") {
    return type.atomic ? UNTYPED_ATOMIC_MAP : UNTYPED_MAP;
  }
  return { kind: "scalar", scalar: "any" };
}

/** The type of one field; undefined where the type knows no such field. */
export function fieldType(type: StructSchema, name: string): TypeSchema | undefined {
  return type.fields.get(name) ?? type.values;
}

export function asMap(value: unknown): JsonMap | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as JsonMap : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function isEmptyMap(value: unknown): boolean {
  const map = asMap(value);
  return map !== undefined && Object.keys(map).length === 0;
}

/** JSON equality: key order does not count, 1 and 1.0 are the same number. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalJson(item, b[index]));
  }
  const [left, right] = [asMap(a), asMap(b)];
  if (left === undefined || right === undefined) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && equalJson(left[key], right[key]));
}

/**
 * The step that leads to an item of a set or map list.
 *
 * @throws TypedError where the item has no place in such a list: none of its keys, a null, a map in a set.
 */
export function itemElement(list: ListSchema, item: unknown): PathElement {
  if (list.keys.length === 0) {
    const refusal = asMap(item) !== undefined
      ? "associative list without keys has an element that's a map type"
      : Array.isArray(item)
      ? "not supported: associative list with lists as elements"
      : item === null
      ? "associative list without keys has an element that's an explicit null"
      : undefined;
    if (refusal !== undefined) throw new TypedError([{ path: "", message: refusal }]);
    return valueElement(item);
  }
  const map = asMap(item);
  if (map === undefined) {
    const what = item === null ? "a null element" : "non-map elements";
    throw new TypedError([{ path: "", message: `associative list with keys may not have ${what}` }]);
  }
  const defaults = list.items.kind === "map" ? list.items.fieldDefaults : new Map<string, unknown>();
  const fields: Record<string, unknown> = {};
  for (const key of list.keys) {
    const value = map[key] === undefined ? defaults.get(key) : map[key];
    if (value !== undefined) fields[key] = value;
  }
  if (Object.keys(fields).length === 0) {
    const keys = list.keys.map((key) => JSON.stringify(key)).join(" ");
    const message = `associative list with keys has an element that omits all key fields [${keys}] ` +
      "(and doesn't have default values for any key fields)";
    throw new TypedError([{ path: "", message }]);
  }
  return keyElement(fields);
}

/** The item's step, or the refusal as a problem of item `index`. */
export function tryItemElement(
  list: ListSchema,
  item: unknown,
  index: number,
): { element: PathElement } | { problem: TypedProblem } {
  try {
    return { element: itemElement(list, item) };
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    return { problem: { path: "", message: `element ${index}: ${error.message}` } };
  }
}

/**
 * Everything about `value` that its type does not allow, in the words of the server.
 *
 * Duplicate items of a set or map list are refused in what is applied, and tolerated in what is stored.
 */
export function typedProblems(type: TypeSchema, value: unknown, allowDuplicates: boolean): TypedProblem[] {
  const atom = atomOf(type, value);
  if (value === null || value === undefined) return [];
  switch (atom.kind) {
    case "scalar":
      return scalarProblems(atom.scalar, value);
    case "list":
      return listProblems(atom, value, allowDuplicates);
    case "map":
      return mapProblems(atom, value, allowDuplicates);
  }
}

function mapProblems(type: StructSchema, value: unknown, allowDuplicates: boolean): TypedProblem[] {
  const map = asMap(value);
  if (map === undefined) return [{ path: "", message: `expected map, got &{${goText(value)}}` }];
  const problems: TypedProblem[] = [];
  for (const name of Object.keys(map).sort()) {
    const innerType = fieldType(type, name);
    if (innerType === undefined) {
      return [...problems, { path: `.${name}`, message: "field not declared in schema" }];
    }
    problems.push(...prefixed(`.${name}`, typedProblems(innerType, map[name], allowDuplicates)));
  }
  return problems;
}

function listProblems(type: ListSchema, value: unknown, allowDuplicates: boolean): TypedProblem[] {
  const list = asList(value);
  if (list === undefined) return [{ path: "", message: `expected list, got &{${goText(value)}}` }];
  const problems: TypedProblem[] = [];
  const seen = new Set<PathElement>();
  for (const [index, item] of list.entries()) {
    let element: PathElement = `i:${index}`;
    if (type.merge !== "atomic") {
      const found = tryItemElement(type, item, index);
      if ("problem" in found) return [...problems, found.problem];
      element = found.element;
      if (seen.has(element) && !allowDuplicates) {
        problems.push({ path: "", message: `duplicate entries for key ${printElement(element)}` });
      }
      seen.add(element);
    }
    problems.push(...prefixed(printElement(element), typedProblems(type.items, item, allowDuplicates)));
  }
  return problems;
}

function prefixed(prefix: string, problems: TypedProblem[]): TypedProblem[] {
  return problems.map(({ path, message }) => ({ path: prefix + path, message }));
}

function scalarProblems(scalar: ScalarType, value: unknown): TypedProblem[] {
  const refused = (message: string) => [{ path: "", message }];
  switch (scalar) {
    case "number":
    case "integer":
      return typeof value === "number"
        ? []
        : refused(`expected numeric (int or float), got ${goType(value)}`);
    case "string":
    case "bytes":
      return typeof value === "string"
        ? []
        : refused(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case "boolean":
      return typeof value === "boolean" ? [] : refused(`expected boolean, got &{${goText(value)}}`);
    default:
      return typeof value === "object" ? refused(`expected any scalar, got &{${goText(value)}}`) : [];
  }
}

/** A JSON value as Go prints it with `%v`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  const map = asMap(value);
  if (map === undefined) return value === null ? "<nil>" : String(value);
  return `map[${Object.keys(map).sort().map((key) => `${key}:${goText(map[key])}`).join(" ")}]`;
}

function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  const map = asMap(value);
  if (map === undefined) return value === null ? "interface {}(nil)" : JSON.stringify(value);
  const entries = Object.keys(map).sort().map((key) => `${JSON.stringify(key)}:${goSyntax(map[key])}`);
  return `map[string]interface {}{${entries.join(", ")}}`;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : typeof value;
}
