import { FORMER } from "../api/former.ts";
import { ANNOTATION, bucketOf, LABEL } from "../api/labels.ts";
import type { StoredNode } from "../api/stored.ts";

/** Where the Go implementation keeps a row: `spec.values` holds it from now on, and a value must not stand in two places. */
const ROW_ANNOTATIONS: readonly string[] = [
  ANNOTATION.hostOrUrl,
  ANNOTATION.activate,
  ANNOTATION.extra,
  ANNOTATION.hubId,
  FORMER.templateGeneration,
  FORMER.rolloutUpdateStart,
];

/** The metadata that changes with the first write to a node that the Go implementation made; empty for one of ours. */
export function formerMetadata(
  node: Pick<StoredNode, "namespace" | "name" | "annotations">,
): Record<string, unknown> {
  const present = ROW_ANNOTATIONS.filter((key) => Object.hasOwn(node.annotations, key));
  if (present.length === 0) return {};
  return {
    annotations: Object.fromEntries(present.map((key) => [key, null])),
    labels: { [LABEL.bucket]: bucketOf(node.namespace, node.name) },
  };
}
