import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import { at, isObject, type JsonObject, listAt, numberAt, objectAt } from "./json.ts";
import type { ServedResource } from "./served_resource.ts";

/**
 * Objects are stored in one version of their kind. `toServed` answers the object in the version of `resource`,
 * `toStored` takes it back. Events are stored as core/v1, HorizontalPodAutoscalers as autoscaling/v2; custom
 * resources only change their apiVersion (conversion strategy `None`).
 */
export function toServed(resource: ServedResource, stored: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(resource);
  if (stored.apiVersion === apiVersion) return stored;
  if (resource.store === "/events") return eventsEvent(stored);
  if (resource.kind === "HorizontalPodAutoscaler") return autoscalerV1(stored);
  return { ...stored, apiVersion };
}

export function toStored(resource: ServedResource, object: KubeObject): KubeObject {
  if (resource.custom !== undefined) {
    return { ...object, apiVersion: `${resource.group}/${resource.custom.storageVersion}` };
  }
  if (resource.store === "/events" && resource.group !== "") return coreEvent(object);
  if (resource.kind === "HorizontalPodAutoscaler" && resource.version === "v1") return autoscalerV2(object);
  return object;
}

const eventNames: readonly (readonly [string, string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["reportingComponent", "reportingController"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
];

function renamed(object: KubeObject, names: readonly (readonly [string, string])[]): JsonObject {
  const to = new Map(names);
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [to.get(key) ?? key, value]));
}

function eventsEvent(stored: KubeObject): KubeObject {
  return { ...renamed(stored, eventNames), metadata: stored.metadata, apiVersion: "events.k8s.io/v1" };
}

function coreEvent(object: KubeObject): KubeObject {
  const back = eventNames.map(([core, served]) => [served, core] as const);
  return { ...renamed(object, back), metadata: object.metadata, apiVersion: "v1" };
}

function autoscalerV1(stored: KubeObject): KubeObject {
  const { metrics: _metrics, behavior: _behavior, ...spec } = objectAt(stored, "spec");
  const { currentMetrics: _current, conditions: _conditions, ...status } = objectAt(stored, "status");
  const target = utilization(listAt(stored, "spec", "metrics"), "target");
  const current = utilization(listAt(stored, "status", "currentMetrics"), "current");
  return {
    ...stored,
    apiVersion: "autoscaling/v1",
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}

function autoscalerV2(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: percent, ...spec } = objectAt(object, "spec");
  const { currentCPUUtilizationPercentage: _current, ...status } = objectAt(object, "status");
  const metrics = typeof percent === "number"
    ? [{
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percent } },
    }]
    : undefined;
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    spec: { ...spec, ...(metrics === undefined ? {} : { metrics }) },
    status,
  };
}

function utilization(metrics: readonly unknown[], side: "target" | "current"): number | undefined {
  const cpu = metrics.find((metric) => isObject(metric) && at(metric, "resource", "name") === "cpu");
  return numberAt(cpu, "resource", side, "averageUtilization");
}
