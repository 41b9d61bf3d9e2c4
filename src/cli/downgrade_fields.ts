import { sharerOf } from "../api/claimant.ts";
import { FORMER } from "../api/former.ts";
import { FIELD_MANAGER } from "../api/labels.ts";
import { type FieldSet, union } from "../kube/field_set.ts";
import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";

/**
 * The JSON patch that makes our fields those of the Go implementation, so that it neither meets our manager as a
 * conflict nor leaves behind what later leaves a form; undefined where we own nothing. Values stay as they are. The
 * server answers 409 when the object moved on.
 */
export function returnPatch({ metadata }: KubeObject): Record<string, unknown>[] | undefined {
  const entries = metadata.managedFields ?? [];
  if (!entries.some((entry) => successorOf(entry) !== undefined)) return undefined;
  const value: ManagedFieldsEntry[] = [];
  for (const entry of entries) {
    const manager = successorOf(entry);
    const present = value.findIndex((other) =>
      other.manager === manager && other.operation === entry.operation &&
      other.apiVersion === entry.apiVersion &&
      (other.subresource ?? "") === (entry.subresource ?? "")
    );
    const known = value[present];
    if (manager === undefined) value.push(entry);
    else if (known === undefined) value.push({ ...entry, manager });
    else value[present] = { ...known, fieldsV1: { ...union(fieldsOf(known), fieldsOf(entry)) } };
  }
  return [
    { op: "replace", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value },
  ];
}

function successorOf({ manager, operation, subresource }: ManagedFieldsEntry): string | undefined {
  if (subresource || (manager !== FIELD_MANAGER && sharerOf(manager) === undefined)) return undefined;
  return operation === "Apply" ? FORMER.applyManager : FORMER.updateManager;
}

function fieldsOf(entry: ManagedFieldsEntry): FieldSet {
  return entry.fieldsV1 ?? {};
}
