import { ANNOTATION, API_VERSION, trackingLabels } from "../api/labels.ts";
import type { DesiredObject, NodeIdentity, RenderedResource } from "../api/stages.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { canonicalJson, textHash } from "./object_hash.ts";
import { withoutStringData } from "./secret_data.ts";

/**
 * Completes a rendered object with the operator's metadata, now that discovery has told its kind: tracking labels on
 * every child, a controller ownerReference where Kubernetes allows one and garbage collection is wanted.
 */
export function toDesiredObject(
  rendered: RenderedResource,
  type: ResourceType,
  node: NodeIdentity,
): DesiredObject {
  const namespace = type.namespaced ? rendered.namespace : "";
  const object = withoutStringData(withMetadata(rendered, node, namespace));
  return {
    id: rendered.id,
    policy: rendered.policy,
    type,
    key: { apiVersion: text(object.apiVersion), kind: text(object.kind), namespace, name: rendered.name },
    object,
    hash: textHash(canonicalJson(object)),
    inputs: rendered.inputs,
  };
}

function withMetadata(rendered: RenderedResource, node: NodeIdentity, namespace: string): KubeObject {
  const { policy, object } = rendered;
  const { namespace: _, ...metadata } = object.metadata;
  const once = policy.creationPolicy === "Once" ? { [ANNOTATION.createdOnce]: "true" } : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === "" ? {} : { namespace }),
      labels: { ...metadata.labels, ...trackingLabels(node) },
      annotations: { ...metadata.annotations, ...once, [ANNOTATION.deletionPolicy]: policy.deletionPolicy },
      ...(isOwned(rendered, node, namespace) ? { ownerReferences: [ownerReference(node)] } : {}),
    },
  };
}

/** An owner must be in the dependent's own namespace; what is retained must outlive its owner. */
function isOwned(rendered: RenderedResource, node: NodeIdentity, namespace: string): boolean {
  return namespace === node.namespace && rendered.policy.deletionPolicy === "Delete";
}

function ownerReference(node: NodeIdentity): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: "LynqNode",
    name: node.name,
    uid: node.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
