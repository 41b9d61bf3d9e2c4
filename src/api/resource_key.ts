import { parseApiVersion } from "../kube/resource_type.ts";

/** What identifies one object in the cluster. `namespace` is empty for cluster-scoped kinds. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The key as map key: group without version, so that an object keeps its identity when its apiVersion moves on. */
export function objectKeyText(key: ObjectKey): string {
  return `${parseApiVersion(key.apiVersion).group}/${key.kind}/${key.namespace}/${key.name}`;
}

/** `Kind/namespace/name@id`, the text of `status.appliedResources`. */
export function appliedKeyText(key: ObjectKey & { readonly id: string }): string {
  return `${key.kind}/${key.namespace}/${key.name}@${key.id}`;
}

/** `namespace/name`, the key of queues and stores. */
export function namespacedName(
  object: { namespace?: string | undefined; name?: string | undefined },
): string {
  return `${object.namespace ?? ""}/${object.name ?? ""}`;
}

/** Splits `namespace/name`. */
export function parseNamespacedName(key: string): { namespace: string; name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
