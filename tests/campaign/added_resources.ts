import type { Chance } from "../support/fault_random.ts";
import { happens, pick } from "./pools.ts";

/** What a form's array may get beside what it has: an id, the object, and how it is handled. */
export type AddedResource = Record<string, unknown>;

const POD = { containers: [{ name: "c", image: "c:1" }] };
const SELECTED = { selector: { matchLabels: { app: "{{ .uid }}-added" } } };
const TEMPLATE = { template: { metadata: { labels: { app: "{{ .uid }}-added" } }, spec: POD } };

const OBJECTS: readonly Record<string, unknown>[] = [
  { apiVersion: "v1", kind: "ConfigMap", data: { plan: "{{ .plan }}" } },
  { apiVersion: "v1", kind: "Secret", stringData: { plan: "{{ .plan }}" } },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }], selector: { app: "{{ .uid }}" } } },
  { apiVersion: "apps/v1", kind: "Deployment", spec: { ...SELECTED, ...TEMPLATE } },
  { apiVersion: "apps/v1", kind: "StatefulSet", spec: { serviceName: "s", ...SELECTED, ...TEMPLATE } },
  { apiVersion: "apps/v1", kind: "DaemonSet", spec: { ...SELECTED, ...TEMPLATE } },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    spec: { template: { spec: { restartPolicy: "Never", ...POD } } },
  },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget", spec: { minAvailable: 1, ...SELECTED } },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", spec: { podSelector: {} } },
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "ResourceQuota", spec: { hard: { pods: "{{ .replicas | int }}" } } },
  { apiVersion: "example.com/v1", kind: "Unknown", spec: {} },
  { apiVersion: "v1", kind: "ConfigMap" },
  { kind: "ConfigMap" },
  {},
];

/** A resource that a form may get: mostly sound, sometimes with an id or a name that is taken. */
export function addedResource(chance: Chance): AddedResource {
  const id = happens(chance, 0.8)
    ? `added-${Math.floor(chance() * 5)}`
    : pick(chance, ["base", "app", "settings", ""]);
  const name = happens(chance, 0.8)
    ? `{{ .uid }}-${id === "" ? "x" : id}`
    : pick(chance, ["{{ .uid }}-base", "same-for-all", "{{ .uid }}-settings"]);
  return {
    id,
    nameTemplate: name,
    ...(happens(chance, 0.2)
      ? { dependIds: [pick(chance, ["base", "settings", "missing", "added-1"])] }
      : {}),
    ...(happens(chance, 0.15) ? { creationPolicy: "Once" } : {}),
    ...(happens(chance, 0.15) ? { deletionPolicy: "Retain" } : {}),
    ...(happens(chance, 0.1) ? { sharing: "Shared" } : {}),
    ...(happens(chance, 0.15) ? { recreateOnImmutable: true } : {}),
    spec: structuredClone(pick(chance, OBJECTS)),
  };
}
