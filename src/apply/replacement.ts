import type { KubeObject, ObjectMeta } from "../kube/object.ts";
import { ownedPaths } from "../kube/fields.ts";

/**
 * The object to PUT over a live one: all of it is as wanted, and what others need to find again stays: finalizers,
 * other owners, and the labels and annotations that we never wrote.
 */
export function replacement(wanted: KubeObject, live: KubeObject, manager: string): KubeObject {
  const { metadata } = live;
  const own = new Set(ownedPaths(live, { manager, operation: "Update" }));
  const others = (of: "labels" | "annotations") =>
    Object.fromEntries(
      Object.entries(metadata[of] ?? {}).filter(([key]) => !own.has(`.metadata.${of}.${key}`)),
    );
  const kept: ObjectMeta = {
    ...wanted.metadata,
    labels: { ...others("labels"), ...wanted.metadata.labels },
    annotations: { ...others("annotations"), ...wanted.metadata.annotations },
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
  };
  const mine = wanted.metadata.ownerReferences ?? [];
  const owners = [
    ...mine,
    ...(metadata.ownerReferences ?? []).filter(({ uid, kind }) =>
      kind !== "LynqNode" && !mine.some((owner) => owner.uid === uid)
    ),
  ];
  return { ...wanted, metadata: owners.length === 0 ? kept : { ...kept, ownerReferences: owners } };
}
