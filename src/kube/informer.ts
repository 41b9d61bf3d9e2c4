import type { WatchingClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import { listAndWatch } from "./list_watch.ts";
import { ProjectionCache } from "./projection_cache.ts";
import type { ResourceType } from "./resource_type.ts";
import type { WatchState } from "./watch_state.ts";
import type { sleep } from "./deadline.ts";

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
  /** Retrying by itself, until the server sends something again; the cache holds what was last known. */
  | { readonly kind: "retrying"; readonly error: unknown; readonly attempt: number }
  /** The kind is not served (its CRD is gone). Looked for again; the cache holds what was last known. */
  | { readonly kind: "absent" }
  | { readonly kind: "stopped" };

export interface InformerOptions<P, I extends string = never> {
  readonly client: Pick<WatchingClient, "list" | "watch">;
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** What is kept of an object. Must not hold on to the object itself. */
  readonly project: (object: KubeObject) => P;
  /** For each index the values under which an entry is found. */
  readonly indexes?: { readonly [name in I]: (entry: CacheEntry<P>) => readonly string[] } | undefined;
  readonly onEvent?: ((event: CacheEvent<P>) => void) | undefined;
  readonly onState?: ((state: InformerState) => void) | undefined;
  /** An exception of `project`, of an index function or of a handler; the informer goes on. */
  readonly onError?: ((error: unknown, key: ObjectKey) => void) | undefined;
  /** Waits between attempts; a test may shorten it. */
  readonly wait?: typeof sleep | undefined;
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
  /** As `observe`, for an object that was read: it is projected anew also where its version is the cached one. */
  refresh(object: KubeObject): void;
  /** Ends the watch; settles when nothing runs any more. */
  stop(): Promise<void>;
}

/** The key of an object in an informer's cache. */
export function objectKey(object: { metadata: { namespace?: string; name?: string } }): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? `${name ?? ""}` : `${namespace}/${name ?? ""}`;
}

/** Lists, watches and caches one kind, from now until `stop`. */
export function createInformer<P, I extends string = never>(
  options: InformerOptions<P, I>,
): Informer<P, I> {
  return new CachingInformer(options);
}

class CachingInformer<P, I extends string> implements Informer<P, I> {
  readonly synced: Promise<"synced" | "absent" | "stopped">;
  readonly #cache: ProjectionCache<P, I>;
  readonly #options: InformerOptions<P, I>;
  readonly #handlers = new Set<(event: CacheEvent<P>) => void>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #settle: (outcome: "synced" | "absent" | "stopped") => void;
  #state: InformerState = { kind: "listing" };
  #watching = false;

  constructor(options: InformerOptions<P, I>) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<"synced" | "absent" | "stopped">();
    this.synced = promise;
    this.#settle = resolve;
    if (options.onEvent !== undefined) this.#handlers.add(options.onEvent);
    const onError = options.onError ?? (() => {});
    this.#cache = new ProjectionCache<P, I>({
      project: options.project,
      indexes: options.indexes ?? {} as Record<I, never>,
      emit: (event) => this.#emit(event, onError),
      onError,
    });
    this.#running = this.#run();
  }

  get size(): number {
    return this.#cache.size;
  }

  state(): InformerState {
    return this.#state;
  }

  get(key: ObjectKey): CacheEntry<P> | undefined {
    return this.#cache.get(key);
  }

  values(): IterableIterator<CacheEntry<P>> {
    return this.#cache.values();
  }

  keysBy(name: I, value: string): ReadonlySet<ObjectKey> {
    return this.#cache.keysBy(name, value);
  }

  subscribe(handler: (event: CacheEvent<P>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  observe(object: KubeObject): void {
    this.#cache.observe(object);
  }

  refresh(object: KubeObject): void {
    this.#cache.refresh(object);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { client, type, namespace, labelSelector, fieldSelector, metadataOnly, wait } = this.#options;
    await listAndWatch({
      client,
      what: { type, namespace, labelSelector, fieldSelector, metadataOnly },
      isKnown: (version) => this.#cache.has(version),
      onUpdate: (update) => {
        this.#cache.update(update);
        if (update.kind === "listDone") this.#settle("synced");
        if (update.kind === "listDone" || this.#watching) this.#become({ kind: "live" });
      },
      onState: (state) => this.#entered(state),
      wait,
    }, this.#stopping.signal);
    this.#settle("stopped");
    this.#become({ kind: "stopped" });
  }

  #entered(state: WatchState): void {
    this.#watching = state.kind === "watching";
    if (state.kind === "absent") {
      this.#settle("absent");
      this.#become({ kind: "absent" });
    } else if (state.kind === "waiting" && state.error !== undefined) {
      this.#become({ kind: "retrying", error: state.error, attempt: state.attempt });
    }
  }

  #become(state: InformerState): void {
    if (state.kind === this.#state.kind && state.kind !== "retrying") return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  #emit(event: CacheEvent<P>, onError: (error: unknown, key: ObjectKey) => void): void {
    for (const handler of this.#handlers) {
      try {
        handler(event);
      } catch (error) {
        onError(error, event.kind === "deleted" ? event.was.key : event.now.key);
      }
    }
  }
}
