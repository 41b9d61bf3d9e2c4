import type { ResourceType } from "../kube/resource_type.ts";
import type { KindFields } from "./field_management.ts";
import type { JsonObject } from "./json.ts";

/** One column of a printed table, as CRDs spell it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** `spec.versions[].subresources.scale` of a CRD. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** What a served version of a custom resource has beyond a built-in kind. */
export interface CustomVersion {
  /** `openAPIV3Schema` of the version. */
  readonly schema: JsonObject;
  readonly columns: readonly PrinterColumn[];
  readonly scale: ScalePaths | undefined;
  readonly selectableFields: readonly string[];
  readonly deprecationWarning: string | undefined;
  readonly storageVersion: string;
}

/** A resource that the server serves under one version. */
export interface ServedResource extends ResourceType {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  readonly verbs: readonly string[];
  /** Resources with the same store hold the same objects. */
  readonly store: string;
  readonly fields: KindFields;
  readonly custom: CustomVersion | undefined;
}

export const storedVerbs: readonly string[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];
