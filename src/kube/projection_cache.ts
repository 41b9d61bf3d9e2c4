import type { CacheEntry, CacheEvent, ObjectKey } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import { compareRevisions } from "./revision.ts";
import { SecondaryIndex } from "./secondary_index.ts";
import type { CacheUpdate } from "./watch_state.ts";

export interface ProjectionCacheOptions<P, I extends string> {
  readonly project: (object: KubeObject) => P;
  readonly indexes: { readonly [name in I]?: (entry: CacheEntry<P>) => readonly string[] };
  readonly emit: (event: CacheEvent<P>) => void;
  readonly onError: (error: unknown, key: ObjectKey) => void;
}

/**
 * Projections of the objects of one list-and-watch, fed by its updates and by the answers of the caller's own writes.
 *
 * Guarantees: an entry never goes back behind the caller's own write; an object that was deleted and made anew is told as "deleted",
 * then "added"; an answer that comes after the watch has passed its version changes nothing. Versions compare as
 * `compareRevisions` says; where they are no integers, `observe` only takes a new version of an entry that is there.
 */
export class ProjectionCache<P, I extends string> {
  readonly #options: ProjectionCacheOptions<P, I>;
  readonly #entries = new Map<ObjectKey, CacheEntry<P>>();
  readonly #index: SecondaryIndex<P, I>;
  /** Versions that came from `observe` and that the watch has not told of yet. */
  readonly #unconfirmed = new Map<ObjectKey, string>();
  /** The keys of these, by version. */
  readonly #written = new Map<string, ObjectKey>();
  /** What a list under way has told; `undefined` where none is. */
  #listed: Set<ObjectKey> | undefined;
  #seenTo = "";

  constructor(options: ProjectionCacheOptions<P, I>) {
    this.#options = options;
    this.#index = new SecondaryIndex(options.indexes);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: ObjectKey): CacheEntry<P> | undefined {
    return this.#entries.get(key);
  }

  values(): IterableIterator<CacheEntry<P>> {
    return this.#entries.values();
  }

  keysBy(name: I, value: string): ReadonlySet<ObjectKey> {
    return this.#index.keys(name, value);
  }

  update(update: CacheUpdate): void {
    switch (update.kind) {
      case "listStarted":
        this.#listed = new Set();
        return;
      case "applied":
        this.#listed?.add(keyOf(update.object));
        this.#applied(update.object);
        return;
      case "removed":
        this.#removed(update.object);
        return;
      case "progress":
        if (update.known === true) this.#confirm(this.#written.get(update.resourceVersion));
        this.#advance(update.resourceVersion);
        return;
      case "listDone":
        this.#listDone(update.resourceVersion);
    }
  }

  /** Whether the entry of that version came from `observe`, and the watch has not told of it yet. */
  has(version: string): boolean {
    return this.#written.has(version);
  }

  observe(object: KubeObject): void {
    const key = keyOf(object);
    const version = object.metadata.resourceVersion ?? "";
    const entry = this.#entries.get(key);
    const sameObject = entry !== undefined && entry.uid === object.metadata.uid;
    const newer = sameObject
      ? !isNewer(entry.resourceVersion, version) && entry.resourceVersion !== version
      : isNewer(version, this.#seenTo) && (entry === undefined || isNewer(version, entry.resourceVersion));
    if (!newer) return;
    if (isNewer(version, this.#seenTo)) {
      this.#confirm(key);
      this.#unconfirmed.set(key, version);
      this.#written.set(version, key);
    }
    this.#put(key, object, "write");
  }

  /** As `observe`, for an object that was read: it is projected anew also where its version is the cached one. */
  refresh(object: KubeObject): void {
    const key = keyOf(object);
    const { uid, resourceVersion } = object.metadata;
    const entry = this.#entries.get(key);
    if (entry?.uid === uid && entry?.resourceVersion === resourceVersion) this.#put(key, object, "write");
    else this.observe(object);
  }

  #applied(object: KubeObject): void {
    const key = keyOf(object);
    const version = object.metadata.resourceVersion ?? "";
    if (!this.#outrun(key, version)) {
      this.#confirm(key);
      const entry = this.#entries.get(key);
      if (entry?.resourceVersion !== version || entry.uid !== object.metadata.uid) {
        this.#put(key, object, "watch");
      }
    }
    if (this.#listed === undefined) this.#advance(version);
  }

  #removed(object: KubeObject): void {
    const key = keyOf(object);
    const version = object.metadata.resourceVersion ?? "";
    const entry = this.#entries.get(key);
    if (entry !== undefined && !this.#outrun(key, version)) this.#drop(entry);
    this.#advance(version);
  }

  /** What is not in the list is gone, but for writes of the caller that are newer than the list. */
  #listDone(version: string): void {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    if (isNewer(this.#seenTo, version)) {
      this.#unconfirmed.clear();
      this.#written.clear();
    }
    this.#seenTo = version;
    for (const entry of [...this.#entries.values()]) {
      if (!listed.has(entry.key) && !this.#outrun(entry.key, version)) this.#drop(entry);
    }
    this.#advance(version);
  }

  /** Whether the caller wrote a version of this object that is newer than `version`. */
  #outrun(key: ObjectKey, version: string): boolean {
    const written = this.#unconfirmed.get(key);
    return written !== undefined && isNewer(written, version);
  }

  /** The watch has told everything up to `version`: what `observe` put in before and it did not tell of is not there. */
  #advance(version: string): void {
    if (isNewer(version, this.#seenTo)) this.#seenTo = version;
    for (const [key, written] of this.#unconfirmed) {
      // They came nearly in order: what stands behind this one has time until it is passed.
      if (isNewer(written, this.#seenTo)) break;
      this.#confirm(key);
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#drop(entry);
    }
  }

  /** The watch has told of this object what `observe` did, or more. */
  #confirm(key: ObjectKey | undefined): void {
    if (key === undefined) return;
    this.#written.delete(this.#unconfirmed.get(key) ?? "");
    this.#unconfirmed.delete(key);
  }

  #put(key: ObjectKey, object: KubeObject, by: "watch" | "write"): void {
    const was = this.#entries.get(key);
    const now = this.#entryOf(key, object);
    if (now === undefined) return;
    if (was !== undefined && was.uid !== now.uid) this.#remove(was, by);
    this.#entries.set(key, now);
    const before = was?.uid === now.uid ? was : undefined;
    this.#guard(key, () => this.#index.replace(before, now));
    const event: CacheEvent<P> = before === undefined
      ? { kind: "added", by, now }
      : { kind: "modified", by, was: before, now };
    this.#guard(key, () => this.#options.emit(event));
  }

  #entryOf(key: ObjectKey, object: KubeObject): CacheEntry<P> | undefined {
    try {
      const { uid = "", resourceVersion = "" } = object.metadata;
      return { key, uid, resourceVersion, value: this.#options.project(object) };
    } catch (error) {
      this.#options.onError(error, key);
      return undefined;
    }
  }

  #drop(entry: CacheEntry<P>): void {
    this.#confirm(entry.key);
    this.#remove(entry, "watch");
  }

  #remove(was: CacheEntry<P>, by: "watch" | "write"): void {
    this.#entries.delete(was.key);
    this.#guard(was.key, () => this.#index.replace(was, undefined));
    this.#guard(was.key, () => this.#options.emit({ kind: "deleted", by, was }));
  }

  #guard(key: ObjectKey, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error, key);
    }
  }
}

/** Whether `a` is surely newer than `b`; everything that compares is newer than "nothing seen" (""). */
function isNewer(a: string, b: string): boolean {
  if (b === "") return a !== "";
  const order = compareRevisions(a, b);
  return order !== undefined && order > 0;
}

function keyOf(object: KubeObject): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? `${name ?? ""}` : `${namespace}/${name ?? ""}`;
}
