import { LABEL, nameAsLabel } from "../api/labels.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { Child, NodeIdentity } from "../api/stages.ts";
import type { WatchingClient } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import { type CacheEvent, createInformer, type Informer } from "../kube/informer.ts";
import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf, type ResourceType } from "../kube/resource_type.ts";
import { toChild } from "./child.ts";
import { isReadyByExistence } from "./readiness.ts";

type ChildIndex = "node" | "namespace";

interface ChildCache {
  readonly type: ResourceType;
  readonly informer: Informer<Child, ChildIndex>;
  /** Settles when the first list failed for the first time; it is tried again by itself. */
  readonly failed: Promise<void>;
  /** The first list is in, or the kind is not served. */
  filled: boolean;
}

/** The kinds that may not be listed or watched, by `kindText`. */
export type RefusedKinds = ReadonlyMap<string, KubeError>;

export interface ChildCachesOptions {
  readonly client: WatchingClient;
  /** A child of the node with these label values changed in a way that matters to it. */
  readonly onChange: (node: { namespace: string; label: string }) => void;
  readonly onError: (error: unknown, key: string) => void;
}

/** One watch for each child kind in use, over all objects that carry the tracking label, of which only projections are kept. */
export class ChildCaches {
  readonly #options: ChildCachesOptions;
  readonly #caches = new Map<string, ChildCache>();

  constructor(options: ChildCachesOptions) {
    this.#options = options;
  }

  /**
   * Starts what is missing of these kinds' watches, and waits until their first lists are in. Answers the kinds that the
   * API server refuses to list, and throws where it gave no answer yet: nobody waits for a list that may never come.
   */
  async ensure(types: Iterable<ResourceType>): Promise<RefusedKinds> {
    const refused = new Map<string, KubeError>();
    await Promise.all([...types].map(async (type) => {
      const error = await firstListError(this.#cache(type));
      if (error === undefined) return;
      if (!isRefusal(error)) throw error;
      refused.set(kindText(type), error);
    }));
    return refused;
  }

  find(type: ResourceType, key: ObjectKey): Child | undefined {
    const name = key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
    return this.#caches.get(kindText(type))?.informer.get(name)?.value;
  }

  /** Every cached object whose labels name this node, in all kinds that are watched. */
  ownedBy(node: Pick<NodeIdentity, "namespace" | "name">): Child[] {
    return this.#collect("node", indexKey(node.namespace, nameAsLabel(node.name)));
  }

  /** Every cached child, of any node, in this namespace. */
  inNamespace(namespace: string): Child[] {
    return this.#collect("namespace", namespace);
  }

  /** Takes in the answer of a write, so that the cache is never behind it. */
  observe(type: ResourceType, object: KubeObject): Child {
    this.#cache(type).informer.observe(object);
    return toChild(object, { apiVersion: apiVersionOf(type), kind: type.kind });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#caches.values()].map(({ informer }) => informer.stop()));
  }

  #collect(index: ChildIndex, value: string): Child[] {
    return [...this.#caches.values()].flatMap(({ informer }) =>
      [...informer.keysBy(index, value)].flatMap((key) => informer.get(key)?.value ?? [])
    );
  }

  #cache(type: ResourceType): ChildCache {
    const present = this.#caches.get(kindText(type));
    if (present !== undefined) return present;
    const of = { apiVersion: apiVersionOf(type), kind: type.kind };
    const failing = Promise.withResolvers<void>();
    const informer = createInformer<Child, ChildIndex>({
      client: this.#options.client,
      type,
      labelSelector: LABEL.node,
      metadataOnly: isReadyByExistence(of.apiVersion, of.kind),
      project: (object) => toChild(object, of),
      indexes: {
        node: ({ value }) => [indexKey(value.nodeNamespace, value.node)],
        namespace: ({ value }) => value.namespace === "" ? [] : [value.namespace],
      },
      onEvent: (event) => this.#onEvent(event),
      onState: ({ kind }) => {
        if (kind === "retrying") failing.resolve();
      },
      onError: this.#options.onError,
    });
    const cache = { type, informer, failed: failing.promise, filled: false };
    this.#caches.set(kindText(type), cache);
    return cache;
  }

  #onEvent(event: CacheEvent<Child>): void {
    // The reconcile that wrote knows its own answer.
    if (event.by === "write") return;
    const was = event.kind === "added" ? undefined : event.was.value;
    const now = event.kind === "deleted" ? undefined : event.now.value;
    if (was !== undefined && now !== undefined && !matters(was, now)) return;
    const owners = new Set(
      [was, now].flatMap((child) => child === undefined ? [] : [indexKey(child.nodeNamespace, child.node)]),
    );
    for (const owner of owners) {
      const slash = owner.indexOf("/");
      this.#options.onChange({ namespace: owner.slice(0, slash), label: owner.slice(slash + 1) });
    }
  }
}

async function firstListError(cache: ChildCache): Promise<unknown> {
  if (cache.filled) return undefined;
  const outcome = await Promise.race([cache.informer.synced, cache.failed]);
  const state = cache.informer.state();
  if (outcome === undefined && state.kind === "retrying") return state.error;
  await cache.informer.synced;
  cache.filled = true;
  return undefined;
}

const REFUSALS = [400, 403, 405, 406];

/** An answer that asking again does not change: a right is missing, or the kind can't be listed. */
function isRefusal(error: unknown): error is KubeError {
  return error instanceof KubeError && REFUSALS.includes(error.status);
}

/** Group and kind, as the caches tell kinds apart. */
export function kindText(type: ResourceType): string {
  return `${type.group}/${type.kind}`;
}

function indexKey(namespace: string, label: string): string {
  return `${namespace}/${label}`;
}

/** Whether a node could decide otherwise after this change. */
function matters(was: Child, now: Child): boolean {
  return was.uid !== now.uid || was.entry !== now.entry || was.deleting !== now.deleting ||
    was.node !== now.node ||
    was.nodeNamespace !== now.nodeNamespace || !sameReadiness(was, now);
}

function sameReadiness(a: Child, b: Child): boolean {
  return a.readiness.kind === b.readiness.kind && messageOf(a) === messageOf(b);
}

function messageOf({ readiness }: Child): string {
  return readiness.kind === "ready" ? "" : readiness.message;
}
