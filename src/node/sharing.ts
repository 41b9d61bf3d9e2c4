import { claimsOf, sharerOf, tracker } from "../api/claimant.ts";
import { FIELD_MANAGER, nameAsLabel } from "../api/labels.ts";
import type { DesiredObject, NodeIdentity } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import type { LiveState } from "./decide.ts";
import { withoutTracking } from "./desired_object.ts";
import { isTracked } from "./child.ts";

/** Whose the tracking labels of a shared object are to be. */
export type Tracking =
  /** This node's, if the object still has that version. */
  | { readonly kind: "ours"; readonly resourceVersion?: string | undefined }
  | { readonly kind: "other" };

/** As the cache knows it: whoever has the labels keeps them. */
export function trackingKnown(live: LiveState, node: NodeIdentity): Tracking {
  return live.kind === "present" && !isTracked(live.child, node) ? { kind: "other" } : { kind: "ours" };
}

/** As the object says it. Labels that nobody has go to the first node that writes; the version lets only one do it. */
export function trackingSeen({ metadata }: KubeObject, node: NodeIdentity): Tracking {
  const found = tracker(metadata.labels);
  if (found === undefined) return { kind: "ours", resourceVersion: metadata.resourceVersion };
  const own = found.namespace === node.namespace && found.label === nameAsLabel(node.name);
  return { kind: own ? "ours" : "other" };
}

/** What this node applies of an object that it may share. */
export function tracked(desired: DesiredObject, tracking: Tracking): DesiredObject {
  if (!desired.shared) return desired;
  if (tracking.kind === "other") return { ...desired, object: withoutTracking(desired.object) };
  const { resourceVersion } = tracking;
  if (resourceVersion === undefined) return desired;
  const { object } = desired;
  return { ...desired, object: { ...object, metadata: { ...object.metadata, resourceVersion } } };
}

/**
 * The managers of ours whose fields are left over once `desired` is applied: the one that wrote the object before it
 * was shared or was shared no more, and those of nodes whose claim is gone.
 */
export function leftManagers(object: KubeObject, desired: DesiredObject): string[] {
  const claimed = new Set(claimsOf(object.metadata.annotations).map(({ uid }) => uid));
  const managers = (object.metadata.managedFields ?? []).flatMap(({ manager, operation }) =>
    manager === undefined || operation !== "Apply" || manager === desired.manager ? [] : [manager]
  );
  return managers.filter((manager) => {
    const uid = sharerOf(manager);
    return uid === undefined
      ? manager === FIELD_MANAGER && desired.shared
      : !claimed.has(uid) || desired.manager === FIELD_MANAGER;
  });
}
