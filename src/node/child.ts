import { ANNOTATION, FIELD_MANAGER, LABEL } from "../api/labels.ts";
import type { Child } from "../api/stages.ts";
import { entryHash } from "../kube/fields.ts";
import type { KubeObject } from "../kube/object.ts";
import { readinessOf } from "./readiness.ts";

/** What the cache keeps of a child. `type` fills in apiVersion and kind, which list items and metadata lack. */
export function toChild(object: KubeObject, type: { apiVersion: string; kind: string }): Child {
  const { metadata } = object;
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    node: metadata.labels?.[LABEL.node] ?? "",
    nodeNamespace: metadata.labels?.[LABEL.nodeNamespace] ?? "",
    entry: ownEntry(object),
    readiness: readinessOf({ ...object, ...type }),
    deleting: metadata.deletionTimestamp !== undefined,
    deletionPolicy: metadata.annotations?.[ANNOTATION.deletionPolicy] === "Retain" ? "Retain" : "Delete",
    createdOnce: metadata.annotations?.[ANNOTATION.createdOnce] === "true",
  };
}

/** The fields that we own by any strategy: apply leaves an Apply entry, merge and replace an Update entry. */
function ownEntry(object: KubeObject): string | undefined {
  const apply = entryHash(object, { manager: FIELD_MANAGER, operation: "Apply" });
  const update = entryHash(object, { manager: FIELD_MANAGER, operation: "Update" });
  return update === undefined ? apply : `${apply ?? ""}+${update}`;
}
