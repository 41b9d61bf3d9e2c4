import { type FieldSet, union } from "../kube/field_set.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";

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
export function othersOf(object: KubeObject, manager: string): ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []).filter((entry) => !isOwn(entry, manager));
}

function isOwn(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && !entry.subresource;
}
