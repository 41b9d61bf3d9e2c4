import type { KubeClient } from "./client.ts";
import {
  AGGREGATED_ACCEPT,
  type GroupVersion,
  readAggregated,
  readGroupVersions,
  readResourceList,
} from "./discovery_document.ts";
import { isNotFound, KubeError } from "./error.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";

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
   * Finds a kind. A miss asks the server again, so that a CRD installed later is found; absence is then believed for
   * `absentSeconds`, and the server is asked at most once in `refreshSeconds` whatever is missed.
   * Throws `KubeError` or `KubeUnreachable` where the answer is not known: that is not absence.
   */
  resolve(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resolution>;
  /** Every kind of every group that answered. */
  list(signal?: AbortSignal): Promise<readonly ServedResource[]>;
  /** Forgets everything; the next call reads anew. Call it where a CRD is known to have changed. */
  invalidate(): void;
}

export interface DiscoveryOptions {
  readonly client: Pick<KubeClient, "raw">;
  /** The least time between two reads that misses cause; 2 unless told. */
  readonly refreshSeconds?: number | undefined;
  /** How long a kind that was not found is believed to be absent; 10 unless told. */
  readonly absentSeconds?: number | undefined;
  /** Milliseconds that only grow. */
  readonly now?: (() => number) | undefined;
}

/** Discovery over `/api` and `/apis`, aggregated where the server can, else group version by group version. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  return new CachedDiscovery(options);
}

/** What the last reading of the server told. */
interface Snapshot {
  readonly readAt: number;
  readonly types: ReadonlyMap<string, ResourceType>;
  readonly served: readonly ServedResource[];
  /** Group versions that could not be read, with the error of each. */
  readonly failed: ReadonlyMap<string, unknown>;
}

class CachedDiscovery implements Discovery {
  readonly #client: Pick<KubeClient, "raw">;
  readonly #refreshMs: number;
  readonly #absentMs: number;
  readonly #now: () => number;
  readonly #absent = new Map<string, number>();
  #generation = 0;
  #snapshot: Snapshot | undefined;
  #reading: Promise<Snapshot> | undefined;

  constructor(options: DiscoveryOptions) {
    this.#client = options.client;
    this.#refreshMs = (options.refreshSeconds ?? 2) * 1000;
    this.#absentMs = (options.absentSeconds ?? 10) * 1000;
    this.#now = options.now ?? (() => performance.now());
  }

  async resolve(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resolution> {
    const id = `${apiVersion}/${kind}`;
    const known = this.#snapshot?.types.get(id);
    if (known !== undefined) return { kind: "found", type: known };
    if (this.#now() < (this.#absent.get(id) ?? 0)) return { kind: "absent" };
    const snapshot = await this.#atLeastFrom(this.#now() - this.#refreshMs, signal);
    const type = snapshot.types.get(id);
    if (type !== undefined) return { kind: "found", type };
    const failure = snapshot.failed.get(apiVersion);
    if (failure !== undefined) throw failure;
    this.#remember(id);
    return { kind: "absent" };
  }

  async list(signal?: AbortSignal): Promise<readonly ServedResource[]> {
    return (this.#snapshot ?? await this.#atLeastFrom(0, signal)).served;
  }

  invalidate(): void {
    this.#generation += 1;
    this.#snapshot = undefined;
    this.#reading = undefined;
    this.#absent.clear();
  }

  #remember(id: string): void {
    const now = this.#now();
    for (const [other, until] of this.#absent) if (until <= now) this.#absent.delete(other);
    this.#absent.set(id, now + this.#absentMs);
  }

  async #atLeastFrom(earliest: number, signal?: AbortSignal): Promise<Snapshot> {
    if (this.#snapshot !== undefined && this.#snapshot.readAt > earliest) return this.#snapshot;
    this.#reading ??= this.#read();
    return await abortable(this.#reading, signal);
  }

  async #read(): Promise<Snapshot> {
    const readAt = this.#now();
    const generation = this.#generation;
    try {
      const roots = await Promise.all([readRoot(this.#client, "/api"), readRoot(this.#client, "/apis")]);
      const snapshot = snapshotOf(roots.flat(), readAt);
      if (generation === this.#generation) this.#snapshot = snapshot;
      return snapshot;
    } finally {
      if (generation === this.#generation) this.#reading = undefined;
    }
  }
}

/** A group version; with `error` what it serves is not known, or not all of it. */
type Read = GroupVersion & { readonly error?: unknown };

async function readRoot(client: Pick<KubeClient, "raw">, root: "/api" | "/apis"): Promise<Read[]> {
  const document = await client.raw(root, { accept: AGGREGATED_ACCEPT });
  const aggregated = readAggregated(document);
  if (aggregated !== undefined) return aggregated.map(staleIsError);
  return await Promise.all(readGroupVersions(document).map((at) => readPlain(client, at)));
}

async function readPlain(
  client: Pick<KubeClient, "raw">,
  at: { group: string; version: string },
): Promise<Read> {
  const path = at.group === "" ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`;
  try {
    return { ...at, stale: false, resources: readResourceList(await client.raw(path), at) };
  } catch (error) {
    const nothing = { ...at, stale: false, resources: [] };
    return isNotFound(error) ? nothing : { ...nothing, error };
  }
}

function staleIsError(read: GroupVersion): Read {
  if (!read.stale) return read;
  const apiVersion = apiVersionOf(read);
  const error = new KubeError(
    `discovery of ${apiVersion}: the API server behind it does not answer; see 'kubectl get apiservices'`,
    { status: 503, reason: "StaleGroupVersion" },
  );
  return { ...read, error };
}

function snapshotOf(reads: readonly Read[], readAt: number): Snapshot {
  const served = reads.flatMap((read) => read.resources);
  const types = new Map<string, ResourceType>();
  for (const { type } of served) {
    const id = `${apiVersionOf(type)}/${type.kind}`;
    if (!types.has(id)) types.set(id, type);
  }
  const failed = new Map<string, unknown>();
  for (const read of reads) if (read.error !== undefined) failed.set(apiVersionOf(read), read.error);
  return { readAt, types, served, failed };
}

/** Waits for shared work; the signal ends this wait, not the work. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
