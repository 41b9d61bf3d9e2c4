import { compareText } from "../kube/compare_text.ts";
import type { KubeObject, OwnerReference } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import { type Cluster, internalWrite, timeText } from "./cluster.ts";
import { deleteObject, type Propagation } from "./delete_object.ts";
import type { JsonObject } from "./json.ts";
import type { Schedule } from "./schedule.ts";
import type { ServedResource } from "./served_resource.ts";
import { ApiError } from "./status_error.ts";
import { objectKey, type StoredEvent } from "./storage.ts";
import { createObject, storeChange } from "./write_object.ts";

/** One simulated event about an object. */
export interface Happening {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

/** The controller that owns an object, from its owner references. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** An owner reference as workload controllers write it. */
export function ownedBy(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion ?? "",
    kind: owner.kind ?? "",
    name: owner.metadata.name ?? "",
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Short text from any text, of the letters that generated names have: pod template hashes. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(text)) hash = Math.imul(hash ^ unit, 0x01000193) >>> 0;
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...String(hash).padStart(10, "0")].map((digit) => letters[Number(digit) * 2]).join("");
}

/** JSON with sorted keys: equal objects have equal text. */
export function stableText(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => compareText(left, right)))
        : inner,
  );
}

const indexed = ["/pods", "/services", "policy/poddisruptionbudgets", "autoscaling/horizontalpodautoscalers"];

/** What the simulated controllers read and write with, as kube-controller-manager would. */
export class Workbench {
  readonly cluster: Cluster;
  readonly schedule: Schedule;
  /** Milliseconds that everything takes to become ready. */
  readonly delayMs: number;
  readonly #inNamespace = new Map<string, Set<string>>();
  /** Store and key of the objects that a controller owns, by its UID. */
  readonly #owned = new Map<string, Map<string, readonly [string, string]>>();

  constructor(cluster: Cluster, schedule: Schedule, delayMs: number) {
    this.cluster = cluster;
    this.schedule = schedule;
    this.delayMs = delayMs;
  }

  now(): string {
    return timeText(this.cluster.clock());
  }

  resource(store: string): ServedResource {
    const [group = "", plural = ""] = store.split("/");
    return this.cluster.registry.builtin(group, plural);
  }

  get(store: string, key: string): KubeObject | undefined {
    return this.cluster.storage.get(store, key);
  }

  list(store: string): readonly KubeObject[] {
    return this.cluster.storage.list(store).map(([, object]) => object);
  }

  /** Keys of a store's objects in a namespace; of the stores that pods concern. */
  keysIn(store: string, namespace: string): readonly string[] {
    return [...(this.#inNamespace.get(`${store} ${namespace}`) ?? [])];
  }

  podsIn(namespace: string): readonly KubeObject[] {
    return this.keysIn("/pods", namespace).flatMap((key) => this.get("/pods", key) ?? []);
  }

  /** Keeps the indexes of owned objects and of namespaces in step with a change. */
  observe(event: StoredEvent): void {
    this.#indexNamespace(event);
    const id = `${event.store} ${event.key}`;
    const before = event.previous === undefined ? undefined : controllerOf(event.previous);
    const after = event.type === "DELETED" ? undefined : controllerOf(event.object);
    if (before !== undefined && before.uid !== after?.uid) {
      const places = this.#owned.get(before.uid);
      places?.delete(id);
      if (places?.size === 0) this.#owned.delete(before.uid);
    }
    if (after === undefined) return;
    const places = this.#owned.get(after.uid) ?? new Map<string, readonly [string, string]>();
    this.#owned.set(after.uid, places.set(id, [event.store, event.key]));
  }

  #indexNamespace(event: StoredEvent): void {
    if (!indexed.includes(event.store)) return;
    const place = `${event.store} ${event.object.metadata.namespace ?? ""}`;
    const keys = this.#inNamespace.get(place) ?? new Set<string>();
    if (event.type === "DELETED") keys.delete(event.key);
    else keys.add(event.key);
    if (keys.size === 0) this.#inNamespace.delete(place);
    else this.#inNamespace.set(place, keys);
  }

  /** The objects of a store that `owner` controls, oldest first. */
  owned(owner: KubeObject, store: string): readonly KubeObject[] {
    const places = this.#owned.get(owner.metadata.uid ?? "")?.values() ?? [];
    return [...places].flatMap(([in_, key]) => {
      const object = in_ === store ? this.cluster.storage.get(store, key) : undefined;
      return object === undefined ? [] : [object];
    });
  }

  /** Creates an object; undefined where it exists or its namespace is going. */
  create(store: string, body: { metadata: KubeObject["metadata"] } & JsonObject): KubeObject | undefined {
    const resource = this.resource(store);
    const target = { resource, namespace: body.metadata.namespace, name: "", subresource: "" };
    const object = { ...body, apiVersion: apiVersionOf(resource), kind: resource.kind };
    try {
      return createObject(this.cluster, target, { body: object, options: internalWrite(this.#manager) })
        .object;
    } catch (error) {
      if (error instanceof ApiError && error.status.code < 500) return undefined;
      throw error;
    }
  }

  readonly #manager = "kube-controller-manager";

  /** Writes the status of an object when it differs. */
  setStatus(store: string, live: KubeObject, status: JsonObject): void {
    this.#change(store, { live, next: { ...live, status }, subresource: "status" });
  }

  /** Sets an annotation through the status, as controllers do that must not count as a change of the spec. */
  annotate(store: string, live: KubeObject, annotations: Record<string, string>): void {
    const metadata = { ...live.metadata, annotations: { ...live.metadata.annotations, ...annotations } };
    this.#change(store, { live, next: { ...live, metadata }, subresource: "status" });
  }

  /** Puts a pod on a node, which is nobody's change of its spec. */
  bind(pod: KubeObject, nodeName: string): void {
    const key = objectKey(pod.metadata.namespace, pod.metadata.name ?? "");
    const spec = typeof pod.spec === "object" ? pod.spec : {};
    this.cluster.storage.put("/pods", key, { ...pod, spec: { ...spec, nodeName } });
  }

  /** Writes the object itself when it differs. */
  change(store: string, live: KubeObject, next: KubeObject): void {
    this.#change(store, { live, next, subresource: "" });
  }

  #change(store: string, change: { live: KubeObject; next: KubeObject; subresource: string }): void {
    const { live, next, subresource } = change;
    const { name = "", namespace, uid } = live.metadata;
    const current = this.get(store, objectKey(namespace, name));
    if (current === undefined || current.metadata.uid !== uid) return;
    const { resourceVersion: _seen, ...metadata } = next.metadata;
    storeChange(this.cluster, { resource: this.resource(store), namespace, name, subresource }, {
      live: current,
      next: {
        ...(subresource === "status" ? current : next),
        ...(subresource === "status" ? { status: next.status } : {}),
        metadata,
      },
      options: internalWrite(this.#manager),
      tracked: false,
    });
  }

  delete(
    store: string,
    object: KubeObject,
    how: { graceSeconds?: number; propagation?: Propagation } = {},
  ): void {
    const { name = "", namespace, uid } = object.metadata;
    const live = this.get(store, objectKey(namespace, name));
    if (live === undefined || live.metadata.uid !== uid) return;
    deleteObject(this.cluster, { resource: this.resource(store), namespace, name, subresource: "" }, {
      propagation: how.propagation ?? "Background",
      graceSeconds: how.graceSeconds,
      uid,
      resourceVersion: undefined,
      dryRun: false,
    });
  }

  /** Stores a core/v1 Event about an object. */
  tell(object: KubeObject, happening: Happening): void {
    const now = this.now();
    const { name = "", namespace = "default", uid } = object.metadata;
    const suffix = this.cluster.uid().replaceAll("-", "").slice(0, 16);
    this.create("/events", {
      metadata: { name: `${name}.${suffix}`, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        namespace: object.metadata.namespace,
        uid,
        resourceVersion: object.metadata.resourceVersion,
      },
      type: happening.type,
      reason: happening.reason,
      message: happening.message,
      source: { component: happening.component },
      reportingComponent: happening.component,
      reportingInstance: "",
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }
}

/** A condition that keeps its transition time while its status stays. */
export function conditionOf(
  before: readonly unknown[],
  next: { type: string; status: "True" | "False" | "Unknown"; reason?: string; message?: string },
  now: string,
): JsonObject {
  const old = before.find((one): one is JsonObject =>
    typeof one === "object" && one !== null && "type" in one && one.type === next.type
  );
  const same = old !== undefined && old.status === next.status;
  return { ...next, lastTransitionTime: same ? old.lastTransitionTime : now };
}
