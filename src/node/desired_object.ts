import { claimAnnotation, isShared, sharedManager, type Sharer } from "../api/claimant.ts";
import {
  ANNOTATION,
  API_VERSION,
  FIELD_MANAGER,
  sharedTrackingLabels,
  TRACKING_LABELS,
  trackingLabels,
} from "../api/labels.ts";
import { sealedHash } from "../api/sensitive.ts";
import type { DesiredObject, NodeIdentity, RenderedResource } from "../api/stages.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { canonicalJson, textHash } from "./object_hash.ts";
import { givensInData, withoutStringData } from "./secret_data.ts";

/**
 * Completes a rendered object with the operator's metadata, now that discovery has told its kind: tracking labels on
 * every child, a controller ownerReference where Kubernetes allows one and garbage collection is wanted, a claim on
 * what several nodes may declare.
 */
export function toDesiredObject(rendered: RenderedResource, type: ResourceType, node: Sharer): DesiredObject {
  const namespace = type.namespaced ? rendered.namespace : "";
  const { apiVersion = "", kind = "" } = rendered.object;
  const shared = isShared(rendered.policy, { apiVersion, kind });
  const object = withoutStringData(withMetadata({ rendered, shared }, node, namespace));
  return {
    id: rendered.id,
    policy: rendered.policy,
    type,
    key: { apiVersion: text(object.apiVersion), kind: text(object.kind), namespace, name: rendered.name },
    object,
    hash: objectHash(object, { shared, sealing: rendered.sealing }),
    inputs: rendered.inputs,
    ...(rendered.givens === undefined ? {} : { givens: givensInData(rendered.object, rendered.givens) }),
    ...(rendered.sealing === undefined ? {} : { sealing: rendered.sealing }),
    manager: shared ? sharedManager(node.uid) : FIELD_MANAGER,
    shared,
  };
}

/**
 * Who of several has the tracking labels of a shared object is no difference of what is wanted. The hash is told in
 * statuses, so that no guess of a sensitive value may be checked by it.
 */
export function objectHash(
  object: KubeObject,
  { shared, sealing }: Pick<DesiredObject, "shared"> & { readonly sealing?: string | undefined },
): string {
  const text = canonicalJson(shared ? withoutTracking(object) : object);
  return sealing === undefined ? textHash(text) : sealedHash(text, sealing);
}

/** The object as a node applies it whose labels are not on it: another one that shares it is tracked there. */
export function withoutTracking(object: KubeObject): KubeObject {
  const labels = Object.entries(object.metadata.labels ?? {}).filter(([name]) => !TRACKING_LABELS.has(name));
  return { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
}

interface Owned {
  readonly rendered: RenderedResource;
  readonly shared: boolean;
}

function withMetadata({ rendered, shared }: Owned, node: Sharer, namespace: string): KubeObject {
  const { policy, object } = rendered;
  const { namespace: _, ...metadata } = object.metadata;
  const once = policy.creationPolicy === "Once" ? { [ANNOTATION.createdOnce]: "true" } : {};
  const handling = shared
    ? claimAnnotation(node, policy)
    : { [ANNOTATION.deletionPolicy]: policy.deletionPolicy };
  const owned = !shared && isOwned(rendered, node, namespace);
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(namespace === "" ? {} : { namespace }),
      labels: { ...metadata.labels, ...(shared ? sharedTrackingLabels(node) : trackingLabels(node)) },
      annotations: { ...metadata.annotations, ...once, ...handling },
      ...(owned ? { ownerReferences: [ownerReference(node)] } : {}),
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
