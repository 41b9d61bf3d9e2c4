import type { KubeObject } from "../kube/object.ts";
import { parseApiVersion } from "../kube/resource_type.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";
import { matchesSelector } from "./selectors.ts";
import { isReady } from "./simulator_pods.ts";
import { conditionOf, type Workbench } from "./simulator_workbench.ts";

const autoscalers = "autoscaling/horizontalpodautoscalers";

/** One look at an autoscaler: no load is simulated, so it keeps its target within the bounds and reports that. */
export function reconcileAutoscaler(bench: Workbench, key: string): void {
  const seen = bench.get(autoscalers, key);
  if (seen === undefined) return;
  bench.schedule.after(bench.delayMs, () => {
    const live = bench.get(autoscalers, key);
    if (live?.metadata.uid === seen.metadata.uid && live !== undefined) scaleTarget(bench, live);
  });
}

function scaleTarget(bench: Workbench, autoscaler: KubeObject): void {
  const reference = { kind: textAt(autoscaler, "spec", "scaleTargetRef", "kind") };
  const { group, version } = parseApiVersion(textAt(autoscaler, "spec", "scaleTargetRef", "apiVersion"));
  const resource = bench.cluster.registry.findKind(group, version, reference.kind);
  const name = textAt(autoscaler, "spec", "scaleTargetRef", "name");
  const target = resource === undefined || resource.custom !== undefined
    ? undefined
    : bench.get(resource.store, `${autoscaler.metadata.namespace}/${name}`);
  const before = listAt(autoscaler, "status", "conditions");
  const now = bench.now();
  if (target === undefined || resource === undefined) {
    const message = `the HPA controller was unable to get the target's current scale: ${name} not found`;
    const next = { type: "AbleToScale", status: "False", reason: "FailedGetScale", message } as const;
    return bench.setStatus(autoscalers, autoscaler, {
      currentReplicas: 0,
      desiredReplicas: 0,
      conditions: [conditionOf(before, next, now)],
    });
  }
  const current = numberAt(target, "spec", "replicas") ?? 1;
  const low = numberAt(autoscaler, "spec", "minReplicas") ?? 1;
  const high = numberAt(autoscaler, "spec", "maxReplicas") ?? low;
  const desired = Math.min(high, Math.max(low, current));
  if (desired !== current) {
    const spec = typeof target.spec === "object" && target.spec !== null ? target.spec : {};
    bench.change(resource.store, target, { ...target, spec: { ...spec, replicas: desired } });
  }
  const able = {
    type: "AbleToScale",
    status: "True",
    reason: "ReadyForNewScale",
    message: "recommended size matches",
  } as const;
  const active = {
    type: "ScalingActive",
    status: "True",
    reason: "ValidMetricFound",
    message: "no load is simulated",
  } as const;
  bench.setStatus(autoscalers, autoscaler, {
    currentReplicas: current,
    desiredReplicas: desired,
    conditions: [conditionOf(before, able, now), conditionOf(before, active, now)],
  });
}

/** One look at a disruption budget: how many of its pods are healthy. */
export function reconcileBudget(bench: Workbench, key: string): void {
  const store = "policy/poddisruptionbudgets";
  const budget = bench.get(store, key);
  if (budget === undefined) return;
  const selector = at(budget, "spec", "selector");
  const matching = bench.podsIn(budget.metadata.namespace ?? "").filter((pod) =>
    matchesSelector(selector, pod.metadata.labels)
  );
  const healthy = matching.filter(isReady).length;
  const expected = matching.length;
  const wanted = desiredHealthy(budget, expected);
  bench.setStatus(store, budget, {
    observedGeneration: budget.metadata.generation,
    currentHealthy: healthy,
    desiredHealthy: wanted,
    expectedPods: expected,
    disruptionsAllowed: Math.max(0, healthy - wanted),
  });
}

function desiredHealthy(budget: KubeObject, expected: number): number {
  const least = at(budget, "spec", "minAvailable");
  if (least !== undefined) return amount(least, expected);
  return Math.max(0, expected - amount(at(budget, "spec", "maxUnavailable") ?? 0, expected));
}

function amount(value: unknown, of: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(String(value));
  return percent === null ? 0 : Math.ceil(Number(percent[1]) * of / 100);
}
