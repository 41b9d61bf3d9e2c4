import type { KubeObject } from "../kube/object.ts";
import { reconcileAutoscaler, reconcileBudget } from "./simulator_autoscalers.ts";
import { reconcileDeployment } from "./simulator_deployments.ts";
import { reconcileJob } from "./simulator_jobs.ts";
import { nodeName, podController, reconcilePod } from "./simulator_pods.ts";
import { reconcileClaim, reconcileIngress, reconcileService, releaseVolume } from "./simulator_services.ts";
import { reconcileDaemonSet, reconcileReplicaSet, reconcileStatefulSet } from "./simulator_sets.ts";
import { controllerOf, type Workbench } from "./simulator_workbench.ts";
import { objectKey, type StoredEvent } from "./storage.ts";

const reconcilers: Readonly<Record<string, (bench: Workbench, key: string) => void>> = {
  "/pods": reconcilePod,
  "apps/replicasets": reconcileReplicaSet,
  "apps/deployments": reconcileDeployment,
  "apps/statefulsets": reconcileStatefulSet,
  "apps/daemonsets": reconcileDaemonSet,
  "batch/jobs": reconcileJob,
  "/services": reconcileService,
  "networking.k8s.io/ingresses": reconcileIngress,
  "/persistentvolumeclaims": reconcileClaim,
  "autoscaling/horizontalpodautoscalers": reconcileAutoscaler,
  "policy/poddisruptionbudgets": reconcileBudget,
};

/**
 * Plays kube-controller-manager, scheduler and kubelet: workloads create their pods, pods become ready after the delay,
 * images that can't be pulled stay in ImagePullBackOff, claims are bound, load balancers get an address.
 *
 * Level-triggered: a change only queues the object (and what depends on it); each look reads the present state.
 * CronJobs, ReplicationControllers and custom resources are not simulated.
 */
export class Simulator {
  readonly #bench: Workbench;
  readonly #queue = new Set<string>();
  readonly #unsubscribe: () => void;
  #draining = false;

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.#unsubscribe = bench.cluster.storage.subscribe((event) => this.#observe(event));
    this.#furnish();
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** What a cluster has before anyone uses it: a node and a default storage class. */
  #furnish(): void {
    const bench = this.#bench;
    const node = bench.create("/nodes", {
      metadata: {
        name: nodeName,
        labels: {
          "kubernetes.io/hostname": nodeName,
          "kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
        },
      },
      spec: {},
    });
    const now = bench.now();
    if (node !== undefined) {
      bench.setStatus("/nodes", node, {
        addresses: [{ type: "InternalIP", address: "10.0.0.1" }, { type: "Hostname", address: nodeName }],
        capacity: { cpu: "64", memory: "256Gi", pods: "10000" },
        allocatable: { cpu: "64", memory: "256Gi", pods: "10000" },
        conditions: [{
          type: "Ready",
          status: "True",
          reason: "KubeletReady",
          message: "simulated",
          lastHeartbeatTime: now,
          lastTransitionTime: now,
        }],
        nodeInfo: {
          architecture: "amd64",
          bootID: "",
          containerRuntimeVersion: "sandbox://1",
          kernelVersion: "",
          kubeProxyVersion: "",
          kubeletVersion: "v1.34.4",
          machineID: "",
          operatingSystem: "linux",
          osImage: "sandbox",
          systemUUID: "",
        },
      });
    }
    bench.create("storage.k8s.io/storageclasses", {
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "sandbox.lynq.sh/simulated",
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    });
  }

  #observe(event: StoredEvent): void {
    this.#bench.observe(event);
    const { store, key, object } = event;
    if (event.type !== "DELETED" && reconcilers[store] !== undefined) this.#enqueue(store, key);
    if (store === "/pods") this.#podChanged(event);
    if (store === "apps/replicasets") this.#setChanged(object);
    if (store === "apps/deployments" || store === "apps/statefulsets") {
      const scalers = "autoscaling/horizontalpodautoscalers";
      for (const scaler of this.#bench.keysIn(scalers, object.metadata.namespace ?? "")) {
        this.#enqueue(scalers, scaler);
      }
    }
    if (store === "/persistentvolumeclaims" && event.type === "DELETED") {
      this.#bench.schedule.after(0, () => releaseVolume(this.#bench, object));
      this.#claimGone(object);
    }
  }

  #podChanged(event: StoredEvent): void {
    const { object } = event;
    const controller = podController(object);
    if (controller !== undefined) this.#enqueue(controller[0], controller[1]);
    if (event.type === "DELETED" && controller?.[0] === "apps/replicasets") {
      const set = this.#bench.get(controller[0], controller[1]);
      if (set !== undefined) this.#setChanged(set);
    }
    for (const store of ["/services", "policy/poddisruptionbudgets"]) {
      for (const key of this.#bench.keysIn(store, object.metadata.namespace ?? "")) this.#enqueue(store, key);
    }
  }

  /** A StatefulSet's next pod may have waited for it. */
  #claimGone({ metadata: { namespace } }: KubeObject): void {
    const sets = "apps/statefulsets";
    for (const set of this.#bench.list(sets)) {
      if (set.metadata.namespace === namespace) {
        this.#enqueue(sets, objectKey(namespace, set.metadata.name ?? ""));
      }
    }
  }

  #setChanged(set: KubeObject): void {
    const owner = controllerOf(set);
    if (owner?.kind === "Deployment") {
      this.#enqueue("apps/deployments", objectKey(set.metadata.namespace, owner.name));
    }
  }

  #enqueue(store: string, key: string): void {
    this.#queue.add(`${store} ${key}`);
    if (this.#draining) return;
    this.#draining = true;
    this.#bench.schedule.after(0, () => this.#drain());
  }

  /** Looks at everything that is queued now; what these looks queue comes in the next turn, after waiting requests. */
  #drain(): void {
    const batch = [...this.#queue];
    this.#queue.clear();
    this.#draining = false;
    for (const id of batch) {
      const [store = "", key = ""] = id.split(" ");
      reconcilers[store]?.(this.#bench, key);
    }
  }
}
