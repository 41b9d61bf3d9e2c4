import type { KubeObject } from "./object.ts";
import type { ResourceType } from "./resource_type.ts";
import type { TrafficClass, TrafficFigures } from "./turnstile.ts";

/** Where one object is: its kind, its name, and its namespace when the kind has one. */
export interface ObjectRef {
  readonly type: ResourceType;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface ListOptions {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects a page; 500 unless told. */
  readonly limit?: number | undefined;
  /** Ask for `PartialObjectMetadata` only, so that no value is held in memory. */
  readonly metadataOnly?: boolean | undefined;
  /** "0" takes any version the server has at hand; unset is the newest. */
  readonly resourceVersion?: string | undefined;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly subresource?: "status" | undefined;
}

export interface WriteOptions {
  readonly fieldManager?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly subresource?: "status" | undefined;
}

/** The three patch types that are not server-side apply. */
export type PatchType = "merge" | "json" | "strategic";

export interface DeleteOptions {
  /** The object is deleted only when it still is the one with this UID; else 409. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * The API server as the controllers use it.
 *
 * Every method throws `KubeError` for an answer that is no success, and `KubeUnreachable` where no answer came (refused,
 * reset, deadline). After 429 with Retry-After a request of any verb is sent again, since the server did not begin it;
 * after 503 with Retry-After only one whose repetition gives the same answer (reads, deletes by UID, and writes
 * without resourceVersion other than create and JSON or strategic patch). All else
 * is the caller's to retry. `signal` ends the wait with its reason.
 */
export interface KubeClient {
  get(ref: ObjectRef, options?: { metadataOnly?: boolean; signal?: AbortSignal }): Promise<KubeObject>;
  /** Pages of a list, and the resourceVersion to watch from. `resourceVersion` is that of the whole list. */
  list(options: ListOptions, signal?: AbortSignal): AsyncIterable<ListPage>;
  create(
    type: ResourceType,
    object: KubeObject,
    options?: WriteOptions,
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  /** PUT: the object must carry its resourceVersion where optimistic locking is wanted. */
  update(
    ref: ObjectRef,
    object: KubeObject,
    options?: WriteOptions,
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  patch(
    ref: ObjectRef,
    patch: { type: PatchType; body: unknown },
    options?: WriteOptions,
    signal?: AbortSignal,
  ): Promise<KubeObject>;
  /** Server-side apply. `created` is true for HTTP 201. */
  apply(ref: ObjectRef, object: KubeObject, options: ApplyOptions, signal?: AbortSignal): Promise<Applied>;
  /** Deletes; `undefined` where the object was gone already (404). */
  delete(ref: ObjectRef, options?: DeleteOptions, signal?: AbortSignal): Promise<KubeObject | undefined>;
  /** GET of any path, as JSON (discovery, OpenAPI). `accept` unset is "application/json". */
  raw(
    path: string,
    options?: { accept?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<unknown>;
}

export interface ListPage {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
}

export interface Applied {
  readonly object: KubeObject;
  readonly created: boolean;
}

export interface WatchOptions {
  readonly type: ResourceType;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly metadataOnly?: boolean | undefined;
  /** Changes after this version are sent. */
  readonly resourceVersion: string;
  /** Whether the caller has the object of that version already, from its own write: it is not read once more. */
  readonly isKnown?: ((resourceVersion: string) => boolean) | undefined;
}

/** One line of a watch. An ERROR line is no event: the stream throws it as `KubeError`. */
export type WatchEvent =
  | { readonly kind: "added" | "modified" | "deleted"; readonly object: KubeObject }
  /** Everything up to this version was sent; `known` where it stands for a change whose version is known. */
  | { readonly kind: "bookmark"; readonly resourceVersion: string; readonly known?: true };

/** A client that can also watch: what informers need. */
export interface WatchingClient extends KubeClient {
  /**
   * One watch request. Ends when the server ends it (its timeout); throws `KubeError` for a refusal or an ERROR line
   * (410: list again), `KubeUnreachable` where the stream broke or its connection does not answer any more.
   */
  watch(options: WatchOptions, signal?: AbortSignal): AsyncIterable<WatchEvent>;
  /** The same client for work that came in masses: its requests give way to others where requests have to wait. */
  bulk(): WatchingClient;
  /** The same client with the rights of another user: one header more in each request, and no request more. */
  as(subject: Subject): WatchingClient;
}

/** A client bound to one API server, with connections of its own. */
export interface KubeConnection extends WatchingClient {
  /** The same connections for one who may write only at times: `admit` is asked before each attempt of a write, and throws to prevent it. */
  fenced(admit: () => void): WatchingClient;
  /** How many requests there are, and how many the server is taken to bear. */
  traffic(of: TrafficClass): TrafficFigures;
  /** Ends every connection; requests under way are aborted. */
  close(): void;
}

/**
 * Whom a request acts for (`Impersonate-User`, `Impersonate-Group`). To a ServiceAccount that comes without groups the
 * API server gives those that it has by its own token, so that no right to impersonate groups is needed.
 */
export interface Subject {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
}
