import { isDeepStrictEqual } from "node:util";
import { type FieldSet, isEmpty } from "../kube/field_set.ts";

/**
 * Of a live value what one manager owns and nobody else, as it must stand in the next apply to stay. Elements of lists
 * keep the keys that name them. `undefined` where nothing is left: the value stays with the others, or never was owned.
 */
export function ownedPart(value: unknown, own: FieldSet, others: FieldSet | undefined): unknown {
  const below = Object.keys(own).filter((key) => key !== ".");
  if (below.length === 0) return others === undefined ? value : undefined;
  const part = Array.isArray(value)
    ? ownedItems(value, own, others)
    : isRecord(value)
    ? ownedFields(value, own, others)
    : undefined;
  if (part !== undefined) return part;
  if (others !== undefined || !("." in own)) return undefined;
  return Array.isArray(value) ? [] : {};
}

function ownedFields(
  value: Readonly<Record<string, unknown>>,
  own: FieldSet,
  others: FieldSet | undefined,
): unknown {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(own)) {
    const name = key.slice(2);
    if (!key.startsWith("f:") || !Object.hasOwn(value, name)) continue;
    const part = ownedPart(value[name], setOf(own, key) ?? {}, setOf(others, key));
    if (part !== undefined) kept[name] = part;
  }
  return isEmpty(kept) ? undefined : kept;
}

function ownedItems(value: readonly unknown[], own: FieldSet, others: FieldSet | undefined): unknown {
  const kept = Object.keys(own).flatMap((key) => {
    const found = value.find((item, index) => isElement(key, item, index));
    if (found === undefined) return [];
    const part = ownedItem(found, { key, own: setOf(own, key) ?? {}, others: setOf(others, key) });
    return part === undefined ? [] : [part];
  });
  return kept.length === 0 ? undefined : kept;
}

/** As `ownedPart`, of the element of a list that `key` of a field set names. */
export function ownedItem(
  item: unknown,
  { key, own, others }: { key: string; own: FieldSet; others: FieldSet | undefined },
): unknown {
  const part = ownedPart(item, own, others);
  if (!key.startsWith("k:") || !isRecord(part)) return part;
  const names = JSON.parse(key.slice(2)) as Record<string, unknown>;
  const only = Object.keys(part).every((name) => name in names);
  return only && others !== undefined ? undefined : { ...names, ...part };
}

function isElement(key: string, item: unknown, index: number): boolean {
  const rest = key.slice(2);
  if (key.startsWith("i:")) return Number(rest) === index;
  if (key.startsWith("v:")) return isDeepStrictEqual(JSON.parse(rest), item);
  if (!key.startsWith("k:") || !isRecord(item)) return false;
  return Object.entries(JSON.parse(rest) as Record<string, unknown>)
    .every(([name, wanted]) => isDeepStrictEqual(item[name], wanted));
}

/** What a set says below one key; undefined where it says nothing. */
export function setOf(fields: FieldSet | undefined, key: string): FieldSet | undefined {
  if (fields === undefined || !Object.hasOwn(fields, key)) return undefined;
  const below = fields[key];
  return isRecord(below) ? below : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
