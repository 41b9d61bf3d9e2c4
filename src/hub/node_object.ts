import { API_VERSION, bucketOf, LABEL, nameAsLabel, NODE_FINALIZER } from "../api/labels.ts";
import { RESOURCE_ARRAYS } from "../api/resource.ts";
import { holdsSensitive, nextPart } from "../api/sensitive.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { formerMetadata } from "./former_node.ts";
import { marksPatch, type NodeMarks } from "./node_marks.ts";
import type { NodeWanted } from "./plan.ts";

/** The owner reference of a hub's nodes. */
export function ownerOf(hub: StoredHub): OwnerReference {
  return {
    apiVersion: API_VERSION,
    kind: "LynqHub",
    name: hub.name,
    uid: hub.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A new LynqNode. Carries its finalizer from the start, so that no child is ever made without it. */
export function newNode(hub: StoredHub, wanted: NodeWanted): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: "LynqNode",
    metadata: {
      name: wanted.name,
      namespace: hub.namespace,
      labels: {
        [LABEL.hub]: nameAsLabel(hub.name),
        [LABEL.uid]: wanted.row.uid,
        [LABEL.bucket]: bucketOf(hub.namespace, wanted.name),
      },
      finalizers: [NODE_FINALIZER],
      ownerReferences: [ownerOf(hub)],
    },
    spec: {
      uid: wanted.row.uid,
      templateRef: wanted.form,
      hubId: hub.name,
      revision: wanted.revision,
      values: wanted.row.values,
      ...sensitiveOf(wanted, undefined),
      ...(hub.spec.serviceAccountName === undefined
        ? {}
        : { serviceAccountName: hub.spec.serviceAccountName }),
    },
  };
}

/** The merge patch that gives a stored node its hub's account, or none, and leaves all else as it is. */
export function nodeAccountPatch(hub: StoredHub, node: StoredNode): Record<string, unknown> {
  return { metadata: { uid: node.uid }, spec: { serviceAccountName: hub.spec.serviceAccountName ?? null } };
}

/** The hashes of a row's sensitive values, and where the values are; nothing where the node has them already. */
function sensitiveOf(
  { row: { sensitive } }: NodeWanted,
  node: StoredNode | undefined,
): Record<string, unknown> {
  if (sensitive === undefined) return node?.spec.sensitive === undefined ? {} : { sensitive: null };
  if (node !== undefined && holdsSensitive(node, sensitive)) return {};
  const { hashes: before = {} } = node?.spec.sensitive ?? {};
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(sensitive.hashes, name));
  const hashes = { ...Object.fromEntries(gone.map((name) => [name, null])), ...sensitive.hashes };
  return { sensitive: { part: nextPart(node?.spec.sensitive), hashes } };
}

/** What a node carries whose row can be followed. */
const UNMARKED: NodeMarks = { frozen: undefined, paused: false };

/**
 * The merge patch that brings a stored node to what is wanted: values that left the row, inline arrays and the marks of
 * a row that could not be followed go.
 */
export function nodePatch(hub: StoredHub, node: StoredNode, wanted: NodeWanted): Record<string, unknown> {
  const gone = Object.keys(node.spec.values ?? {}).filter((name) => !Object.hasOwn(wanted.row.values, name));
  const inline = RESOURCE_ARRAYS.filter((name) => node.spec[name] !== undefined);
  const marks = marksPatch(node, UNMARKED);
  const former = formerMetadata(node);
  const annotated = marks === undefined
    ? {}
    : { annotations: { ...former["annotations"] as object | undefined, ...marks.annotations } };
  return {
    metadata: { uid: node.uid, ...former, ...annotated },
    spec: {
      hubId: hub.name,
      revision: wanted.revision,
      values: { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted.row.values },
      ...sensitiveOf(wanted, node),
      ...Object.fromEntries(inline.map((name) => [name, null])),
      ...marks?.spec,
    },
  };
}

/** The merge patch that gives a node other marks and leaves all else as it is. */
export function nodeMarksPatch(node: StoredNode, marks: NodeMarks): Record<string, unknown> {
  const patch = marksPatch(node, marks);
  return { metadata: { uid: node.uid, annotations: patch?.annotations ?? {} }, spec: patch?.spec ?? {} };
}
