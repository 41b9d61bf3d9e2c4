import { compareText } from "../kube/compare_text.ts";
import type { KubeObject } from "../kube/object.ts";

/** One change of one object, in the order of revisions. `object` of a DELETED is the last state at the deleting revision. */
export interface StoredEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  /** `group/plural` of the stored kind. */
  readonly store: string;
  /** `namespace/name`, or `name` of a cluster-scoped object. */
  readonly key: string;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

export type History =
  | { readonly kind: "events"; readonly events: readonly StoredEvent[] }
  /** The revision is older than the oldest one kept. */
  | { readonly kind: "compacted"; readonly oldest: number };

export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/**
 * Every object of the sandbox, in memory, with one counter of revisions and a bounded log of changes.
 *
 * Guarantees: stored objects are never changed in place; each write has its own revision, written into the object's
 * `metadata.resourceVersion`; listeners hear changes in that order, after the write is visible.
 */
export class Storage {
  readonly #stores = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly #keep: number;
  /** Changes that listeners made while they were told of one: told after it, so that all hear one order. */
  readonly #pending: StoredEvent[] = [];
  #publishing = false;
  #log: StoredEvent[] = [];
  #revision = 1;
  #compacted = 1;

  /** @param keep how many changes stay readable for watches and continued lists. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  get revision(): number {
    return this.#revision;
  }

  get(store: string, key: string): KubeObject | undefined {
    return this.#stores.get(store)?.get(key);
  }

  /** Keys in byte order, as etcd lists them. */
  list(store: string): readonly (readonly [string, KubeObject])[] {
    return sorted(this.#stores.get(store) ?? new Map<string, KubeObject>());
  }

  /** The objects of one namespace, in no order. */
  listIn(store: string, namespace: string): readonly (readonly [string, KubeObject])[] {
    return [...this.#stores.get(store) ?? []].filter(([key]) => key.startsWith(`${namespace}/`));
  }

  /** The list as it was at `revision`, or undefined when that is compacted. */
  listAt(store: string, revision: number): readonly (readonly [string, KubeObject])[] | undefined {
    if (revision < this.#compacted) return undefined;
    const objects = new Map(this.#stores.get(store));
    for (let index = this.#log.length - 1; index >= 0; index--) {
      const event = this.#log[index];
      if (event === undefined || event.revision <= revision) break;
      if (event.store !== store) continue;
      if (event.previous === undefined) objects.delete(event.key);
      else objects.set(event.key, event.previous);
    }
    return sorted(objects);
  }

  /** Stores a copy of `object` under a new revision and answers it. */
  put(store: string, key: string, object: KubeObject): KubeObject {
    const revision = ++this.#revision;
    const stored: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    };
    const objects = this.#stores.get(store) ?? new Map<string, KubeObject>();
    this.#stores.set(store, objects);
    const previous = objects.get(key);
    objects.set(key, stored);
    this.#publish({
      type: previous === undefined ? "ADDED" : "MODIFIED",
      revision,
      store,
      key,
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object; its last state, under the deleting revision, or undefined where there was none. */
  remove(store: string, key: string): KubeObject | undefined {
    const previous = this.#stores.get(store)?.get(key);
    if (previous === undefined) return undefined;
    const revision = ++this.#revision;
    this.#stores.get(store)?.delete(key);
    const object: KubeObject = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(revision) },
    };
    this.#publish({ type: "DELETED", revision, store, key, object, previous });
    return object;
  }

  /** The changes after `revision`. */
  since(revision: number): History {
    if (revision < this.#compacted) return { kind: "compacted", oldest: this.#compacted };
    const first = this.#log.findIndex((event) => event.revision > revision);
    return { kind: "events", events: first < 0 ? [] : this.#log.slice(first) };
  }

  /** Forgets the history up to and including `revision`; reads from before answer 410. */
  compact(revision: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision));
    this.#log = this.#log.filter((event) => event.revision > this.#compacted);
  }

  subscribe(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(event: StoredEvent): void {
    this.#log.push(event);
    const excess = this.#log.length - 2 * this.#keep;
    const last = this.#log[excess + this.#keep - 1];
    if (excess > 0 && last !== undefined) this.compact(last.revision);
    this.#pending.push(event);
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const listener of [...this.#listeners]) listener(next);
      }
    } finally {
      this.#publishing = false;
    }
  }
}

function sorted(objects: ReadonlyMap<string, KubeObject>): readonly (readonly [string, KubeObject])[] {
  return [...objects].sort(([left], [right]) => compareText(left, right));
}
