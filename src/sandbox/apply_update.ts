import { compareObjects, type Comparison } from "./apply_compare.ts";
import { fieldSetOfValue, reconciledSet, withNamedFields } from "./apply_field_set.ts";
import { mergeValues, removePaths } from "./apply_merge.ts";
import { equalJson } from "./apply_typed.ts";
import type { TypeSchema } from "./field_management.ts";
import { type Manager, managerKey, type Managers } from "./managed_fields_managers.ts";
import {
  differenceOf,
  EMPTY_SET,
  type FieldSet,
  intersectionOf,
  isEmptySet,
  recursiveDifferenceOf,
  unionOf,
} from "./managed_fields_set.ts";

/** Who writes: everything of a manager but what it owns. */
export type Writer = Omit<Manager, "fields" | "time">;

export interface OwnershipRequest {
  readonly type: TypeSchema;
  readonly live: unknown;
  readonly next: unknown;
  readonly managers: Managers;
  readonly writer: Writer;
  /** Paths that the write can neither set nor own. */
  readonly reset: FieldSet;
}

/** Fields that other managers own and that the write would change. */
export type Conflicts = ReadonlyMap<string, { readonly manager: Manager; readonly fields: FieldSet }>;

export interface Merged {
  /** Undefined where the result is what is stored. */
  readonly object: unknown;
  readonly managers: Managers;
}

export type MergeOutcome =
  | ({ readonly kind: "merged" } & Merged)
  | { readonly kind: "conflicts"; readonly conflicts: Conflicts };

/** Books the changes between `live` and `next` on the writer, and takes them from everyone else. */
export function ownedAfterUpdate(request: OwnershipRequest): Managers {
  const { type, live, next, writer, reset } = request;
  const managers = reconciled(request.managers, type);
  const comparison = withoutReset(compareObjects(type, live, next), reset);
  const others = takenFromOthers(managers, comparison, writer);
  const own = managers.get(managerKey(writer));
  const { removed, modified, added } = comparison;
  const kept = differenceOf(own?.fields ?? EMPTY_SET, removed);
  const fields = recursiveDifferenceOf(unionOf(unionOf(kept, modified), added), reset);
  const result = new Map(others);
  if (isEmptySet(fields)) result.delete(managerKey(writer));
  else result.set(managerKey(writer), { ...writer, fields, time: own?.time });
  return result;
}

/** Server-side apply of the object `next` over `live`. */
export function applied(request: OwnershipRequest & { readonly force: boolean }): MergeOutcome {
  const { type, live, next, writer, reset, force } = request;
  const before = reconciled(request.managers, type);
  const merged = mergeValues(type, live, next);
  const last = before.get(managerKey(writer));
  const fields = recursiveDifferenceOf(fieldSetOfValue(type, next), reset);
  const managers = new Map(before).set(managerKey(writer), { ...writer, fields, time: last?.time });
  const object = last === undefined ? merged : pruned({ type, merged, managers, last: last.fields });
  const comparison = withoutReset(compareObjects(type, live, object), reset);
  const conflicts = conflictsOf(managers, comparison, writer);
  if (!force && conflicts.size > 0) return { kind: "conflicts", conflicts };
  const result = new Map(takenFromOthers(managers, comparison, writer));
  if (isEmptySet(fields)) result.delete(managerKey(writer));
  return { kind: "merged", object: equalJson(live, object) ? undefined : object, managers: result };
}

function withoutReset({ removed, modified, added }: Comparison, reset: FieldSet): Comparison {
  return {
    removed: recursiveDifferenceOf(removed, reset),
    modified: recursiveDifferenceOf(modified, reset),
    added: recursiveDifferenceOf(added, reset),
  };
}

function reconciled(managers: Managers, type: TypeSchema): Managers {
  return new Map(
    [...managers].map(([key, manager]) => [
      key,
      { ...manager, fields: reconciledSet(manager.fields, type) },
    ]),
  );
}

function conflictsOf(managers: Managers, { modified, added }: Comparison, writer: Writer): Conflicts {
  const changed = unionOf(modified, added);
  const conflicts = new Map<string, { manager: Manager; fields: FieldSet }>();
  for (const [key, manager] of managers) {
    if (key === managerKey(writer)) continue;
    const fields = intersectionOf(manager.fields, changed);
    if (!isEmptySet(fields)) conflicts.set(key, { manager, fields });
  }
  return conflicts;
}

function takenFromOthers(managers: Managers, comparison: Comparison, writer: Writer): Managers {
  const conflicts = conflictsOf(managers, comparison, writer);
  const result = new Map<string, Manager>();
  for (const [key, manager] of managers) {
    if (key === managerKey(writer)) {
      result.set(key, manager);
      continue;
    }
    const taken = conflicts.get(key)?.fields ?? EMPTY_SET;
    const fields = differenceOf(differenceOf(manager.fields, taken), comparison.removed);
    if (!isEmptySet(fields)) result.set(key, { ...manager, fields });
  }
  return result;
}

interface Pruning {
  readonly type: TypeSchema;
  readonly merged: unknown;
  /** With what the applier owns from now on. */
  readonly managers: Managers;
  /** What the applier owned before. */
  readonly last: FieldSet;
}

/** Removes what the applier owned before and nobody owns now. */
function pruned({ type, merged, managers, last }: Pruning): unknown {
  if (isEmptySet(last)) return merged;
  const named = (set: FieldSet) => withNamedFields(set, type);
  const bare = removePaths(type, merged, named(last));
  let owned = EMPTY_SET;
  for (const manager of managers.values()) owned = unionOf(owned, manager.fields);
  const mergedSet = named(fieldSetOfValue(type, merged));
  const keep = unionOf(named(fieldSetOfValue(type, bare)), named(owned));
  const withOwned = removePaths(type, merged, differenceOf(mergedSet, keep));
  const withOwnedSet = named(fieldSetOfValue(type, withOwned));
  const dangling = intersectionOf(differenceOf(mergedSet, withOwnedSet), named(last));
  return removePaths(type, merged, dangling);
}
