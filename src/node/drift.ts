import type { ResourceRecord } from "../api/node.ts";
import type { FieldConflict } from "../api/stages.ts";
import { type FieldSet, union, without } from "../kube/field_set.ts";
import { fieldHash, unpackFields } from "../kube/field_hashes.ts";
import { fieldPaths } from "../kube/fields.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";
import { ignoredFields } from "./ignored_fields.ts";

/** What became of the fields that were ours after our last write. */
export interface Drift {
  /** Fields that others own instead, ignored ones left out. */
  readonly taken: readonly FieldConflict[];
  /** Hashes of fields that nobody owns any more: removed, or of another shape. */
  readonly removed: ReadonlySet<string>;
  /** Only ignored fields went to others: nothing is to be put back. */
  readonly released: boolean;
}

export interface DriftInput {
  readonly record: Pick<ResourceRecord, "fields"> | undefined;
  /** Our field manager for this object. */
  readonly manager: string;
  /** The rendered object, for the places in lists that ignoreFields name. */
  readonly wanted: KubeObject;
  readonly ignoreFields: readonly string[];
}

/** Compares our fields as recorded with the managedFields of the live object. */
export function driftOf(live: KubeObject, input: DriftInput): Drift {
  const own = new Set(fieldPaths(ownFields(live, input.manager)).map(fieldHash));
  const missing = new Set([...unpackFields(input.record?.fields)].filter((hash) => !own.has(hash)));
  const found = new Set<string>();
  const ignored = new Set<string>();
  const taken: FieldConflict[] = [];
  for (const entry of othersOf(live, input.manager)) {
    const fields = entry.fieldsV1 ?? {};
    const left = ignoredFields(fields, input.wanted, input.ignoreFields);
    for (const path of fieldPaths(left)) if (missing.has(fieldHash(path))) ignored.add(fieldHash(path));
    for (const path of fieldPaths(without(fields, left))) {
      const hash = fieldHash(path);
      if (!missing.has(hash)) continue;
      found.add(hash);
      taken.push({ manager: entry.manager ?? "", field: path });
    }
  }
  const removed = new Set([...missing].filter((hash) => !found.has(hash) && !ignored.has(hash)));
  return { taken, removed, released: ignored.size > 0 && taken.length === 0 && removed.size === 0 };
}

/** The fields that are a manager's by any strategy: apply leaves an Apply entry, merge and replace an Update entry. */
export function ownFields(object: KubeObject, manager: string): FieldSet {
  return (object.metadata.managedFields ?? [])
    .filter((entry) => isOwn(entry, manager))
    .reduce<FieldSet>((fields, entry) => union(fields, entry.fieldsV1 ?? {}), {});
}

/** What a manager owns by server-side apply, and what all other entries own. */
export function entriesOf(object: KubeObject, manager: string): { own: FieldSet; others: FieldSet } {
  let own: FieldSet = {};
  let others: FieldSet = {};
  for (const entry of object.metadata.managedFields ?? []) {
    if (isOwn(entry, manager) && entry.operation === "Apply") own = entry.fieldsV1 ?? {};
    else others = union(others, entry.fieldsV1 ?? {});
  }
  return { own, others };
}

/** The entries of all other managers, subresources included. */
function othersOf(object: KubeObject, manager: string): ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []).filter((entry) => !isOwn(entry, manager));
}

function isOwn(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && !entry.subresource;
}
