import { failureStatus } from "./apply_conflict.ts";
import { asList, asMap, equalJson, fieldType, type JsonMap } from "./apply_typed.ts";
import type { PatchRule, StrategicMerged, StrategicMergeRequest, TypeSchema } from "./field_management.ts";

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const SET_ORDER = "$setElementOrder/";
const DELETE_FROM = "$deleteFromPrimitiveList/";
const NO_RULE: PatchRule = { mergeKey: undefined, strategies: [] };

/** A patch that breaks the rules of its format. */
class PatchRefused extends Error {
  override readonly name = "PatchRefused";
}

/**
 * Strategic merge patch: maps merge, lists merge by their key where the kind says so and are replaced elsewhere, null
 * removes; `$patch`, `$retainKeys`, `$setElementOrder/...` and `$deleteFromPrimitiveList/...` are followed.
 */
export function strategicMerge({ kind, live, patch }: StrategicMergeRequest): StrategicMerged {
  try {
    return { kind: "merged", object: { ...mergeMaps(kind.root, live, patch) } };
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    const status = failureStatus(400, { reason: "BadRequest", message: error.message });
    return { kind: "refused", status };
  }
}

function mergeMaps(type: TypeSchema | undefined, original: JsonMap, patch: JsonMap): JsonMap {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") {
    throw new PatchRefused(`unknown patch type: ${JSON.stringify(directive)}`);
  }
  const out: Record<string, unknown> = { ...retained(original, rest) };
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith(DELETE_FROM)) {
      const name = key.slice(DELETE_FROM.length);
      const gone = listOf(value, key);
      const list = asList(out[name]);
      if (list !== undefined) {
        out[name] = list.filter((item) => !gone.some((other) => equalJson(item, other)));
      }
    } else if (!key.startsWith("$")) {
      mergeField(type, out, { key, value });
    }
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith(SET_ORDER)) {
      reorder(type, { original, patch: rest, out }, {
        name: key.slice(SET_ORDER.length),
        order: listOf(value, key),
      });
    }
  }
  return out;
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = asList(value);
  if (list === undefined) throw new PatchRefused(`invalid patch format of ${key}: expected a list`);
  return list;
}

/** `$retainKeys` drops what it does not name; the patch may set only what it names. */
function retained(original: JsonMap, patch: JsonMap): JsonMap {
  const given = patch[RETAIN_KEYS];
  if (given === undefined) return original;
  const keys = new Set(listOf(given, RETAIN_KEYS));
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !key.startsWith("$") && !keys.has(key)) {
      throw new PatchRefused("invalid patch format of retainKeys");
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.has(key)));
}

function mergeField(
  type: TypeSchema | undefined,
  out: Record<string, unknown>,
  { key, value }: { key: string; value: unknown },
): void {
  const rule = ruleOf(type, key);
  const inner = type?.kind === "map" ? fieldType(type, key) : undefined;
  const before = out[key];
  const [oldMap, newMap] = [asMap(before), asMap(value)];
  const [oldList, newList] = [asList(before), asList(value)];
  if (value === null) {
    delete out[key];
  } else if (newMap !== undefined && oldMap !== undefined && !rule.strategies.includes("replace")) {
    out[key] = mergeMaps(inner, oldMap, newMap);
  } else if (newList !== undefined && oldList !== undefined && rule.strategies.includes("merge")) {
    const items = inner?.kind === "list" ? inner.items : undefined;
    out[key] = mergeLists({ items, rule, field: key }, oldList, newList);
  } else {
    const plain = withoutDirectives(value);
    if (plain === undefined) delete out[key];
    else out[key] = plain;
  }
}

function ruleOf(type: TypeSchema | undefined, key: string): PatchRule {
  return (type?.kind === "map" ? type.patches.get(key) : undefined) ?? NO_RULE;
}

/** A new value without the directives and nulls that only mean something over an old one; undefined deletes. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  const map = asMap(value);
  if (map === undefined) return value;
  if (map[DIRECTIVE] === "delete") return undefined;
  const kept = Object.entries(map).flatMap(([key, inner]) => {
    const plain = key.startsWith("$") || inner === null ? undefined : withoutDirectives(inner);
    return plain === undefined ? [] : [[key, plain] as const];
  });
  return Object.fromEntries(kept);
}

interface ListRule {
  readonly items: TypeSchema | undefined;
  readonly rule: PatchRule;
  readonly field: string;
}

type Same = (a: unknown, b: unknown) => boolean;

function mergeLists(list: ListRule, original: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const primitive = [...original, ...patch].every((item) => asMap(item) === undefined);
  if (primitive) {
    const added = patch.filter((item, index) => !original.includes(item) && patch.indexOf(item) === index);
    return inOrder([...original, ...added], { patch, server: original, same: equalJson });
  }
  const key = list.rule.mergeKey;
  if (key === undefined) throw new PatchRefused(`cannot merge lists without merge key for ${list.field}`);
  const same: Same = (a, b) => equalJson(keyValue(a, key), keyValue(b, key));
  const directives = patch.filter((item) => asMap(item)?.[DIRECTIVE] !== undefined);
  const items = patch.filter((item) => asMap(item)?.[DIRECTIVE] === undefined);
  const removed = directives.filter((item) => asMap(item)?.[DIRECTIVE] === "delete");
  if (directives.some((item) => asMap(item)?.[DIRECTIVE] === "replace")) return items.map(withoutDirectives);
  const merged = original.filter((item) => !removed.some((gone) => same(item, gone)));
  for (const item of items) {
    const at = merged.findIndex((other) => same(other, item));
    const [old, now] = [asMap(merged[at]), asMap(item)];
    if (old !== undefined && now !== undefined) merged[at] = mergeMaps(list.items, old, now);
    else merged.push(withoutDirectives(item));
  }
  return inOrder(merged, { patch: items, server: original, same });
}

function keyValue(item: unknown, key: string): unknown {
  const value = asMap(item)?.[key];
  if (value === undefined) {
    throw new PatchRefused(
      `map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`,
    );
  }
  return value;
}

interface Orders {
  /** The order that the patch asks for. */
  readonly patch: readonly unknown[];
  /** The order of the stored list. */
  readonly server: readonly unknown[];
  readonly same: Same;
}

/** Items of the patch in its order, the others in theirs, and one among the other where the stored list had it. */
function inOrder(items: readonly unknown[], { patch, server, same }: Orders): unknown[] {
  const at = (list: readonly unknown[], item: unknown) =>
    item === undefined ? -1 : list.findIndex((other) => same(other, item));
  const sorted = (list: unknown[], order: readonly unknown[]) =>
    list.sort((a, b) => {
      const [left, right] = [at(order, a), at(order, b)];
      return left >= 0 && right >= 0 ? left - right : 0;
    });
  const right = sorted(items.filter((item) => at(patch, item) >= 0), patch);
  const left = sorted(items.filter((item) => at(patch, item) < 0), server);
  const out: unknown[] = [];
  while (left.length > 0 || right.length > 0) {
    const [l, r] = [at(server, left[0]), at(server, right[0])];
    const takeLeft = right.length === 0 || (left.length > 0 && l >= 0 && r >= 0 && l < r);
    out.push(takeLeft ? left.shift() : right.shift());
  }
  return out;
}

interface Merging {
  readonly original: JsonMap;
  readonly patch: JsonMap;
  readonly out: Record<string, unknown>;
}

function reorder(
  type: TypeSchema | undefined,
  { original, patch, out }: Merging,
  { name, order }: { name: string; order: readonly unknown[] },
): void {
  const merged = asList(out[name]);
  if (merged === undefined) return;
  const key = ruleOf(type, name).mergeKey;
  const same: Same = key === undefined ? equalJson : (a, b) => equalJson(keyValue(a, key), keyValue(b, key));
  const given = (asList(patch[name]) ?? []).filter((item) => asMap(item)?.[DIRECTIVE] === undefined);
  if (given.some((item) => !order.some((other) => same(other, item)))) {
    throw new PatchRefused(`The order in patch list doesn't match ${SET_ORDER} list of ${name}`);
  }
  out[name] = inOrder(merged, { patch: order, server: asList(original[name]) ?? [], same });
}
