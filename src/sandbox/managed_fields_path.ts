import { compareText } from "../kube/compare_text.ts";

/**
 * One step of a field path, in the spelling of `fieldsV1`: `f:spec`, `k:{"name":"app"}`, `v:"x"`, `i:0`. The JSON inside
 * is canonical (sorted keys, HTML characters escaped as Go does), so that equal steps are equal strings.
 */
export type PathElement = string;

const ORDER = ["f", "k", "v", "i"];

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

export function keyElement(fields: Readonly<Record<string, unknown>>): PathElement {
  return `k:${canonicalJson(fields)}`;
}

export function valueElement(value: unknown): PathElement {
  return `v:${canonicalJson(value)}`;
}

/** The element that a key of `fieldsV1` spells, or undefined for `.` and for what no version of the format knows. */
export function parseElement(key: string): PathElement | undefined {
  const rest = key.slice(2);
  switch (key.slice(0, 2)) {
    case "f:":
      return key;
    case "k:":
      return keyElement(parseJson(rest) as Record<string, unknown>);
    case "v:":
      return valueElement(parseJson(rest));
    case "i:":
      return /^\d+$/.test(rest) ? key : undefined;
    default:
      return undefined;
  }
}

/** The text of an element in messages: `.spec`, `[name="app"]`, `[="x"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${rest}`;
    case "k": {
      const fields = Object.entries(JSON.parse(rest) as Record<string, unknown>);
      return `[${fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}]`;
    }
    case "v":
      return `[=${JSON.stringify(JSON.parse(rest))}]`;
    default:
      return `[${rest}]`;
  }
}

export function printPath(path: readonly PathElement[]): string {
  return path.map(printElement).join("");
}

/** The order in which the server writes elements: fields, keys, values, indices; each by its content. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  if (a[0] !== b[0]) return ORDER.indexOf(a[0] ?? "") - ORDER.indexOf(b[0] ?? "");
  if (a[0] === "f") return compareText(a, b);
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

const RANKS = ["number", "string", "boolean", "list", "map", "null"];

/** The order of JSON values in a set: numbers, strings, booleans, lists, maps, null. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = RANKS.indexOf(rankOf(a)) - RANKS.indexOf(rankOf(b));
  if (rank !== 0) return rank;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareSequences(a, b);
  if (a === null || b === null) return 0;
  const [left, right] = [sortedEntries(a as object), sortedEntries(b as object)];
  return compareSequences(left.flat(), right.flat());
}

function compareSequences(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function rankOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : typeof value;
}

function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => compareText(a, b));
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value)).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(sortedEntries(value).map(([key, inner]) => [key, sortKeys(inner)]));
}
