import type { FieldConflict, Outcome, RejectionCode } from "../api/stages.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { fieldConflicts } from "../kube/fields.ts";

/** The outcome of a write that threw. What is no answer of the API server is thrown on. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof KubeUnreachable) {
    return {
      kind: "rejected",
      code: "Unreachable",
      message: `the API server gave no answer: ${error.message}`,
    };
  }
  if (!(error instanceof KubeError)) throw error;
  const conflicts = fieldConflicts(error);
  if (conflicts.length > 0) return { kind: "conflict", conflicts, message: error.message };
  return { kind: "rejected", code: codeOf(error), message: explain(error) };
}

function codeOf(error: KubeError): RejectionCode {
  if (error.causes.some((cause) => cause.reason === "NamespaceTerminating")) return "NamespaceTerminating";
  switch (error.status) {
    case 400:
    case 422:
      return "Invalid";
    case 401:
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Changed";
    case 429:
      return "Throttled";
    default:
      return error.status >= 500 ? "ServerError" : "Rejected";
  }
}

/** The server's own words, the fields that it names, and what can be done. */
function explain(error: KubeError): string {
  const remedy = error.status === 403
    ? "; grant the verb in a ClusterRole with the label lynq.sh/aggregate-to-manager=true"
    : "";
  return `${error.message}${remedy}`;
}

/** Managers and fields in one line. */
export function describeConflicts(conflicts: readonly FieldConflict[]): string {
  const byManager = new Map<string, string[]>();
  for (const { manager, field } of conflicts) {
    byManager.set(manager, [...(byManager.get(manager) ?? []), field]);
  }
  return [...byManager].map(([manager, fields]) => `"${manager}" manages ${fields.join(", ")}`).join("; ");
}
