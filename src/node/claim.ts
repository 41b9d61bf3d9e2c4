import { LABEL, trackingLabels } from "../api/labels.ts";
import type { Resource } from "../api/resource.ts";
import type { NodeIdentity } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";

/** Whose an existing object is, before anything is written to it. */
export type Claim =
  | { readonly kind: "ours" }
  /** Left behind by a node as an orphan: taken back, and its markers removed. */
  | { readonly kind: "orphan" }
  /** Somebody else's, and the form's conflictPolicy says to take it over. */
  | { readonly kind: "take" }
  | { readonly kind: "foreign"; readonly owner: string };

/** Decides whose an object is from its own metadata and the UID that our record holds. */
export function claim(
  object: KubeObject,
  node: NodeIdentity,
  of: { policy: Resource; recordedUid: string | undefined },
): Claim {
  const { metadata } = object;
  if (metadata.uid !== undefined && metadata.uid === of.recordedUid) return { kind: "ours" };
  const wanted = trackingLabels(node);
  const labels = metadata.labels ?? {};
  if (labels[LABEL.node] === wanted[LABEL.node] && labels[LABEL.nodeNamespace] === node.namespace) {
    return { kind: "ours" };
  }
  const owners = metadata.ownerReferences ?? [];
  if (owners.some((owner) => owner.uid === node.uid)) return { kind: "ours" };
  if (labels[LABEL.node] !== undefined) {
    return { kind: "foreign", owner: `LynqNode ${labels[LABEL.nodeNamespace] ?? ""}/${labels[LABEL.node]}` };
  }
  const controller = owners.find((owner) => owner.controller === true);
  if (controller !== undefined) return { kind: "foreign", owner: `${controller.kind} ${controller.name}` };
  if (labels[LABEL.orphaned] === "true") return { kind: "orphan" };
  if (of.policy.conflictPolicy === "Force") return { kind: "take" };
  return { kind: "foreign", owner: managers(object) };
}

function managers(object: KubeObject): string {
  const names = (object.metadata.managedFields ?? [])
    .filter((entry) => entry.subresource === undefined || entry.subresource === "")
    .map((entry) => entry.manager ?? "");
  const distinct = [...new Set(names)].filter((name) => name !== "");
  return distinct.length === 0 ? "somebody else" : distinct.map((name) => `"${name}"`).join(", ");
}
