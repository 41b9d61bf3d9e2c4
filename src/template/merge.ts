import { type Budget, CallError } from "./function.ts";
import { GoComplex, GoMap, typeName, typeOf, types, type Value } from "./value.ts";
import { isEmpty } from "./sprig_convert.ts";

/** Nesting at which a map is taken to contain itself. */
const deepest = 1000;

/** Two values of which neither can be merged into the other. */
export class MergeTypeError extends CallError {}

interface MergeOptions {
  /** Whether the source wins over values that are set in the target. */
  readonly overwrite: boolean;
  readonly budget: Budget;
}

const isUnset = (value: Value | undefined) =>
  value === undefined || (isEmpty(value) && !(value instanceof GoComplex));

/**
 * Merges `source` into `target` in place, as Sprig's merge family does: without `overwrite` only what is unset in
 * the target (missing, nil, "", 0, false, empty) is taken over; maps on both sides are merged inside. Maps that
 * are taken over are shared with the source. Gives the target, or a new map for a nil one.
 * Throws CallError where a value of one type can't be merged into the other.
 */
export function mergeMaps(target: GoMap, source: GoMap, options: MergeOptions): GoMap {
  const into = target.isNil && !source.isNil ? new GoMap() : target;
  mergeInto(into, source, { ...options, depth: 0 });
  return into;
}

function mergeInto(target: GoMap, source: GoMap, options: MergeOptions & { depth: number }): void {
  if (options.depth > deepest) throw new CallError("merge: maps that contain themselves");
  for (const [key, value] of [...source.entries]) {
    options.budget.steps(1);
    const old = target.entries.get(key);
    if (value === null) {
      if (options.overwrite) assign(target, { key, value, source });
      continue;
    }
    mergeNested(old, value, options);
    const bothMaps = value instanceof GoMap && old instanceof GoMap;
    const keepsOld = !isUnset(old) && (bothMaps || !options.overwrite);
    if (!keepsOld) assign(target, { key, value, source });
  }
}

/** Merges one member into the old one where both have an inside. */
function mergeNested(old: Value | undefined, value: Value, options: MergeOptions & { depth: number }): void {
  if (old === undefined || old === null) return;
  const inside = ["struct", "ptr", "map"].includes(typeOf(value)?.kind ?? "");
  if (old instanceof GoMap && value instanceof GoMap) {
    if (!old.isNil) mergeInto(old, value, { ...options, depth: options.depth + 1 });
    return;
  }
  const isPointer = typeOf(old)?.kind === "ptr";
  if (inside && isPointer && typeOf(value)?.kind !== "ptr" && !options.overwrite) {
    throw new MergeTypeError("src and dst must be of same type");
  }
}

function assign(target: GoMap, member: { key: string; value: Value; source: GoMap }): void {
  const from = elementType(member.source, member.value);
  if (target.elem.kind !== "interface" && from !== target.elem.name) {
    const message = `value of type ${from} is not assignable to type ${target.elem.name}`;
    throw new CallError(`reflect.Value.SetMapIndex: ${message}`);
  }
  target.entries.set(member.key, member.value);
}

function elementType(map: GoMap, value: Value): string {
  return map.elem.kind === "interface" ? types.any.name : typeName(value);
}
