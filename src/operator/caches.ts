import { LABEL, nameAsLabel } from "../api/labels.ts";
import {
  type StoredForm,
  type StoredHub,
  type StoredNode,
  toStoredForm,
  toStoredHub,
  toStoredNode,
} from "../api/stored.ts";
import type { WatchingClient } from "../kube/client.ts";
import { type CacheEvent, createInformer, type Informer, type InformerState } from "../kube/informer.ts";
import { createInformerIn } from "../kube/namespaced_informer.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { CRD, FORM, HUB, NAMESPACE, NODE, REVISION } from "./kinds.ts";
import { type CachedRevision, toCachedRevision } from "./revision.ts";

/** A namespace or a CustomResourceDefinition: whether it is going. */
export interface Presence {
  readonly deleting: boolean;
}

/** The caches that are the same in every replica. */
export interface SharedCaches {
  readonly hubs: Informer<StoredHub>;
  readonly forms: Informer<StoredForm, "hub">;
  readonly revisions: Informer<CachedRevision, "form">;
  /** undefined where the operator keeps to some namespaces: what belongs to no namespace is not watched then. */
  readonly namespaces: Informer<Presence> | undefined;
  readonly crds: Informer<Presence> | undefined;
}

export type NodeCache = Informer<StoredNode, "hub" | "form" | "label" | "revision">;

/** The caches that all three controllers read. */
export interface Caches extends SharedCaches {
  readonly nodes: NodeCache;
}

export interface CacheHandlers {
  hub(event: CacheEvent<StoredHub>): void;
  form(event: CacheEvent<StoredForm>): void;
  node(event: CacheEvent<StoredNode>): void;
  revision(event: CacheEvent<CachedRevision>): void;
  namespace(event: CacheEvent<Presence>): void;
  crd(event: CacheEvent<Presence>): void;
  /** A handler or projection threw; the cache goes on. */
  failed(error: unknown, key: string): void;
  /** A list or watch failed again, as `attempt` counts; it is tried anew by itself. */
  retrying(resource: string, of: { readonly error: unknown; readonly attempt: number }): void;
}

/** Where and with what is watched. */
export interface WatchedPlace {
  readonly client: WatchingClient;
  /** All where they are not told. */
  readonly namespaces?: readonly string[] | undefined;
}

/** Starts the watches of our own kinds, without nodes, and of what they wait for. */
export function startCaches({ client, namespaces }: WatchedPlace, handlers: CacheHandlers): SharedCaches {
  const watching = (type: ResourceType) => watchingOf(client, type, handlers);
  const everywhere = namespaces === undefined;
  return {
    hubs: createInformerIn(namespaces, { ...watching(HUB), project: toStoredHub, onEvent: handlers.hub }),
    forms: createInformerIn(namespaces, {
      ...watching(FORM),
      project: toStoredForm,
      indexes: { hub: ({ value }) => [`${value.namespace}/${value.spec.hubId}`] },
      onEvent: handlers.form,
    }),
    revisions: createInformerIn(namespaces, {
      ...watching(REVISION),
      labelSelector: LABEL.form,
      project: toCachedRevision,
      indexes: { form: ({ value }) => [`${value.namespace}/${value.form}`] },
      onEvent: handlers.revision,
    }),
    namespaces: everywhere ? presence(watching(NAMESPACE), handlers.namespace) : undefined,
    crds: everywhere ? presence(watching(CRD), handlers.crd) : undefined,
  };
}

function presence(
  watching: ReturnType<typeof watchingOf>,
  onEvent: (event: CacheEvent<Presence>) => void,
): Informer<Presence> {
  return createInformer({ ...watching, metadataOnly: true, project: toPresence, onEvent });
}

export interface NodeWatch {
  /** Which nodes; all unless told. */
  readonly labelSelector?: string | undefined;
  readonly onEvent: (event: CacheEvent<StoredNode>) => void;
}

/** Starts a watch of LynqNodes. */
export function startNodeCache(
  { client, namespaces }: WatchedPlace,
  { labelSelector, onEvent }: NodeWatch,
  handlers: Pick<CacheHandlers, "failed" | "retrying">,
): NodeCache {
  return createInformerIn(namespaces, {
    ...watchingOf(client, NODE, handlers),
    labelSelector,
    project: toStoredNode,
    indexes: {
      hub: ({ value }) => value.hub === undefined ? [] : [`${value.namespace}/${value.hub}`],
      form: ({ value }) => [`${value.namespace}/${value.spec.templateRef}`],
      label: ({ value }) => [`${value.namespace}/${nameAsLabel(value.name)}`],
      revision: ({ value }) =>
        value.spec.revision === undefined ? [] : [`${value.namespace}/${value.spec.revision}`],
    },
    onEvent,
  });
}

function watchingOf(
  client: WatchingClient,
  type: ResourceType,
  handlers: Pick<CacheHandlers, "failed" | "retrying">,
) {
  return {
    client,
    type,
    onError: handlers.failed,
    onState: (state: InformerState) => {
      if (state.kind === "retrying") handlers.retrying(resourceName(type), state);
    },
  };
}

function toPresence(object: { metadata: { deletionTimestamp?: string } }): Presence {
  return { deleting: object.metadata.deletionTimestamp !== undefined };
}

/** The values of an informer's index. */
export function valuesBy<P, I extends string>(informer: Informer<P, I>, index: I, value: string): P[] {
  const values: P[] = [];
  for (const key of informer.keysBy(index, value)) {
    const entry = informer.get(key);
    if (entry !== undefined) values.push(entry.value);
  }
  return values;
}

/** Waits for the first lists. The kinds that are not served are named, as `lynqhubs.operator.lynq.sh`. */
export async function synced(caches: SharedCaches): Promise<string[]> {
  const watched: [ResourceType, Informer<unknown, string> | undefined][] = [
    [HUB, caches.hubs],
    [FORM, caches.forms],
    [REVISION, caches.revisions],
    [NAMESPACE, caches.namespaces],
    [CRD, caches.crds],
  ];
  const missing = await Promise.all(watched.map(([type, informer]) => missingKind(type, informer)));
  return missing.flat();
}

/** Waits for the first list of nodes; as `synced`. */
export function nodesSynced(nodes: NodeCache): Promise<string[]> {
  return missingKind(NODE, nodes);
}

async function missingKind(
  type: ResourceType,
  informer: Informer<unknown, string> | undefined,
): Promise<string[]> {
  return await informer?.synced === "absent" ? [resourceName(type)] : [];
}

function resourceName({ group, plural }: ResourceType): string {
  return group === "" ? plural : `${plural}.${group}`;
}

export async function stopCaches(caches: SharedCaches): Promise<void> {
  const { hubs, forms, revisions, namespaces, crds } = caches;
  await Promise.all([hubs, forms, revisions, namespaces, crds].map((informer) => informer?.stop()));
}
