import type { KubeObject } from "../kube/object.ts";
import { type Cluster, internalWrite } from "./cluster.ts";
import { deleteObject } from "./delete_object.ts";
import type { Schedule } from "./schedule.ts";
import type { ServedResource } from "./served_resource.ts";
import type { StoredEvent } from "./storage.ts";
import { createObject } from "./write_object.ts";

const initial = ["default", "kube-system", "kube-public", "kube-node-lease"];

/**
 * Namespaces: the four of every cluster, a default ServiceAccount and CA ConfigMap in each, and the removal of a
 * terminating namespace once nothing is left in it.
 */
export class NamespaceController {
  readonly #cluster: Cluster;
  readonly #schedule: Schedule;
  readonly #emptying = new Set<string>();
  readonly #unsubscribe: () => void;

  constructor(cluster: Cluster, schedule: Schedule) {
    this.#cluster = cluster;
    this.#schedule = schedule;
    this.#unsubscribe = cluster.storage.subscribe((event) => this.#observe(event));
    for (const name of initial) this.#create("", "namespaces", { metadata: { name } });
  }

  stop(): void {
    this.#unsubscribe();
  }

  #observe(event: StoredEvent): void {
    if (event.store === "/namespaces") {
      const name = event.key;
      if (event.type === "ADDED") this.#populate(name);
      else if (event.type === "MODIFIED" && event.object.metadata.deletionTimestamp !== undefined) {
        this.#emptySoon(name);
      }
      return;
    }
    const namespace = event.object.metadata.namespace;
    if (event.type !== "DELETED" || namespace === undefined) return;
    const owner = this.#cluster.storage.get("/namespaces", namespace);
    if (owner?.metadata.deletionTimestamp !== undefined) {
      this.#schedule.after(0, () => this.#empty(namespace));
    }
  }

  /** However many objects go in one turn, the namespace is looked at once. */
  #emptySoon(namespace: string): void {
    if (this.#emptying.has(namespace)) return;
    this.#emptying.add(namespace);
    this.#schedule.after(0, () => {
      this.#emptying.delete(namespace);
      this.#empty(namespace);
    });
  }

  #populate(namespace: string): void {
    this.#create("", "serviceaccounts", { metadata: { name: "default", namespace } });
    this.#create("", "configmaps", {
      metadata: {
        name: "kube-root-ca.crt",
        namespace,
        annotations: {
          "kubernetes.io/description": "Contains a CA bundle. The sandbox serves plain HTTP: it is empty.",
        },
      },
      data: { "ca.crt": "" },
    });
  }

  #create(group: string, plural: string, body: KubeObject): void {
    const resource = this.#cluster.registry.builtin(group, plural);
    createObject(this.#cluster, { resource, namespace: body.metadata.namespace, name: "", subresource: "" }, {
      body: { ...body, apiVersion: "v1", kind: resource.kind },
      options: internalWrite("kube-controller-manager"),
    });
  }

  /** Deletes what is in a terminating namespace; removes the namespace once it is empty. */
  #empty(namespace: string): void {
    const { storage, registry } = this.#cluster;
    const live = storage.get("/namespaces", namespace);
    if (live?.metadata.deletionTimestamp === undefined) return;
    let left = 0;
    for (const resource of registry.stored()) {
      if (resource.namespaced) left += this.#deleteAll(resource, namespace);
    }
    if (left === 0 && (live.metadata.finalizers ?? []).length === 0) storage.remove("/namespaces", namespace);
  }

  /** How many objects of a resource are still there after deleting them. */
  #deleteAll(resource: ServedResource, namespace: string): number {
    const { storage } = this.#cluster;
    const inside = () => storage.listIn(resource.store, namespace);
    for (const [, object] of inside()) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      deleteObject(
        this.#cluster,
        { resource, namespace, name: object.metadata.name ?? "", subresource: "" },
        {
          propagation: "Background",
          graceSeconds: undefined,
          uid: undefined,
          resourceVersion: undefined,
          dryRun: false,
        },
      );
    }
    return inside().length;
  }
}
