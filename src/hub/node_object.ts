import { API_VERSION, bucketOf, LABEL, nameAsLabel, NODE_FINALIZER } from "../api/labels.ts";
import { RESOURCE_ARRAYS } from "../api/resource.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import type { KubeObject } from "../kube/object.ts";
import { formerMetadata } from "./former_node.ts";
import type { NodeWanted } from "./plan.ts";

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
      ownerReferences: [{
        apiVersion: API_VERSION,
        kind: "LynqHub",
        name: hub.name,
        uid: hub.uid,
        controller: true,
        blockOwnerDeletion: true,
      }],
    },
    spec: {
      uid: wanted.row.uid,
      templateRef: wanted.form,
      hubId: hub.name,
      revision: wanted.revision,
      values: wanted.row.values,
    },
  };
}

/** The merge patch that brings a stored node to what is wanted: values that left the row and inline arrays go. */
export function nodePatch(hub: StoredHub, node: StoredNode, wanted: NodeWanted): Record<string, unknown> {
  const gone = Object.keys(node.spec.values ?? {}).filter((name) => !Object.hasOwn(wanted.row.values, name));
  const inline = RESOURCE_ARRAYS.filter((name) => node.spec[name] !== undefined);
  return {
    metadata: { uid: node.uid, ...formerMetadata(node) },
    spec: {
      hubId: hub.name,
      revision: wanted.revision,
      values: { ...Object.fromEntries(gone.map((name) => [name, null])), ...wanted.row.values },
      ...Object.fromEntries(inline.map((name) => [name, null])),
    },
  };
}
