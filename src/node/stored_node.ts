import type { NodeSpec, NodeStatus } from "../api/node.ts";
import { LABEL } from "../api/labels.ts";
import type { NodeIdentity } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";

/** A LynqNode as the caches keep it: without managedFields and whatever else nobody reads. */
export interface StoredNode extends NodeIdentity {
  readonly resourceVersion: string;
  readonly generation: number;
  readonly deleting: boolean;
  readonly finalizers: readonly string[];
  readonly hub: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string | undefined;
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
}

/** The projection of the LynqNode informer. The API server's schema has validated spec and status. */
export function toStoredNode(object: KubeObject): StoredNode {
  const { metadata } = object;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    deleting: metadata.deletionTimestamp !== undefined,
    finalizers: metadata.finalizers ?? [],
    hub: metadata.labels?.[LABEL.hub],
    annotations: withoutLarge(metadata.annotations),
    createdAt: metadata.creationTimestamp,
    spec: (object["spec"] ?? { uid: "", templateRef: "" }) as NodeSpec,
    status: (object["status"] ?? {}) as NodeStatus,
  };
}

/** kubectl's own copy of the object is as large as the object. */
function withoutLarge(annotations: Record<string, string> | undefined): Record<string, string> {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...rest } = annotations ?? {};
  return rest;
}
