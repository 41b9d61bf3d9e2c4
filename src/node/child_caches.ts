import { LABEL, nameAsLabel } from "../api/labels.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import type { Child, NodeIdentity, Readiness } from "../api/stages.ts";
import type { WatchingClient } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import { type CacheEvent, type Informer, objectKey } from "../kube/informer.ts";
import { createInformerIn } from "../kube/namespaced_informer.ts";
import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf, type ResourceType } from "../kube/resource_type.ts";
import { childOfNode, isTracked, ownClaim, toChild } from "./child.ts";
import { isReadyByExistence } from "./readiness.ts";
import { ReadyRules } from "./ready_rules.ts";

type ChildIndex = "node" | "namespace";

interface ChildCache {
  readonly type: ResourceType;
  readonly informer: Informer<Child, ChildIndex>;
  /** Settles when the first list failed for the first time; it is tried again by itself. */
  readonly failed: Promise<void>;
  /** The first list is in, or the kind is not served. */
  filled: boolean;
}

/** What nodes see of children, through watches. */
export interface Children {
  /** What nodes say of the readiness of single objects; each object is judged as it comes in. */
  readonly rules: ReadyRules;
  /**
   * Starts what is missing of these kinds' watches, and waits until their first lists are in. Answers the kinds that the
   * API server refuses to list, and throws where it gave no answer yet: nobody waits for a list that may never come.
   */
  ensure(types: Iterable<ResourceType>): Promise<RefusedKinds>;
  find(type: ResourceType, key: ObjectKey): Child | undefined;
  /** Every cached object whose labels name this node or that it has a claim on, in all kinds that are watched. */
  ownedBy(node: NodeIdentity): Child[];
  /** Every cached child, of any node, in this namespace. */
  inNamespace(namespace: string): Child[];
  /** Takes in the answer of a node's own write, so that the cache is never behind it. */
  observe(type: ResourceType, object: KubeObject, node: NodeIdentity): Child;
  /** As `observe`, for the whole object as it was read, also where the cache has that version of it. */
  refresh(type: ResourceType, object: KubeObject, node: NodeIdentity): void;
}

/** The kinds that may not be listed or watched, by `kindText`. */
export type RefusedKinds = ReadonlyMap<string, KubeError>;

export interface ChildCachesOptions {
  readonly client: Pick<WatchingClient, "list" | "watch">;
  /** Where they are watched; everywhere unless told, and then nothing is watched that has no namespace. */
  readonly namespaces?: readonly string[] | undefined;
  /** Which objects are watched; all that carry the tracking label unless told. */
  readonly labelSelector?: string | undefined;
  /** Shared with other caches where it is given. */
  readonly rules?: ReadyRules | undefined;
  /** A child of the node with these label values changed in a way that matters to it. */
  readonly onChange: (node: { namespace: string; label: string }) => void;
  /** The object, as `objectId` names it, is gone, or has less of the nodes on it than before. */
  readonly onFreed?: (object: string) => void;
  readonly onError: (error: unknown, key: string) => void;
}

/** One watch for each child kind in use, over the objects that carry the tracking label, of which only projections are kept. */
export class ChildCaches implements Children {
  readonly #options: ChildCachesOptions;
  readonly #caches = new Map<string, ChildCache>();
  readonly rules: ReadyRules;
  /** The node whose write is being taken in. */
  #writer: string | undefined;

  constructor(options: ChildCachesOptions) {
    this.#options = options;
    this.rules = options.rules ?? new ReadyRules();
  }

  async ensure(types: Iterable<ResourceType>): Promise<RefusedKinds> {
    const refused = new Map<string, KubeError>();
    await Promise.all(
      [...types].filter((type) => this.#isWatched(type)).map(async (type) => {
        const error = await firstListError(this.#cache(type));
        if (error === undefined) return;
        if (!isRefusal(error)) throw error;
        refused.set(kindText(type), error);
      }),
    );
    return refused;
  }

  #isWatched({ namespaced }: ResourceType): boolean {
    return namespaced || this.#options.namespaces === undefined;
  }

  find(type: ResourceType, key: ObjectKey): Child | undefined {
    const name = key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
    return this.#caches.get(kindText(type))?.informer.get(name)?.value;
  }

  ownedBy(node: NodeIdentity): Child[] {
    return this.#collect("node", nodeKey(node))
      .filter((child) => isTracked(child, node) || ownClaim(child, node) !== undefined)
      .map((child) => childOfNode(child, node));
  }

  inNamespace(namespace: string): Child[] {
    return this.#collect("namespace", namespace);
  }

  /** An object as these caches would keep it. */
  project(type: ResourceType, object: KubeObject): Child {
    const of = { apiVersion: apiVersionOf(type), kind: type.kind };
    const whole = !isReadyByExistence(of.apiVersion, of.kind) || object.kind === of.kind;
    const { namespace = "", name = "" } = object.metadata;
    const judged = whole ? this.rules.judge(objectId(type, { namespace, name }), object) : undefined;
    return toChild(object, of, judged);
  }

  observe(type: ResourceType, object: KubeObject, node: NodeIdentity): Child {
    if (!this.#isWatched(type)) return this.project(type, object);
    this.#writer = nodeKey(node);
    try {
      this.#cache(type).informer.observe(object);
    } finally {
      this.#writer = undefined;
    }
    const cached = this.#cache(type).informer.get(objectKey(object));
    const { uid, resourceVersion } = object.metadata;
    const taken = cached !== undefined && cached.uid === uid && cached.resourceVersion === resourceVersion;
    return taken ? cached.value : this.project(type, object);
  }

  refresh(type: ResourceType, object: KubeObject, node: NodeIdentity): void {
    if (!this.#isWatched(type)) return;
    this.#writer = nodeKey(node);
    try {
      this.#cache(type).informer.refresh(object);
    } finally {
      this.#writer = undefined;
    }
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
    const failing = Promise.withResolvers<void>();
    const informer = createInformerIn<Child, ChildIndex>(this.#options.namespaces, {
      client: this.#options.client,
      type,
      labelSelector: this.#options.labelSelector ?? LABEL.node,
      metadataOnly: isReadyByExistence(apiVersionOf(type), type.kind),
      project: (object) => this.project(type, object),
      indexes: {
        node: ({ value }) => [...partsOf(value).keys()],
        namespace: ({ value }) => value.namespace === "" ? [] : [value.namespace],
      },
      onEvent: (event) => this.#onEvent(type, event),
      onState: ({ kind }) => {
        if (kind === "retrying") failing.resolve();
      },
      onError: this.#options.onError,
    });
    const cache: ChildCache = { type, informer, failed: failing.promise, filled: false };
    informer.synced.then(() => cache.filled = true, () => undefined);
    this.#caches.set(kindText(type), cache);
    return cache;
  }

  #onEvent(type: ResourceType, event: CacheEvent<Child>): void {
    const was = event.kind === "added" ? undefined : event.was.value;
    const now = event.kind === "deleted" ? undefined : event.now.value;
    if (was !== undefined && isFreed(was, now)) this.#options.onFreed?.(objectId(type, was));
    // The reconcile that wrote knows its own answer.
    if (event.by === "write" && was?.claims === undefined && now?.claims === undefined) return;
    for (const owner of concerned(was, now)) {
      if (owner === this.#writer) continue;
      const slash = owner.indexOf("/");
      this.#options.onChange({ namespace: owner.slice(0, slash), label: owner.slice(slash + 1) });
    }
  }
}

/** Whether a node that had to do with the child has nothing to do with it any more. */
function isFreed(was: Child, now: Child | undefined): boolean {
  if (now === undefined || was.node !== now.node || was.nodeNamespace !== now.nodeNamespace) return true;
  const claims = new Set(now.claims?.map(({ uid }) => uid));
  return was.claims?.some(({ uid }) => !claims.has(uid)) === true;
}

async function firstListError({ filled, informer, failed }: ChildCache): Promise<unknown> {
  if (filled) return undefined;
  // A promise holds on to everybody who ever waited for it: nobody waits for a list that was refused.
  const before = informer.state();
  if (before.kind === "retrying") return before.error;
  const outcome = await Promise.race([informer.synced, failed]);
  const state = informer.state();
  if (outcome === undefined && state.kind === "retrying") return state.error;
  await informer.synced;
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

/** An object's kind and name, as `rules` tells objects apart; `namespace` is empty for a kind without namespaces. */
export function objectId(type: ResourceType, key: Pick<ObjectKey, "namespace" | "name">): string {
  return `${kindText(type)} ${key.namespace}/${key.name}`;
}

function nodeKey({ namespace, name }: Pick<NodeIdentity, "namespace" | "name">): string {
  return indexKey(namespace, nameAsLabel(name));
}

function indexKey(namespace: string, label: string): string {
  return `${namespace}/${label}`;
}

/** The nodes that have to do with a child, and the hash of what each of them owns of it. */
function partsOf(child: Child): Map<string, string | undefined> {
  const parts = new Map<string, string | undefined>();
  if (child.node !== "") parts.set(indexKey(child.nodeNamespace, child.node), child.entry);
  for (const claim of child.claims ?? []) if (claim.name !== "") parts.set(nodeKey(claim), claim.entry);
  return parts;
}

/** The nodes that could decide otherwise after this change. */
function concerned(was: Child | undefined, now: Child | undefined): Iterable<string> {
  const [before, after] = [was, now].map((child) =>
    child === undefined ? new Map<string, undefined>() : partsOf(child)
  );
  const all = new Set([...before?.keys() ?? [], ...after?.keys() ?? []]);
  if (was === undefined || now === undefined || matters(was, now)) return all;
  return [...all].filter((node) =>
    before?.get(node) !== after?.get(node) || before?.has(node) !== after?.has(node)
  );
}

/** Whether any node could decide otherwise after this change. */
function matters(was: Child, now: Child): boolean {
  return was.uid !== now.uid || was.deleting !== now.deleting || was.node !== now.node ||
    was.nodeNamespace !== now.nodeNamespace || !sameReadiness(was.readiness, now.readiness) ||
    !sameJudgement(was.judged, now.judged);
}

function sameReadiness(a: Readiness, b: Readiness): boolean {
  if (a.kind === "ready" || b.kind === "ready") {
    return a.kind === "ready" && b.kind === "ready" && a.unreported === b.unreported;
  }
  return a.kind === b.kind && a.message === b.message;
}

/** A judgement that is missing now, since only the metadata was seen, may have become another one. */
function sameJudgement(was: Child["judged"] = NONE, now: Child["judged"] = NONE): boolean {
  return [...was].every(([text, before]) => {
    const after = now.get(text);
    return after !== undefined && sameReadiness(before, after);
  });
}

const NONE: ReadonlyMap<string, Readiness> = new Map();
