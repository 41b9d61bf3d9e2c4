import type { KubeObject } from "../kube/object.ts";
import { at, type JsonObject, listAt, numberAt, objectAt, sameJson, textAt } from "./json.ts";
import { conditionOf, ownedBy, shortHash, stableText, type Workbench } from "./simulator_workbench.ts";

const store = "apps/deployments";
const sets = "apps/replicasets";
const revisionKey = "deployment.kubernetes.io/revision";

/** One look at a Deployment: its new ReplicaSet, the rollout between old and new, its status. */
export function reconcileDeployment(bench: Workbench, key: string): void {
  const deployment = bench.get(store, key);
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
  const owned = bench.owned(deployment, sets).filter((set) => set.metadata.deletionTimestamp === undefined);
  const paused = at(deployment, "spec", "paused") === true;
  const current = owned.find((set) => sameTemplate(set, deployment)) ??
    (paused ? undefined : createSet(bench, deployment, owned));
  const old = owned.filter((set) => set.metadata.uid !== current?.metadata.uid);
  if (current !== undefined) {
    markRevision(bench, { deployment, current, old });
    if (!paused) rollOut(bench, { deployment, current, old });
  }
  writeStatus(bench, key);
  trimHistory(bench, deployment, old);
}

function sameTemplate(set: KubeObject, deployment: KubeObject): boolean {
  const template = objectAt(set, "spec", "template");
  const labels = { ...objectAt(template, "metadata", "labels") };
  delete labels["pod-template-hash"];
  const plain = { ...template, metadata: { ...objectAt(template, "metadata"), labels } };
  return sameJson(plain, objectAt(deployment, "spec", "template"));
}

function replicasOf(object: KubeObject | undefined): number {
  return numberAt(object, "spec", "replicas") ?? 0;
}

function statusOf(object: KubeObject | undefined, field: string): number {
  return numberAt(object, "status", field) ?? 0;
}

function revisionOf(set: KubeObject): number {
  return Number(set.metadata.annotations?.[revisionKey] ?? 0);
}

function createSet(
  bench: Workbench,
  deployment: KubeObject,
  owned: readonly KubeObject[],
): KubeObject | undefined {
  const template = objectAt(deployment, "spec", "template");
  const hash = shortHash(stableText(template));
  const { name = "", namespace } = deployment.metadata;
  const metadata = objectAt(template, "metadata");
  const labels = { ...objectAt(metadata, "labels"), "pod-template-hash": hash };
  const selector = objectAt(deployment, "spec", "selector");
  const revision = Math.max(0, ...owned.map(revisionOf)) + 1;
  return bench.create(sets, {
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])),
      annotations: { [revisionKey]: String(revision) },
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: {
        ...selector,
        matchLabels: { ...objectAt(selector, "matchLabels"), "pod-template-hash": hash },
      },
      template: { ...template, metadata: { ...metadata, labels } },
      ...(numberAt(deployment, "spec", "minReadySeconds") === undefined
        ? {}
        : { minReadySeconds: numberAt(deployment, "spec", "minReadySeconds") }),
    },
  });
}

interface Rollout {
  readonly deployment: KubeObject;
  readonly current: KubeObject;
  readonly old: readonly KubeObject[];
}

/** A ReplicaSet that is the current one again gets the next revision; the Deployment carries it too. */
function markRevision(bench: Workbench, rollout: Rollout): void {
  const { deployment, current, old } = rollout;
  const newest = Math.max(0, ...old.map(revisionOf));
  const revision = revisionOf(current) > newest ? revisionOf(current) : newest + 1;
  const marked = { [revisionKey]: String(revision) };
  for (const [kind, object] of [[sets, current], [store, deployment]] as const) {
    if (object.metadata.annotations?.[revisionKey] !== String(revision)) bench.annotate(kind, object, marked);
  }
}

function scaleSet(bench: Workbench, deployment: KubeObject, to: { set: KubeObject; replicas: number }): void {
  const { set, replicas } = to;
  const before = replicasOf(set);
  if (before === replicas) return;
  const live = bench.get(sets, `${set.metadata.namespace}/${set.metadata.name}`);
  if (live === undefined) return;
  bench.change(sets, live, { ...live, spec: { ...objectAt(live, "spec"), replicas } });
  const way = replicas > before ? "up" : "down";
  bench.tell(deployment, {
    type: "Normal",
    reason: "ScalingReplicaSet",
    message: `Scaled ${way} replica set ${set.metadata.name} from ${before} to ${replicas}`,
    component: "deployment-controller",
  });
}

function rollOut(bench: Workbench, rollout: Rollout): void {
  const { deployment, current, old } = rollout;
  const desired = replicasOf(deployment);
  const olds = old.filter((set) => replicasOf(set) > 0);
  if (textAt(deployment, "spec", "strategy", "type") === "Recreate") {
    for (const set of olds) scaleSet(bench, deployment, { set, replicas: 0 });
    const gone = old.every((set) => replicasOf(set) === 0 && bench.owned(set, "/pods").length === 0);
    if (gone) scaleSet(bench, deployment, { set: current, replicas: desired });
    return;
  }
  const rolling = objectAt(deployment, "spec", "strategy", "rollingUpdate");
  const surge = share(rolling.maxSurge ?? "25%", desired, "up");
  const unavailable = share(rolling.maxUnavailable ?? "25%", desired, "down");
  const slack = surge === 0 && unavailable === 0 ? 1 : unavailable;
  const oldTotal = olds.reduce((sum, set) => sum + replicasOf(set), 0);
  const grown = olds.length === 0
    ? desired
    : Math.min(desired, Math.max(replicasOf(current), desired + surge - oldTotal));
  scaleSet(bench, deployment, { set: current, replicas: grown });
  const available = [current, ...olds].reduce((sum, set) => sum + statusOf(set, "availableReplicas"), 0);
  let spare = available - Math.max(0, desired - slack);
  for (const set of olds) {
    const unready = Math.max(0, replicasOf(set) - statusOf(set, "availableReplicas"));
    const fewer = Math.min(replicasOf(set), unready + Math.max(0, spare));
    spare -= Math.max(0, fewer - unready);
    if (fewer > 0) scaleSet(bench, deployment, { set, replicas: replicasOf(set) - fewer });
  }
}

/** `25%` or a number, of the desired replicas. */
function share(value: unknown, desired: number, round: "up" | "down"): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(String(value));
  if (percent === null) return 0;
  const exact = Number(percent[1]) * desired / 100;
  return round === "up" ? Math.ceil(exact) : Math.floor(exact);
}

function writeStatus(bench: Workbench, key: string): void {
  const deployment = bench.get(store, key);
  if (deployment === undefined) return;
  const all = bench.owned(deployment, sets);
  const current = all.find((set) => sameTemplate(set, deployment));
  const sum = (field: string) => all.reduce((total, set) => total + statusOf(set, field), 0);
  const desired = replicasOf(deployment);
  const [replicas, ready, available] = [sum("replicas"), sum("readyReplicas"), sum("availableReplicas")];
  const updated = statusOf(current, "replicas");
  const counts: JsonObject = {};
  if (replicas > 0) counts.replicas = replicas;
  if (updated > 0) counts.updatedReplicas = updated;
  if (ready > 0) counts.readyReplicas = ready;
  if (available > 0) counts.availableReplicas = available;
  const missing = Math.max(0, Math.max(desired, replicas) - available);
  if (missing > 0) counts.unavailableReplicas = missing;
  const complete = updated === desired && replicas === desired && available === desired;
  const status = {
    observedGeneration: deployment.metadata.generation,
    ...counts,
    conditions: conditions(bench, deployment, { complete, available, desired, set: current, updated }),
  };
  bench.setStatus(store, deployment, status);
}

interface Progress {
  readonly complete: boolean;
  readonly available: number;
  readonly desired: number;
  readonly updated: number;
  readonly set: KubeObject | undefined;
}

function conditions(bench: Workbench, deployment: KubeObject, progress: Progress): readonly JsonObject[] {
  const now = bench.now();
  const before = listAt(deployment, "status", "conditions");
  const rolling = objectAt(deployment, "spec", "strategy", "rollingUpdate");
  const needed = progress.desired - share(rolling.maxUnavailable ?? "25%", progress.desired, "down");
  const enough = progress.available >= needed;
  const available = conditionOf(before, {
    type: "Available",
    status: enough ? "True" : "False",
    reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: `Deployment ${enough ? "has" : "does not have"} minimum availability.`,
  }, now);
  return [
    withUpdateTime(before, available, now),
    progressing(bench, deployment, { ...progress, before, now }),
  ];
}

function withUpdateTime(before: readonly unknown[], condition: JsonObject, now: string): JsonObject {
  const old = before.find((one) => at(one, "type") === condition.type);
  const same = at(old, "status") === condition.status && at(old, "reason") === condition.reason &&
    at(old, "message") === condition.message;
  return { ...condition, lastUpdateTime: same ? textAt(old, "lastUpdateTime") || now : now };
}

function progressing(
  bench: Workbench,
  deployment: KubeObject,
  state: Progress & { before: readonly unknown[]; now: string },
): JsonObject {
  const { before, now, set } = state;
  const name = set?.metadata.name ?? "";
  const old = before.find((one) => at(one, "type") === "Progressing");
  const message = `ReplicaSet "${name}" ${
    state.complete ? "has successfully progressed" : "is progressing"
  }.`;
  const next = state.complete
    ? { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message } as const
    : { type: "Progressing", status: "True", reason: "ReplicaSetUpdated", message } as const;
  const moved = statusOf(deployment, "updatedReplicas") !== state.updated ||
    statusOf(deployment, "availableReplicas") !== state.available ||
    numberAt(deployment, "status", "observedGeneration") !== deployment.metadata.generation;
  if (state.complete || moved || old === undefined) {
    if (!state.complete) watchDeadline(bench, deployment);
    return {
      ...conditionOf(before, next, now),
      lastUpdateTime: state.complete ? keptTime(old, next, now) : now,
    };
  }
  const limit = numberAt(deployment, "spec", "progressDeadlineSeconds") ?? 600;
  const since = Date.parse(textAt(old, "lastUpdateTime") || now);
  if (at(old, "status") === "False" || bench.cluster.clock().getTime() - since < limit * 1000) {
    return objectAt(old);
  }
  const late = `ReplicaSet "${name}" has timed out progressing.`;
  const failed = {
    type: "Progressing",
    status: "False",
    reason: "ProgressDeadlineExceeded",
    message: late,
  } as const;
  return { ...conditionOf(before, failed, now), lastUpdateTime: now };
}

function keptTime(old: unknown, next: { reason: string; message: string }, now: string): string {
  const same = at(old, "reason") === next.reason && at(old, "message") === next.message;
  return same ? textAt(old, "lastUpdateTime") || now : now;
}

function watchDeadline(bench: Workbench, deployment: KubeObject): void {
  const limit = numberAt(deployment, "spec", "progressDeadlineSeconds") ?? 600;
  const { namespace, name, uid } = deployment.metadata;
  bench.schedule.after(limit * 1000 + 1000, () => {
    const live = bench.get(store, `${namespace}/${name}`);
    if (live?.metadata.uid === uid) writeStatus(bench, `${namespace}/${name}`);
  });
}

function trimHistory(bench: Workbench, deployment: KubeObject, old: readonly KubeObject[]): void {
  const keep = numberAt(deployment, "spec", "revisionHistoryLimit") ?? 10;
  const idle = old.filter((set) => replicasOf(set) === 0 && statusOf(set, "replicas") === 0)
    .sort((left, right) => revisionOf(left) - revisionOf(right));
  for (const set of idle.slice(0, Math.max(0, idle.length - keep))) bench.delete(sets, set);
}
