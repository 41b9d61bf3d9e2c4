import type { FieldConflict, Outcome, RejectionCode } from "../api/stages.ts";
import { compareText } from "../kube/compare_text.ts";
import { KubeError, KubeUnreachable, type StatusCause } from "../kube/error.ts";
import { fieldConflicts } from "../kube/fields.ts";
import { type Asked, remedyFor } from "./missing_right.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/** Who asked for what, and whether the object holds sensitive values. */
export type AskedFor = Asked & { readonly sensitive?: boolean };

/**
 * The outcome of a write to an object of that type that threw. What is no answer of the API server is thrown on. Of a
 * Secret that is refused for its content, and of what holds sensitive values, only fields and reasons are told: the
 * server quotes values, and so do webhooks.
 */
export function outcomeOf(error: unknown, type: ResourceType, by: Omit<AskedFor, "type"> = {}): Outcome {
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
  const fields = [...new Set(error.causes.flatMap(({ field }) => field === "" ? [] : [field]))];
  const told = fields.length === 0 ? {} : { fields };
  return { kind: "rejected", code: codeOf(error), message: explain(error, { ...by, type }), ...told };
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
export function explain(error: KubeError, asked: AskedFor): string {
  const { type, sensitive = false } = asked;
  const secret = type.kind === "Secret" && type.group === "";
  if (secret && quotesValues(error)) return withoutValues(error, "the Secret", SECRET_ADVICE);
  const refused = error.status === 403 && codeOf(error) === "Forbidden";
  const remedy = refused ? remedyFor(error, asked) : "";
  return sensitive ? `${withoutValues(error, "the object", NO_FIELD)}${remedy}` : `${error.message}${remedy}`;
}

const SECRET_ADVICE = "every value under data must be base64, every value under stringData text";
const NO_FIELD = "it names no field";

/** Answers about the content of the object, in contrast to who asks, how often and for what. */
function quotesValues({ status }: KubeError): boolean {
  return status === 400 || status === 422 || status >= 500;
}

function withoutValues({ status, reason, causes }: KubeError, what: string, advice: string): string {
  const fields = causes.map(({ field, ...cause }) => `${field}: ${causeWithoutValue(cause)}`).join("; ") ||
    advice;
  return `the API server refused ${what} (${`${status} ${reason}`.trim()}): ${fields}. ` +
    "Its own words are withheld, since they may quote a value; kubectl apply --dry-run=server shows them";
}

/** Kubernetes' field errors; the messages of these two hold no value. */
function causeWithoutValue({ reason, message }: Omit<StatusCause, "field">): string {
  return reason === "FieldValueForbidden" || reason === "FieldValueRequired" ? message : reason;
}

/** Fields of which a message tells the names. */
const NAMED = 10;

/** Managers and fields in one line, in one order whatever the server's; of many fields the first ten. */
export function describeConflicts(conflicts: readonly FieldConflict[]): string {
  const told = conflicts.map(({ manager, field }) => ({ manager, field }))
    .sort((a, b) => compareText(a.manager, b.manager) || compareText(a.field, b.field))
    .filter(({ manager, field }, i, all) => manager !== all[i - 1]?.manager || field !== all[i - 1]?.field);
  const byManager = Map.groupBy(told.slice(0, NAMED), ({ manager }) => manager);
  const lines = [...byManager].map(([manager, fields]) =>
    `"${manager}" manages ${fields.map(({ field }) => field).join(", ")}`
  );
  return [...lines, ...(told.length > NAMED ? [`and ${told.length - NAMED} more`] : [])].join("; ");
}
