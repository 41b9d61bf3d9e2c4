import { ANNOTATION } from "./labels.ts";
import type { StoredMeta } from "./stored.ts";

/** The API server's finalizer for a deletion that leaves dependents behind (`kubectl delete --cascade=orphan`). */
export const ORPHAN_FINALIZER = "orphan";

/**
 * Whether an object that goes leaves behind what depends on it. The garbage collector takes its finalizer off within a
 * moment, so whoever saw it remembers it, in memory and then in an annotation.
 */
export function leavesDependents(
  object: StoredMeta,
  seen: { has(uid: string): boolean },
): boolean {
  return object.finalizers.includes(ORPHAN_FINALIZER) || isMarked(object) || seen.has(object.uid);
}

/** The annotation says so already: it outlives a restart. */
export function isMarked({ annotations }: StoredMeta): boolean {
  return annotations[ANNOTATION.orphanDependents] === "true";
}

/** The merge patch that remembers it. */
export function markPatch({ uid }: StoredMeta): Record<string, unknown> {
  return { metadata: { uid, annotations: { [ANNOTATION.orphanDependents]: "true" } } };
}
