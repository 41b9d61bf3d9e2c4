import type { ResourceType } from "./resource_type.ts";

/** What discovery says of a kind. A group that could not be read is neither: `resolve` throws. */
export type Resolution = { readonly kind: "found"; readonly type: ResourceType } | {
  readonly kind: "absent";
};

/** One served kind with what its endpoint can do. */
export interface ServedResource {
  readonly type: ResourceType;
  /** "get", "list", "watch", "create", "patch", ... */
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** "status", "scale", ... */
  readonly subresources: readonly string[];
}

/** Turns `apiVersion` + `kind` into a URL's parts, from what the API server serves now. */
export interface Discovery {
  /**
   * Finds a kind. A miss asks the server again (at most once in `refreshSeconds`), so that a CRD installed later is found.
   * Throws `KubeError` or `KubeUnreachable` where the answer is not known: that is not absence.
   */
  resolve(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resolution>;
  /** Every kind of every group that answered. */
  list(signal?: AbortSignal): Promise<readonly ServedResource[]>;
  /** Forgets everything; the next call reads anew. Call it where a CRD is known to have changed. */
  invalidate(): void;
}
