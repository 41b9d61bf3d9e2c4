import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { type Cluster, internalWrite, type ObjectTarget } from "./cluster.ts";
import { deleteObject, type Propagation } from "./delete_object.ts";
import type { ServedResource } from "./served_resource.ts";
import { objectKey, type StoredEvent } from "./storage.ts";
import type { Schedule } from "./schedule.ts";
import { storeChange } from "./write_object.ts";

interface Place {
  readonly store: string;
  readonly key: string;
}

/**
 * Deletes what its owners leave behind, as kube-controller-manager's garbage collector does: background by default,
 * foreground and orphan by their finalizers, and dependents whose owners never existed.
 */
export class GarbageCollector {
  readonly #cluster: Cluster;
  readonly #schedule: Schedule;
  /** Places of dependents by the UID of an owner. */
  readonly #dependents = new Map<string, Map<string, Place>>();
  readonly #unsubscribe: () => void;

  constructor(cluster: Cluster, schedule: Schedule) {
    this.#cluster = cluster;
    this.#schedule = schedule;
    this.#unsubscribe = cluster.storage.subscribe((event) => this.#observe(event));
  }

  stop(): void {
    this.#unsubscribe();
  }

  #observe(event: StoredEvent): void {
    const { object, previous, store, key } = event;
    const id = `${store} ${key}`;
    for (const owner of previous?.metadata.ownerReferences ?? []) this.#dependents.get(owner.uid)?.delete(id);
    if (event.type !== "DELETED") {
      for (const owner of object.metadata.ownerReferences ?? []) {
        const places = this.#dependents.get(owner.uid) ?? new Map<string, Place>();
        this.#dependents.set(owner.uid, places.set(id, { store, key }));
      }
      if ((object.metadata.ownerReferences ?? []).length > 0) this.#soon(() => this.#collect({ store, key }));
      if (object.metadata.deletionTimestamp !== undefined) this.#soon(() => this.#finalize({ store, key }));
      return;
    }
    const uid = object.metadata.uid ?? "";
    this.#soon(() => {
      for (const place of [...(this.#dependents.get(uid)?.values() ?? [])]) this.#collect(place);
      if (this.#dependents.get(uid)?.size === 0) this.#dependents.delete(uid);
    });
    this.#soon(() => this.#recheckForegroundOwners(object));
  }

  #soon(task: () => void): void {
    this.#schedule.after(0, task);
  }

  /** Deletes the object when every owner is gone; drops references to owners that are. */
  #collect(place: Place): void {
    const { storage } = this.#cluster;
    const object = storage.get(place.store, place.key);
    const owners = object?.metadata.ownerReferences ?? [];
    const resource = this.#resourceOf(place.store);
    if (object === undefined || owners.length === 0 || resource === undefined) return;
    const solid = owners.filter((owner) => this.#exists(owner, object.metadata.namespace));
    const target = targetOf(resource, object);
    if (solid.length > 0) {
      if (solid.length < owners.length) this.#setOwners(target, object, solid);
      return;
    }
    if (object.metadata.deletionTimestamp === undefined) this.#delete(target, object, policyOf(object));
  }

  #exists(owner: OwnerReference, namespace: string | undefined): boolean {
    const { group, version } = parseApiVersion(owner.apiVersion);
    const resource = this.#cluster.registry.findKind(group, version, owner.kind);
    if (resource === undefined) return this.#cluster.registry.all().every((served) => served.group !== group);
    const key = objectKey(resource.namespaced ? namespace : undefined, owner.name);
    return this.#cluster.storage.get(resource.store, key)?.metadata.uid === owner.uid;
  }

  /** Does what the object's own GC finalizers ask for. */
  #finalize(place: Place): void {
    const object = this.#cluster.storage.get(place.store, place.key);
    const resource = this.#resourceOf(place.store);
    if (object?.metadata.deletionTimestamp === undefined || resource === undefined) return;
    const finalizers = object.metadata.finalizers ?? [];
    const uid = object.metadata.uid ?? "";
    const dependents = [...(this.#dependents.get(uid)?.values() ?? [])];
    if (finalizers.includes("orphan")) {
      for (const dependent of dependents) this.#release(dependent, uid);
      return this.#dropFinalizer(targetOf(resource, object), object, "orphan");
    }
    if (!finalizers.includes("foregroundDeletion")) return;
    let blocking = 0;
    for (const dependent of dependents) blocking += this.#deleteDependent(dependent, uid) ? 1 : 0;
    if (blocking === 0) this.#dropFinalizer(targetOf(resource, object), object, "foregroundDeletion");
  }

  /** True while the dependent exists and blocks its owner's deletion. */
  #deleteDependent(place: Place, ownerUid: string): boolean {
    const { storage } = this.#cluster;
    const object = storage.get(place.store, place.key);
    const resource = this.#resourceOf(place.store);
    if (object === undefined || resource === undefined) return false;
    const owners = object.metadata.ownerReferences ?? [];
    const others = owners.filter((owner) =>
      owner.uid !== ownerUid && this.#exists(owner, object.metadata.namespace) &&
      !this.#isDeleting(owner, object)
    );
    const target = targetOf(resource, object);
    if (others.length > 0) {
      this.#setOwners(target, object, owners.filter((owner) => owner.uid !== ownerUid));
      return false;
    }
    if (object.metadata.deletionTimestamp === undefined) this.#delete(target, object, "Foreground");
    const left = storage.get(place.store, place.key) !== undefined;
    return left && owners.some((owner) => owner.uid === ownerUid && owner.blockOwnerDeletion === true);
  }

  #isDeleting(owner: OwnerReference, dependent: KubeObject): boolean {
    const { group, version } = parseApiVersion(owner.apiVersion);
    const resource = this.#cluster.registry.findKind(group, version, owner.kind);
    if (resource === undefined) return false;
    const key = objectKey(resource.namespaced ? dependent.metadata.namespace : undefined, owner.name);
    return this.#cluster.storage.get(resource.store, key)?.metadata.deletionTimestamp !== undefined;
  }

  #recheckForegroundOwners(gone: KubeObject): void {
    for (const owner of gone.metadata.ownerReferences ?? []) {
      const { group, version } = parseApiVersion(owner.apiVersion);
      const resource = this.#cluster.registry.findKind(group, version, owner.kind);
      if (resource === undefined) continue;
      const key = objectKey(resource.namespaced ? gone.metadata.namespace : undefined, owner.name);
      this.#finalize({ store: resource.store, key });
    }
  }

  #release(place: Place, ownerUid: string): void {
    const object = this.#cluster.storage.get(place.store, place.key);
    const resource = this.#resourceOf(place.store);
    if (object === undefined || resource === undefined) return;
    const kept = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
    this.#setOwners(targetOf(resource, object), object, kept);
  }

  #setOwners(target: ObjectTarget, live: KubeObject, owners: readonly OwnerReference[]): void {
    const { ownerReferences: _owners, ...metadata } = live.metadata;
    this.#change(target, live, {
      ...live,
      metadata: { ...metadata, ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}) },
    });
  }

  #dropFinalizer(target: ObjectTarget, live: KubeObject, finalizer: string): void {
    const { finalizers = [], ...metadata } = live.metadata;
    const kept = finalizers.filter((one) => one !== finalizer);
    this.#change(target, live, {
      ...live,
      metadata: { ...metadata, ...(kept.length > 0 ? { finalizers: kept } : {}) },
    });
  }

  #change(target: ObjectTarget, live: KubeObject, next: KubeObject): void {
    storeChange(this.#cluster, target, {
      live,
      next,
      options: internalWrite("kube-controller-manager"),
      tracked: false,
    });
  }

  #delete(target: ObjectTarget, object: KubeObject, propagation: Propagation | undefined): void {
    deleteObject(this.#cluster, target, {
      propagation,
      graceSeconds: undefined,
      uid: object.metadata.uid,
      resourceVersion: undefined,
      dryRun: false,
    });
  }

  #resourceOf(store: string): ServedResource | undefined {
    return this.#cluster.registry.ofStore(store);
  }
}

function policyOf(object: KubeObject): Propagation {
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes("orphan")) return "Orphan";
  return finalizers.includes("foregroundDeletion") ? "Foreground" : "Background";
}

function targetOf(resource: ServedResource, object: KubeObject): ObjectTarget {
  return {
    resource,
    namespace: object.metadata.namespace,
    name: object.metadata.name ?? "",
    subresource: "",
  };
}
