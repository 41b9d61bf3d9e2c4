import { ORPHAN_FINALIZER } from "../api/orphaning.ts";
import type { StoredMeta } from "../api/stored.ts";
import type { CacheEvent } from "../kube/informer.ts";

/**
 * The hubs, forms and nodes whose deletion was seen to leave behind what depends on them. The garbage collector takes
 * the finalizer that says so off within a moment, often before a worker comes to the object.
 */
export class Orphaning {
  readonly #uids = new Set<string>();

  /** To be called for every event, in order. */
  note(event: CacheEvent<StoredMeta>): void {
    if (event.kind === "deleted") this.#uids.delete(event.was.uid);
    else if (event.now.value.finalizers.includes(ORPHAN_FINALIZER)) this.#uids.add(event.now.uid);
  }

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }
}
