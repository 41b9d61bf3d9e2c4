import { CLAIM_PREFIX } from "../api/claimant.ts";
import { ANNOTATION, FIELD_MANAGER, GROUP, LABEL, type OrphanReason } from "../api/labels.ts";
import type { ChildTarget, Outcome } from "../api/stages.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/error.ts";
import type { OwnerReference } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { refOf } from "./object_ref.ts";

/**
 * Leaves an object behind: no owner among the LynqNodes, no tracking labels, no claims, the orphan markers instead.
 * Guarded by UID and resourceVersion, since the list of owners is written as a whole.
 */
export async function markAsOrphan(
  client: KubeClient,
  of: { target: ChildTarget; reason: OrphanReason; now: Date },
  signal: AbortSignal,
): Promise<Outcome> {
  const ref = refOf(of.target.type, of.target.key);
  try {
    const live = await client.get(ref, { metadataOnly: true, signal });
    if (live.metadata.uid !== of.target.uid) return { kind: "gone" };
    const owners = (live.metadata.ownerReferences ?? []).filter((owner) => !isNode(owner));
    const claims = Object.keys(live.metadata.annotations ?? {}).filter((key) => key.startsWith(CLAIM_PREFIX));
    const body = {
      metadata: {
        uid: of.target.uid,
        resourceVersion: of.target.resourceVersion ?? live.metadata.resourceVersion,
        ownerReferences: owners.length === 0 ? null : owners,
        labels: {
          [LABEL.node]: null,
          [LABEL.nodeNamespace]: null,
          [LABEL.bucket]: null,
          [LABEL.orphaned]: "true",
        },
        annotations: {
          ...Object.fromEntries(claims.map((key) => [key, null])),
          [ANNOTATION.orphanedAt]: of.now.toISOString().replace(/\.\d+Z$/, "Z"),
          [ANNOTATION.orphanedReason]: of.reason,
        },
      },
    };
    await client.patch(ref, { type: "merge", body }, { fieldManager: FIELD_MANAGER }, signal);
    return { kind: "orphaned" };
  } catch (error) {
    if (isNotFound(error)) return { kind: "gone" };
    throw error;
  }
}

function isNode(owner: OwnerReference): boolean {
  return owner.kind === "LynqNode" && parseApiVersion(owner.apiVersion).group === GROUP;
}
