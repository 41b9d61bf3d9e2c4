import type { KubeObject } from "../kube/object.ts";
import { at, type JsonObject, listAt, numberAt, objectAt, textAt } from "./json.ts";
import { claimVolumes, createClaims, ownClaims } from "./simulator_claims.ts";
import { isReady, nodeName, podOf } from "./simulator_pods.ts";
import { ownedBy, shortHash, stableText, type Workbench } from "./simulator_workbench.ts";

const pods = "/pods";

function alive(list: readonly KubeObject[]): readonly KubeObject[] {
  return list.filter((pod) => pod.metadata.deletionTimestamp === undefined);
}

function newPod(bench: Workbench, owner: KubeObject, body: ReturnType<typeof podOf>): void {
  const pod = bench.create(pods, body);
  const component = `${(owner.kind ?? "").toLowerCase()}-controller`;
  const message = `Created pod: ${pod?.metadata.name ?? ""}`;
  if (pod !== undefined) {
    bench.tell(owner, { type: "Normal", reason: "SuccessfulCreate", message, component });
  }
}

/** One look at a ReplicaSet: as many pods as wanted, unready ones go first. */
export function reconcileReplicaSet(bench: Workbench, key: string): void {
  const store = "apps/replicasets";
  const set = bench.get(store, key);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const desired = numberAt(set, "spec", "replicas") ?? 1;
  const owned = alive(bench.owned(set, pods));
  const template = objectAt(set, "spec", "template");
  for (let count = owned.length; count < desired; count++) {
    newPod(bench, set, podOf(set, template, { generateName: `${set.metadata.name}-`, labels: {} }));
  }
  const extra = [...owned].sort((left, right) => Number(isReady(left)) - Number(isReady(right)));
  for (const pod of extra.slice(0, Math.max(0, owned.length - desired))) bench.delete(pods, pod);
  const left = alive(bench.owned(set, pods));
  const ready = left.filter(isReady).length;
  const live = bench.get(store, key);
  if (live === undefined) return;
  bench.setStatus(store, live, {
    replicas: left.length,
    ...(left.length > 0 ? { fullyLabeledReplicas: left.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    observedGeneration: live.metadata.generation,
  });
}

/** One look at a DaemonSet: one pod on the one node, replaced when the template changed. */
export function reconcileDaemonSet(bench: Workbench, key: string): void {
  const store = "apps/daemonsets";
  const set = bench.get(store, key);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const template = objectAt(set, "spec", "template");
  const hash = shortHash(stableText(template));
  createRevision(bench, set, { hash, template });
  const wanted = Object.entries(objectAt(template, "spec", "nodeSelector"));
  const labels: Readonly<Record<string, unknown>> = objectAt(
    bench.get("/nodes", nodeName),
    "metadata",
    "labels",
  );
  const desired = wanted.every(([name, value]) => labels[name] === value) ? 1 : 0;
  const owned = alive(bench.owned(set, pods));
  const current = owned.filter((pod) => pod.metadata.labels?.["controller-revision-hash"] === hash);
  const manual = textAt(set, "spec", "updateStrategy", "type") === "OnDelete";
  for (const pod of owned) if (desired === 0 || (!manual && !current.includes(pod))) bench.delete(pods, pod);
  if (desired === 1 && (manual ? owned : current).length === 0) {
    const named = { generateName: `${set.metadata.name}-`, labels: { "controller-revision-hash": hash } };
    newPod(bench, set, podOf(set, template, named));
  }
  const left = alive(bench.owned(set, pods));
  const ready = left.filter(isReady).length;
  const updated = left.filter((pod) => pod.metadata.labels?.["controller-revision-hash"] === hash).length;
  const live = bench.get(store, key);
  if (live === undefined) return;
  bench.setStatus(store, live, {
    currentNumberScheduled: Math.min(left.length, desired),
    desiredNumberScheduled: desired,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(ready > 0 ? { numberAvailable: ready } : {}),
    ...(desired - ready > 0 ? { numberUnavailable: desired - ready } : {}),
    observedGeneration: live.metadata.generation,
  });
}

function createRevision(
  bench: Workbench,
  owner: KubeObject,
  from: { hash: string; template: JsonObject },
): string {
  const { name = "", namespace = "" } = owner.metadata;
  const revisionName = `${name}-${from.hash}`;
  if (bench.get("apps/controllerrevisions", `${namespace}/${revisionName}`) !== undefined) {
    return revisionName;
  }
  const before = bench.owned(owner, "apps/controllerrevisions");
  const latest = Math.max(0, ...before.map((one) => numberAt(one, "revision") ?? 0));
  const labels = objectAt(from.template, "metadata", "labels");
  bench.create("apps/controllerrevisions", {
    metadata: {
      name: revisionName,
      namespace,
      labels: {
        ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
        "controller-revision-hash": from.hash,
      },
      ownerReferences: [ownedBy(owner)],
    },
    data: { spec: { template: { ...from.template, $patch: "replace" } } },
    revision: latest + 1,
  });
  return revisionName;
}

const setStore = "apps/statefulsets";

/** One look at a StatefulSet: numbered pods in order, their claims, a rolling update from the highest number down. */
export function reconcileStatefulSet(bench: Workbench, key: string): void {
  const set = bench.get(setStore, key);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
  const template = objectAt(set, "spec", "template");
  const hash = shortHash(stableText(template));
  const updateRevision = createRevision(bench, set, { hash, template });
  const desired = numberAt(set, "spec", "replicas") ?? 1;
  const parallel = textAt(set, "spec", "podManagementPolicy") === "Parallel";
  growSet(bench, { set, template, updateRevision, desired, parallel });
  keepClaims(bench, set, desired);
  shrinkSet(bench, set, { desired, parallel });
  updateSet(bench, set, { desired, updateRevision });
  setStatus(bench, key, { desired, updateRevision });
}

function ordinalPod(bench: Workbench, set: KubeObject, ordinal: number): KubeObject | undefined {
  return bench.get(pods, `${set.metadata.namespace}/${set.metadata.name}-${ordinal}`);
}

interface Growth {
  readonly set: KubeObject;
  readonly template: JsonObject;
  readonly updateRevision: string;
  readonly desired: number;
  readonly parallel: boolean;
}

function growSet(bench: Workbench, growth: Growth): void {
  const { set } = growth;
  for (let ordinal = 0; ordinal < growth.desired; ordinal++) {
    const pod = ordinalPod(bench, set, ordinal);
    if (pod === undefined) createOrdinal(bench, growth, ordinal);
    if (!growth.parallel && (pod === undefined || !isReady(pod))) return;
  }
}

function createOrdinal(bench: Workbench, growth: Growth, ordinal: number): void {
  const { set, template } = growth;
  const name = `${set.metadata.name}-${ordinal}`;
  if (!createClaims(bench, set, name)) return;
  const labels = {
    "controller-revision-hash": growth.updateRevision,
    "statefulset.kubernetes.io/pod-name": name,
    "apps.kubernetes.io/pod-index": String(ordinal),
  };
  const body = podOf(set, template, { name, labels });
  const spec = objectAt(body, "spec");
  const volumes = [...listAt(spec, "volumes"), ...claimVolumes(set, name)];
  newPod(bench, set, {
    ...body,
    spec: {
      ...spec,
      hostname: name,
      subdomain: textAt(set, "spec", "serviceName"),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  });
}

/** The claims of all pods that there are are owned as the set says, before any of them is scaled away. */
function keepClaims(bench: Workbench, set: KubeObject, desired: number): void {
  for (const pod of bench.owned(set, pods)) {
    ownClaims(bench, set, { name: pod.metadata.name ?? "", pod, wanted: ordinalOf(pod) < desired });
  }
}

function ordinalOf(pod: KubeObject): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name ?? "")?.[1] ?? -1);
}

function shrinkSet(bench: Workbench, set: KubeObject, to: { desired: number; parallel: boolean }): void {
  const extra = bench.owned(set, pods).filter((pod) => ordinalOf(pod) >= to.desired)
    .sort((left, right) => ordinalOf(right) - ordinalOf(left));
  for (const pod of to.parallel ? extra : extra.slice(0, 1)) {
    if (pod.metadata.deletionTimestamp === undefined) bench.delete(pods, pod);
  }
}

function updateSet(bench: Workbench, set: KubeObject, to: { desired: number; updateRevision: string }): void {
  if (textAt(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const partition = numberAt(set, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  for (let ordinal = to.desired - 1; ordinal >= partition; ordinal--) {
    const pod = ordinalPod(bench, set, ordinal);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    if (pod.metadata.labels?.["controller-revision-hash"] !== to.updateRevision) {
      return bench.delete(pods, pod);
    }
    if (!isReady(pod)) return;
  }
}

function setStatus(bench: Workbench, key: string, to: { desired: number; updateRevision: string }): void {
  const live = bench.get(setStore, key);
  if (live === undefined) return;
  const owned = alive(bench.owned(live, pods));
  const ready = owned.filter(isReady).length;
  const updated =
    owned.filter((pod) => pod.metadata.labels?.["controller-revision-hash"] === to.updateRevision).length;
  const done = updated === owned.length && owned.length === to.desired && ready === to.desired;
  const before = textAt(live, "status", "currentRevision");
  const currentRevision = done || before === "" ? to.updateRevision : before;
  bench.setStatus(setStore, live, {
    replicas: owned.length,
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    availableReplicas: ready,
    ...(updated > 0 ? { updatedReplicas: updated } : {}),
    ...(currentRevision === to.updateRevision && updated > 0 ? { currentReplicas: updated } : {}),
    currentRevision,
    updateRevision: to.updateRevision,
    collisionCount: numberAt(live, "status", "collisionCount") ?? 0,
    observedGeneration: at(live, "metadata", "generation"),
  });
}
