import type { KubeObject, ManagedFieldsEntry } from "../kube/object.ts";

/**
 * What the Go implementation (v1.1) leaves in a cluster (compat.md 2.2 to 2.6). Its server-side applies carry a manager
 * of their own; merge, replace and marks are written under the name of its binary, which every program of its framework
 * has, so that such an entry proves nothing by itself.
 */
export const FORMER = {
  applyManager: "lynq-operator",
  updateManager: "manager",
  appliedHash: "lynq.sh/applied-hash",
  applyStartTime: "lynq.sh/apply-start-time",
  templateGeneration: "lynq.sh/template-generation",
  rolloutUpdateStart: "lynq.sh/rollout-update-start",
} as const;

/**
 * Whether an object is as the Go implementation wrote it: its fields are to become ours before we write to it. Its other
 * writes are told by the annotation that it alone writes.
 */
export function isFormer({ metadata }: KubeObject): boolean {
  return metadata.managedFields?.some((entry) =>
    isFormerApply(entry) || (isFormerUpdate(entry) && ownsHash(entry.fieldsV1))
  ) === true;
}

function ownsHash(fields: Readonly<Record<string, unknown>> = {}): boolean {
  const { "f:annotations": annotations } = (fields["f:metadata"] ?? {}) as Record<string, object | undefined>;
  return annotations !== undefined && `f:${FORMER.appliedHash}` in annotations;
}

/** The entry of its server-side applies. */
export function isFormerApply(entry: ManagedFieldsEntry): boolean {
  return entry.manager === FORMER.applyManager && entry.operation === "Apply" && !entry.subresource;
}

/** The entry of its other writes, where it wrote any. */
export function isFormerUpdate(entry: ManagedFieldsEntry): boolean {
  return entry.manager === FORMER.updateManager && entry.operation === "Update" && !entry.subresource;
}

/** One entry of a node's `status.appliedResources` (compat.md 2.6). */
export interface FormerKey {
  readonly kind: string;
  /** A template where the form's targetNamespace is one. */
  readonly namespace: string;
  /** Empty where the form names the object in `spec.metadata.name`. */
  readonly name: string;
  readonly id: string;
}

/** `Kind/namespace/name@id`; undefined for another text. A namespace that is a template may hold slashes. */
export function parseFormerKey(text: string): FormerKey | undefined {
  const found = /^([^/@]+)\/(.*)\/([^/@]*)@([^@]+)$/s.exec(text);
  if (found === null) return undefined;
  const [, kind = "", namespace = "", name = "", id = ""] = found;
  return { kind, namespace, name, id };
}
