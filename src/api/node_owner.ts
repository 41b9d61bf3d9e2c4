import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { GROUP, LABEL } from "./labels.ts";

/** The owner reference of a LynqNode to its hub. */
export function hubOwner({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(isHub);
}

function isHub({ kind, apiVersion }: OwnerReference): boolean {
  return kind === "LynqHub" && apiVersion.startsWith(`${GROUP}/`);
}

/** The merge patch that lets a LynqNode go on without its hub. Bound to the version read, since it writes all owners. */
export function detachPatch({ metadata }: KubeObject): Record<string, unknown> {
  const owners = (metadata.ownerReferences ?? []).filter((owner) => !isHub(owner));
  return {
    metadata: {
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      ownerReferences: owners.length === 0 ? null : owners,
      labels: { [LABEL.hub]: null },
    },
  };
}
