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
import { type CacheEvent, createInformer, type Informer } from "../kube/informer.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { CRD, FORM, HUB, NAMESPACE, NODE, REVISION } from "./kinds.ts";
import { type CachedRevision, toCachedRevision } from "./revision.ts";

/** A namespace or a CustomResourceDefinition: whether it is going. */
export interface Presence {
  readonly deleting: boolean;
}

/** The caches that all three controllers read. */
export interface Caches {
  readonly hubs: Informer<StoredHub>;
  readonly forms: Informer<StoredForm, "hub">;
  readonly nodes: Informer<StoredNode, "hub" | "form" | "label" | "revision">;
  readonly revisions: Informer<CachedRevision, "form">;
  readonly namespaces: Informer<Presence>;
  readonly crds: Informer<Presence>;
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
}

/** Starts the watches of our own kinds and of what they wait for. */
export function startCaches(client: WatchingClient, handlers: CacheHandlers): Caches {
  const onError = handlers.failed;
  return {
    hubs: createInformer({ client, type: HUB, project: toStoredHub, onEvent: handlers.hub, onError }),
    forms: createInformer({
      client,
      type: FORM,
      project: toStoredForm,
      indexes: { hub: ({ value }) => [`${value.namespace}/${value.spec.hubId}`] },
      onEvent: handlers.form,
      onError,
    }),
    nodes: createInformer({
      client,
      type: NODE,
      project: toStoredNode,
      indexes: {
        hub: ({ value }) => value.hub === undefined ? [] : [`${value.namespace}/${value.hub}`],
        form: ({ value }) => [`${value.namespace}/${value.spec.templateRef}`],
        label: ({ value }) => [`${value.namespace}/${nameAsLabel(value.name)}`],
        revision: ({ value }) =>
          value.spec.revision === undefined ? [] : [`${value.namespace}/${value.spec.revision}`],
      },
      onEvent: handlers.node,
      onError,
    }),
    revisions: createInformer({
      client,
      type: REVISION,
      labelSelector: LABEL.form,
      project: toCachedRevision,
      indexes: { form: ({ value }) => [`${value.namespace}/${value.form}`] },
      onEvent: handlers.revision,
      onError,
    }),
    namespaces: createInformer({
      client,
      type: NAMESPACE,
      metadataOnly: true,
      project: toPresence,
      onEvent: handlers.namespace,
      onError,
    }),
    crds: createInformer({
      client,
      type: CRD,
      metadataOnly: true,
      project: toPresence,
      onEvent: handlers.crd,
      onError,
    }),
  };
}

function toPresence(object: { metadata: { deletionTimestamp?: string } }): Presence {
  return { deleting: object.metadata.deletionTimestamp !== undefined };
}

/** The values of an informer's index. */
export function valuesBy<P, I extends string>(informer: Informer<P, I>, index: I, value: string): P[] {
  return [...informer.keysBy(index, value)].flatMap((key) => informer.get(key)?.value ?? []);
}

/** Waits for the first lists. The kinds that are not served are named, as `lynqhubs.operator.lynq.sh`. */
export async function synced(caches: Caches): Promise<string[]> {
  const watched: [ResourceType, Informer<unknown, string>][] = [
    [HUB, caches.hubs],
    [FORM, caches.forms],
    [NODE, caches.nodes],
    [REVISION, caches.revisions],
    [NAMESPACE, caches.namespaces],
    [CRD, caches.crds],
  ];
  const states = await Promise.all(
    watched.map(async ([type, informer]) => ({ type, state: await informer.synced })),
  );
  return states.filter(({ state }) => state === "absent").map(({ type }) =>
    type.group === "" ? type.plural : `${type.plural}.${type.group}`
  );
}

export async function stopCaches(caches: Caches): Promise<void> {
  await Promise.all(Object.values(caches).map((informer: { stop(): Promise<void> }) => informer.stop()));
}
