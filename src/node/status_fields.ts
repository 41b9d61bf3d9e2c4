import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";

export const READY: Readiness = { kind: "ready" };

export function progressing(message: string): Readiness {
  return { kind: "progressing", message };
}

export interface StatusCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}

export function statusOf(object: KubeObject): Record<string, unknown> {
  return record(object["status"]);
}

export function specOf(object: KubeObject): Record<string, unknown> {
  return record(object["spec"]);
}

/** A number field; absent counts as `otherwise`. */
export function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === "number" ? value : otherwise;
}

export function conditionsOf(object: KubeObject): readonly StatusCondition[] {
  const list = statusOf(object)["conditions"];
  return Array.isArray(list) ? list as StatusCondition[] : [];
}

export function findStatusCondition(object: KubeObject, type: string): StatusCondition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** The status speaks of an older spec. Kinds without observedGeneration are always current. */
export function isStale(object: KubeObject): boolean {
  const observed = statusOf(object)["observedGeneration"];
  return typeof observed === "number" && observed < (object.metadata.generation ?? 0);
}
