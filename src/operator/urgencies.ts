import { isProven } from "../api/rollout.ts";
import type { StoredNode } from "../api/stored.ts";
import type { CacheEvent } from "../kube/informer.ts";
import { type Bucket, fullBucket, isFull, takeToken } from "../kube/token_bucket.ts";
import type { Urgency } from "../kube/waiting_line.ts";

/** So many nodes of a hub at once, and so many a second, are a small change; what is more came in masses. */
const FEW = { qps: 5, burst: 20 };

/** What a node's own changes are counted by: those that only make nodes hold up none that change a row. */
type Cause = "made" | "changed" | "gone";

/** Tells the small changes, which go first, from those that come in masses: a first listing, many new rows, a rollout. */
export class Urgencies {
  readonly #buckets = new Map<string, Bucket>();
  /** Milliseconds. */
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  ofNode(event: CacheEvent<StoredNode>): Urgency {
    const node = event.kind === "deleted" ? event.was.value : event.now.value;
    if (event.kind === "modified" && followsAnotherRevision(event.was.value, event.now.value)) return "bulk";
    const cause = event.kind === "added"
      ? "made"
      : event.kind === "deleted" || node.deleting
      ? "gone"
      : "changed";
    return this.#spend(cause, node);
  }

  #spend(cause: Cause, { namespace, hub, spec }: StoredNode): Urgency {
    const key = [cause, namespace, hub ?? spec.templateRef].join("/");
    const now = this.#now();
    if (!this.#buckets.has(key)) this.#forgetFull(now);
    const taken = takeToken(this.#buckets.get(key) ?? fullBucket(FEW, now), FEW, now);
    if (taken.kind === "empty") return "bulk";
    this.#buckets.set(key, taken.bucket);
    return "urgent";
  }

  /** How many hubs and causes are counted. */
  get size(): number {
    return this.#buckets.size;
  }

  #forgetFull(now: number): void {
    for (const [key, bucket] of this.#buckets) if (isFull(bucket, FEW, now)) this.#buckets.delete(key);
  }
}

/** A child of a node that has converged is repaired first; those of nodes that are being made come in masses. */
export function urgencyOfChild(node: StoredNode | undefined): Urgency {
  return node !== undefined && isProven(node) ? "urgent" : "bulk";
}

/** A step of a rollout, which changes nothing else of the node. */
function followsAnotherRevision(was: StoredNode, now: StoredNode): boolean {
  if (was.spec.revision === now.spec.revision || was.deleting !== now.deleting) return false;
  const values = (node: StoredNode) => JSON.stringify([node.spec.values, node.spec.sensitive]);
  return values(was) === values(now);
}
