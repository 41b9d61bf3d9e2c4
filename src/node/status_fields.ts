import type { Readiness } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";

export const READY: Readiness = { kind: "ready" };

export function progressing(message: string): Extract<Readiness, { kind: "progressing" }> {
  return { kind: "progressing", message };
}

/** The controller has not come to the present spec. */
export const UNSEEN = progressing("the controller has not seen this generation yet");

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

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
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

/** A text field; anything else counts as empty. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Conditions as they are; what is no object among them is left out. */
export function conditionsOf(object: KubeObject): readonly StatusCondition[] {
  return list(statusOf(object)["conditions"]).map(record) as StatusCondition[];
}

export function findStatusCondition(object: KubeObject, type: string): StatusCondition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** The condition of this type where it is True. */
export function trueCondition(object: KubeObject, type: string): StatusCondition | undefined {
  const condition = findStatusCondition(object, type);
  return condition?.status === "True" ? condition : undefined;
}

/** Reason and message in one line: `FailedCreate: no room`; undefined where it has neither. */
export function explain(of: { reason?: unknown; message?: unknown } | undefined): string | undefined {
  const text = [of?.reason, of?.message].map(textOf).filter((part) => part !== "").join(": ");
  return text === "" ? undefined : text;
}

/** Ready when the condition of this type is True. */
export function conditionIs(object: KubeObject, type: string): Readiness {
  const condition = findStatusCondition(object, type);
  if (condition?.status === "True") return READY;
  return progressing(explain(condition) ?? `condition ${type} is not True yet`);
}

export function failedCondition(condition: StatusCondition, otherwise: string): Readiness {
  return {
    kind: "failed",
    reason: condition.reason || otherwise,
    message: explain(condition) ?? `condition ${condition.type} is ${condition.status}`,
  };
}

/** Ready when the status has this phase. */
export function phaseIs(object: KubeObject, wanted: string): Readiness {
  const phase = textOf(statusOf(object)["phase"]);
  return phase === wanted ? READY : progressing(`phase is ${phase || "not set"}`);
}

/** The status speaks of an older spec. Kinds without observedGeneration are always current. */
export function isStale(object: KubeObject): boolean {
  const observed = statusOf(object)["observedGeneration"];
  return typeof observed === "number" && observed < (object.metadata.generation ?? 0);
}

/** As `isStale`, for a kind whose controller always tells which generation it has seen. */
export function isUnseen(object: KubeObject): boolean {
  return numberOf(statusOf(object)["observedGeneration"], -1) < (object.metadata.generation ?? 0);
}
