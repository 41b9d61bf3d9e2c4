import type { KubeObject } from "../kube/object.ts";
import { at, isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { objectKey } from "./storage.ts";
import { conditionOf, controllerOf, type Workbench } from "./simulator_workbench.ts";

/** What an image does here: names that contain `does-not-exist` or `bad-image` can't be pulled, `exit-1` fails. */
export type ImageFate = "runs" | "missing" | "fails";

export function imageFate(image: string): ImageFate {
  if (image.includes("does-not-exist") || image.includes("bad-image")) return "missing";
  return image.includes("exit-1") ? "fails" : "runs";
}

const store = "/pods";
export const nodeName = "sandbox";

export function isReady(pod: KubeObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  return listAt(pod, "status", "conditions").some((one) =>
    at(one, "type") === "Ready" && at(one, "status") === "True"
  );
}

/** One look at a pod: schedule it, start it after the delay, end it where it runs to completion, remove a deleted one. */
export function reconcilePod(bench: Workbench, key: string): void {
  const pod = bench.get(store, key);
  if (pod === undefined) return;
  if (pod.metadata.deletionTimestamp !== undefined) return terminate(bench, pod);
  if (textAt(pod, "spec", "nodeName") === "") return schedulePod(bench, pod);
  if (listAt(pod, "status", "containerStatuses").length === 0) return creating(bench, pod);
}

function terminate(bench: Workbench, pod: KubeObject): void {
  if ((pod.metadata.deletionGracePeriodSeconds ?? 0) === 0) return;
  const pause = Math.min(bench.delayMs / 4, (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000);
  bench.schedule.after(pause, () => bench.delete(store, pod, { graceSeconds: 0 }));
}

function schedulePod(bench: Workbench, pod: KubeObject): void {
  const wanted = Object.entries(objectAt(pod, "spec", "nodeSelector"));
  const labels: Readonly<Record<string, unknown>> = objectAt(
    bench.get("/nodes", nodeName),
    "metadata",
    "labels",
  );
  if (wanted.some(([key, value]) => labels[key] !== value)) {
    const message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message } as const;
    const before = listAt(pod, "status", "conditions");
    if (before.length > 0) return;
    bench.setStatus(store, pod, {
      ...objectAt(pod, "status"),
      conditions: [conditionOf(before, condition, bench.now())],
    });
    bench.tell(pod, { type: "Warning", reason: "FailedScheduling", message, component: "default-scheduler" });
    return;
  }
  const { name, namespace } = pod.metadata;
  bench.bind(pod, nodeName);
  bench.tell(pod, {
    type: "Normal",
    reason: "Scheduled",
    message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    component: "default-scheduler",
  });
}

function creating(bench: Workbench, pod: KubeObject): void {
  bench.setStatus(
    store,
    pod,
    podStatus(bench, pod, { phase: "Pending", waiting: "ContainerCreating", ready: false }),
  );
  const key = objectKey(pod.metadata.namespace, pod.metadata.name ?? "");
  bench.schedule.after(bench.delayMs, () => started(bench, key, pod.metadata.uid));
}

function current(bench: Workbench, key: string, uid: string | undefined): KubeObject | undefined {
  const pod = bench.get(store, key);
  return pod?.metadata.uid === uid && pod?.metadata.deletionTimestamp === undefined ? pod : undefined;
}

function started(bench: Workbench, key: string, uid: string | undefined): void {
  const pod = current(bench, key, uid);
  if (pod === undefined) return;
  const images = listAt(pod, "spec", "containers").map((container) => textAt(container, "image"));
  const missing = images.find((image) => imageFate(image) === "missing");
  if (missing !== undefined) {
    const shape = { phase: "Pending", waiting: "ImagePullBackOff", ready: false };
    bench.setStatus(store, pod, podStatus(bench, pod, shape));
    bench.tell(pod, {
      type: "Warning",
      reason: "Failed",
      message: `Failed to pull image "${missing}": ${missing}: not found`,
      component: "kubelet",
    });
    return;
  }
  bench.setStatus(store, pod, podStatus(bench, pod, { phase: "Running", waiting: "", ready: true }));
  for (
    const [reason, said] of [["Pulled", "Container image is present"], [
      "Started",
      "Started container",
    ]] as const
  ) {
    bench.tell(pod, { type: "Normal", reason, message: said, component: "kubelet" });
  }
  watchImage(bench, pod, key);
  if (textAt(pod, "spec", "restartPolicy") !== "Always") {
    bench.schedule.after(bench.delayMs, () => finished(bench, key, uid));
  }
}

/** A pod whose container always exits restarts for ever. */
function watchImage(bench: Workbench, pod: KubeObject, key: string): void {
  const failing = listAt(pod, "spec", "containers").some((one) =>
    imageFate(textAt(one, "image")) === "fails"
  );
  if (!failing || textAt(pod, "spec", "restartPolicy") !== "Always") return;
  bench.schedule.after(bench.delayMs, () => {
    const live = current(bench, key, pod.metadata.uid);
    if (live === undefined) return;
    bench.setStatus(
      store,
      live,
      podStatus(bench, live, { phase: "Running", waiting: "CrashLoopBackOff", ready: false }),
    );
    bench.tell(live, {
      type: "Warning",
      reason: "BackOff",
      message: "Back-off restarting failed container",
      component: "kubelet",
    });
  });
}

function finished(bench: Workbench, key: string, uid: string | undefined): void {
  const pod = current(bench, key, uid);
  if (pod === undefined) return;
  const failed = listAt(pod, "spec", "containers").some((one) => imageFate(textAt(one, "image")) === "fails");
  const phase = failed ? "Failed" : "Succeeded";
  bench.setStatus(store, pod, podStatus(bench, pod, { phase, waiting: "", ready: false }));
}

interface PodShape {
  readonly phase: string;
  readonly waiting: string;
  readonly ready: boolean;
}

function podStatus(bench: Workbench, pod: KubeObject, shape: PodShape): JsonObject {
  const now = bench.now();
  const before = listAt(pod, "status", "conditions");
  const done = shape.phase === "Succeeded" || shape.phase === "Failed";
  const ready = shape.ready ? "True" : "False";
  const why = shape.ready
    ? {}
    : done
    ? { reason: "PodCompleted" }
    : { reason: "ContainersNotReady", message: "containers with unready status" };
  const conditions = [
    conditionOf(before, { type: "PodScheduled", status: "True" }, now),
    conditionOf(before, { type: "Initialized", status: "True" }, now),
    conditionOf(before, { type: "ContainersReady", status: ready, ...why }, now),
    conditionOf(before, { type: "Ready", status: ready, ...why }, now),
  ];
  const running = shape.phase === "Running";
  return {
    phase: shape.phase,
    conditions,
    hostIP: "10.0.0.1",
    hostIPs: [{ ip: "10.0.0.1" }],
    ...(running || done ? { podIP: podAddress(pod), podIPs: [{ ip: podAddress(pod) }] } : {}),
    startTime: textAt(pod, "status", "startTime") || now,
    qosClass: "BestEffort",
    containerStatuses: listAt(pod, "spec", "containers").map((container) =>
      containerStatus(container, shape, now)
    ),
  };
}

function podAddress(pod: KubeObject): string {
  const seed = Number.parseInt((pod.metadata.uid ?? "0").replaceAll(/[^0-9a-f]/g, "").slice(0, 4) || "0", 16);
  return `10.244.${Math.floor(seed / 256)}.${seed % 254 + 1}`;
}

function containerStatus(container: unknown, shape: PodShape, now: string): JsonObject {
  const image = textAt(container, "image");
  const crashed = shape.waiting === "CrashLoopBackOff";
  const exitCode = imageFate(image) === "fails" ? 1 : 0;
  const ended = {
    terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error", startedAt: now, finishedAt: now },
  };
  const state = shape.phase === "Succeeded" || shape.phase === "Failed"
    ? ended
    : shape.waiting === ""
    ? { running: { startedAt: now } }
    : { waiting: { reason: shape.waiting, message: waitingMessage(shape.waiting, image) } };
  return {
    name: textAt(container, "name"),
    image,
    imageID: shape.phase === "Pending" ? "" : `sandbox://${image}`,
    ready: shape.ready,
    started: shape.ready,
    restartCount: crashed ? 1 : 0,
    state,
    lastState: crashed ? ended : {},
  };
}

function waitingMessage(reason: string, image: string): string | undefined {
  if (reason === "ImagePullBackOff") return `Back-off pulling image "${image}"`;
  return reason === "CrashLoopBackOff" ? "back-off 10s restarting failed container" : undefined;
}

/** A pod of a template, for its controller. */
export function podOf(
  owner: KubeObject,
  template: unknown,
  named: { generateName?: string; name?: string; labels: Record<string, string> },
): { metadata: KubeObject["metadata"] } & JsonObject {
  const metadata = objectAt(template, "metadata");
  const labels = { ...objectAt(metadata, "labels"), ...named.labels };
  const { uid = "", name = "" } = owner.metadata;
  return {
    metadata: {
      ...(named.name === undefined ? {} : { name: named.name }),
      ...(named.generateName === undefined ? {} : { generateName: named.generateName }),
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
      ...(isObject(metadata.annotations) ? { annotations: textsOf(metadata.annotations) } : {}),
      ownerReferences: [{
        apiVersion: owner.apiVersion ?? "",
        kind: owner.kind ?? "",
        name,
        uid,
        controller: true,
        blockOwnerDeletion: true,
      }],
    },
    spec: objectAt(template, "spec"),
  };
}

function textsOf(map: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}

/** Where the controller of a pod is, as store and key. */
export function podController(pod: KubeObject): readonly [string, string] | undefined {
  const owner = controllerOf(pod);
  if (owner === undefined) return undefined;
  const stores: Readonly<Record<string, string>> = {
    ReplicaSet: "apps/replicasets",
    StatefulSet: "apps/statefulsets",
    DaemonSet: "apps/daemonsets",
    Job: "batch/jobs",
  };
  const found = stores[owner.kind];
  return found === undefined ? undefined : [found, objectKey(pod.metadata.namespace, owner.name)];
}
