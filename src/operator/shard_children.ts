import { LABEL } from "../api/labels.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { Child, NodeIdentity } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { ChildCaches, Children, RefusedKinds } from "../node/child_caches.ts";

/** Selects the children that nodes of these buckets have for themselves. */
export function ownChildren(buckets: readonly string[]): string {
  return `${LABEL.node},${inBuckets(buckets)}`;
}

/** Selects the children in no bucket: what several nodes have, and what the Go implementation made. */
export const LOOSE_CHILDREN = `${LABEL.node},!${LABEL.bucket}`;

export function inBuckets(buckets: readonly string[]): string {
  return `${LABEL.bucket} in (${buckets.join(",")})`;
}

/**
 * The children that the nodes of one shard have to do with: those in its own buckets, and those in none, which all
 * shards of the process see together. What another shard's node has for itself is in neither.
 */
export class ShardChildren implements Children {
  readonly #buckets: ReadonlySet<string>;
  readonly #own: ChildCaches;
  readonly #loose: ChildCaches;

  constructor(of: { buckets: readonly string[]; own: ChildCaches; loose: ChildCaches }) {
    this.#buckets = new Set(of.buckets);
    this.#own = of.own;
    this.#loose = of.loose;
  }

  get rules(): Children["rules"] {
    return this.#own.rules;
  }

  async ensure(types: Iterable<ResourceType>): Promise<RefusedKinds> {
    const all = [...types];
    const [own, loose] = await Promise.all([this.#own.ensure(all), this.#loose.ensure(all)]);
    return new Map([...own, ...loose]);
  }

  find(type: ResourceType, key: ObjectKey): Child | undefined {
    return this.#own.find(type, key) ?? this.#loose.find(type, key);
  }

  ownedBy(node: NodeIdentity): Child[] {
    return once([...this.#own.ownedBy(node), ...this.#loose.ownedBy(node)]);
  }

  inNamespace(namespace: string): Child[] {
    return once([...this.#own.inNamespace(namespace), ...this.#loose.inNamespace(namespace)]);
  }

  observe(type: ResourceType, object: KubeObject, node: NodeIdentity): Child {
    const seen = this.#cachesOf(type, object).map((cache) => cache.observe(type, object, node));
    return seen[0] ?? this.#own.project(type, object);
  }

  refresh(type: ResourceType, object: KubeObject, node: NodeIdentity): void {
    for (const cache of this.#cachesOf(type, object)) cache.refresh(type, object, node);
  }

  /** Where the object belongs, and where it is still: it moves when its bucket's label comes or goes. */
  #cachesOf(type: ResourceType, { metadata }: KubeObject): ChildCaches[] {
    const { namespace = "", name = "", labels = {} } = metadata;
    const key = { apiVersion: "", kind: type.kind, namespace, name };
    const home = this.#homeOf(labels);
    return [this.#own, this.#loose].filter((cache) => cache === home || cache.find(type, key) !== undefined);
  }

  /** The cache whose watch tells of an object with these labels. */
  #homeOf(labels: Readonly<Record<string, string>>): ChildCaches | undefined {
    if (labels[LABEL.node] === undefined) return undefined;
    const bucket = labels[LABEL.bucket];
    if (bucket === undefined) return this.#loose;
    return this.#buckets.has(bucket) ? this.#own : undefined;
  }
}

/** An object on its way from one cache to the other is in both for a moment. */
function once(children: readonly Child[]): Child[] {
  return [...new Map(children.map((child) => [child.uid, child])).values()];
}
