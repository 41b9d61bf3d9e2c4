import type { WatchingClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import type { ResourceType } from "./resource_type.ts";

/** `namespace/name`, or `name` for a kind without namespaces. */
export type ObjectKey = string;

/** One cached object: its identity and the caller's projection, never the whole. */
export interface CacheEntry<P> {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly value: P;
}

/**
 * A change of the cache. An object deleted and made anew under the same name is "deleted" and then "added".
 * `by` is "write" where the change came through `observe`, "watch" otherwise.
 */
export type CacheEvent<P> =
  | { readonly kind: "added"; readonly by: "watch" | "write"; readonly now: CacheEntry<P> }
  | {
    readonly kind: "modified";
    readonly by: "watch" | "write";
    readonly was: CacheEntry<P>;
    readonly now: CacheEntry<P>;
  }
  | { readonly kind: "deleted"; readonly by: "watch" | "write"; readonly was: CacheEntry<P> };

/** How current the cache is. */
export type InformerState =
  | { readonly kind: "listing" }
  | { readonly kind: "live" }
  /** Retrying by itself; the cache holds what was last known. */
  | { readonly kind: "retrying"; readonly error: unknown; readonly attempt: number }
  /** The kind is not served (its CRD is gone). Looked for again; the cache holds what was last known. */
  | { readonly kind: "absent" }
  | { readonly kind: "stopped" };

export interface InformerOptions<P, I extends string = never> {
  readonly client: Pick<WatchingClient, "list" | "watch">;
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** What is kept of an object. Must not hold on to the object itself. */
  readonly project: (object: KubeObject) => P;
  /** For each index the values under which an entry is found. */
  readonly indexes?: { readonly [name in I]: (entry: CacheEntry<P>) => readonly string[] } | undefined;
  readonly onEvent?: ((event: CacheEvent<P>) => void) | undefined;
  readonly onState?: ((state: InformerState) => void) | undefined;
  /** An exception of `project`, of an index function or of a handler; the informer goes on. */
  readonly onError?: ((error: unknown, key: ObjectKey) => void) | undefined;
}

export interface Informer<P, I extends string = never> {
  /** Settles, never rejects: the first list is in the cache, the kind is not served, or `stop` came first. */
  readonly synced: Promise<"synced" | "absent" | "stopped">;
  readonly size: number;
  state(): InformerState;
  get(key: ObjectKey): CacheEntry<P> | undefined;
  values(): IterableIterator<CacheEntry<P>>;
  /** The keys of the entries whose index `name` has `value`. */
  keysBy(name: I, value: string): ReadonlySet<ObjectKey>;
  /** More handlers; the answer removes it. */
  subscribe(handler: (event: CacheEvent<P>) => void): () => void;
  /** Takes in the answer of a write, so that the cache is never older than the caller's own write. */
  observe(object: KubeObject): void;
  /** Ends the watch; settles when nothing runs any more. */
  stop(): Promise<void>;
}

/** The key of an object in an informer's cache. */
export function objectKey(object: { metadata: { namespace?: string; name?: string } }): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? `${name ?? ""}` : `${namespace}/${name ?? ""}`;
}
