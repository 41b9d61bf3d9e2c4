import type { KubeObject } from "../kube/object.ts";
import { claimProtection } from "./admission.ts";
import { at, isObject, type JsonObject, listAt, numberAt, objectAt, textAt, textsAt } from "./json.ts";
import { isReady } from "./simulator_pods.ts";
import { ownedBy, type Workbench } from "./simulator_workbench.ts";

/** An address of 203.0.113.0/24 (for documentation) that an object keeps for its life. */
function publicAddress(object: KubeObject): string {
  const seed = Number.parseInt(
    (object.metadata.uid ?? "0").replaceAll(/[^0-9a-f]/g, "").slice(0, 6) || "0",
    16,
  );
  return `203.0.113.${seed % 254 + 1}`;
}

/** One look at a Service: a load balancer's address after the delay, and its EndpointSlice. */
export function reconcileService(bench: Workbench, key: string): void {
  const service = bench.get("/services", key);
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return;
  const balanced = textAt(service, "spec", "type") === "LoadBalancer";
  const assigned = listAt(service, "status", "loadBalancer", "ingress").length > 0;
  if (balanced && !assigned) {
    bench.schedule.after(bench.delayMs, () => assignAddress(bench, "/services", key, service.metadata.uid));
  } else if (!balanced && assigned) bench.setStatus("/services", service, { loadBalancer: {} });
  writeEndpoints(bench, service);
}

/** One look at an Ingress: an address after the delay. */
export function reconcileIngress(bench: Workbench, key: string): void {
  const ingress = bench.get("networking.k8s.io/ingresses", key);
  if (ingress === undefined || listAt(ingress, "status", "loadBalancer", "ingress").length > 0) return;
  const { uid } = ingress.metadata;
  bench.schedule.after(bench.delayMs, () => assignAddress(bench, "networking.k8s.io/ingresses", key, uid));
}

function assignAddress(
  bench: Workbench,
  ...[store, key, uid]: readonly [string, string, string | undefined]
): void {
  const live = bench.get(store, key);
  if (live === undefined || live.metadata.uid !== uid || live.metadata.deletionTimestamp !== undefined) {
    return;
  }
  if (store === "/services" && textAt(live, "spec", "type") !== "LoadBalancer") return;
  const entry: JsonObject = { ip: publicAddress(live), ...(store === "/services" ? { ipMode: "VIP" } : {}) };
  bench.setStatus(store, live, { loadBalancer: { ingress: [entry] } });
}

function writeEndpoints(bench: Workbench, service: KubeObject): void {
  const selector = Object.entries(textsAt(service, "spec", "selector"));
  const { namespace = "", name = "" } = service.metadata;
  if (selector.length === 0) return;
  const endpoints = bench.podsIn(namespace)
    .filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value))
    .filter((pod) => textAt(pod, "status", "podIP") !== "" && pod.metadata.deletionTimestamp === undefined)
    .map(endpointOf);
  const ports = listAt(service, "spec", "ports").filter(isObject).map((port) => ({
    name: textAt(port, "name"),
    protocol: textAt(port, "protocol") || "TCP",
    port: numberAt(port, "targetPort") ?? numberAt(port, "port"),
  }));
  const store = "discovery.k8s.io/endpointslices";
  const [slice] = bench.owned(service, store);
  if (slice !== undefined) return bench.change(store, slice, { ...slice, endpoints, ports });
  bench.create(store, {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [ownedBy(service)],
    },
    addressType: "IPv4",
    endpoints,
    ports,
  });
}

function endpointOf(pod: KubeObject): JsonObject {
  const ready = isReady(pod);
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [textAt(pod, "status", "podIP")],
    conditions: { ready, serving: ready, terminating: false },
    nodeName: at(pod, "spec", "nodeName"),
    targetRef: { kind: "Pod", name, namespace, uid },
  };
}

/** One look at a claim: bound to a new volume after the delay. */
export function reconcileClaim(bench: Workbench, key: string): void {
  const store = "/persistentvolumeclaims";
  const claim = bench.get(store, key);
  if (claim === undefined) return;
  if (claim.metadata.deletionTimestamp !== undefined) return releaseClaim(bench, claim);
  if (textAt(claim, "status", "phase") === "Bound") return;
  if (textAt(claim, "status", "phase") === "") bench.setStatus(store, claim, { phase: "Pending" });
  const { uid } = claim.metadata;
  bench.schedule.after(bench.delayMs, () => {
    const live = bench.get(store, key);
    if (live === undefined || live.metadata.uid !== uid || textAt(live, "status", "phase") === "Bound") {
      return;
    }
    bindClaim(bench, live);
  });
}

/** Takes the protection off a deleted claim once no pod uses it. */
function releaseClaim(bench: Workbench, claim: KubeObject): void {
  const { name = "", namespace = "", finalizers = [], ...metadata } = claim.metadata;
  if (!finalizers.includes(claimProtection)) return;
  const used = bench.podsIn(namespace).some((pod) =>
    listAt(pod, "spec", "volumes").some((volume) =>
      textAt(volume, "persistentVolumeClaim", "claimName") === name
    )
  );
  if (used) {
    bench.schedule.after(Math.max(10, bench.delayMs), () => reconcileClaim(bench, `${namespace}/${name}`));
    return;
  }
  const kept = finalizers.filter((finalizer) => finalizer !== claimProtection);
  bench.change("/persistentvolumeclaims", claim, {
    ...claim,
    metadata: { name, namespace, ...metadata, ...(kept.length > 0 ? { finalizers: kept } : {}) },
  });
}

function bindClaim(bench: Workbench, claim: KubeObject): void {
  const store = "/persistentvolumeclaims";
  const spec = objectAt(claim, "spec");
  const className = textAt(spec, "storageClassName");
  const classes = "storage.k8s.io/storageclasses";
  if (className !== "" && bench.get(classes, className) === undefined) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    bench.tell(claim, {
      type: "Warning",
      reason: "ProvisioningFailed",
      message,
      component: "persistentvolume-controller",
    });
    return;
  }
  const { name, namespace, uid } = claim.metadata;
  const volumeName = textAt(spec, "volumeName") || `pvc-${uid}`;
  const capacity = objectAt(spec, "resources", "requests");
  const accessModes = listAt(spec, "accessModes");
  bench.create("/persistentvolumes", {
    metadata: { name: volumeName },
    spec: {
      capacity,
      accessModes,
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
      persistentVolumeReclaimPolicy: "Delete",
      ...(className === "" ? {} : { storageClassName: className }),
      volumeMode: textAt(spec, "volumeMode") || "Filesystem",
      hostPath: { path: `/sandbox/${volumeName}` },
    },
  });
  const volume = bench.get("/persistentvolumes", volumeName);
  if (volume !== undefined) bench.setStatus("/persistentvolumes", volume, { phase: "Bound" });
  bench.change(store, claim, { ...claim, spec: { ...spec, volumeName } });
  bench.setStatus(store, claim, { phase: "Bound", accessModes, capacity });
}

/** Deletes the volume that was made for a claim that is gone. */
export function releaseVolume(bench: Workbench, claim: KubeObject): void {
  const volume = bench.get("/persistentvolumes", textAt(claim, "spec", "volumeName"));
  if (volume === undefined || textAt(volume, "spec", "claimRef", "uid") !== claim.metadata.uid) return;
  bench.delete("/persistentvolumes", volume);
}
