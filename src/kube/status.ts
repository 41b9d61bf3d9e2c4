import { KubeError, type StatusCause } from "./error.ts";

/** What an answer that is no success said. */
export interface Refusal {
  /** What was asked, for the message: "apply deployments shop/web". */
  readonly what: string;
  readonly status: number;
  /** The parsed body, where it was JSON. */
  readonly body: unknown;
  readonly retryAfterSeconds: number | undefined;
}

/** The error for an answer that is no success; its `Status` object, when it sent one, gives reason and causes. */
export function kubeError(refusal: Refusal): KubeError {
  const status = asRecord(refusal.body);
  const details = asRecord(status?.details);
  const reason = text(status?.reason);
  const said = text(status?.message);
  return new KubeError(
    `${refusal.what}: ${said === "" ? "the server refused" : said} (${refusal.status}${
      reason && ` ${reason}`
    })`,
    {
      status: refusal.status,
      reason,
      causes: causesOf(details),
      details: details && { group: text(details.group), kind: text(details.kind), name: text(details.name) },
      retryAfterSeconds: refusal.retryAfterSeconds ?? number(details?.retryAfterSeconds),
    },
  );
}

/** Retry-After as seconds: a number, or a date compared with `nowMs` (milliseconds since 1970). */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - nowMs) / 1000));
}

function causesOf(details: Record<string, unknown> | undefined): StatusCause[] {
  const causes = Array.isArray(details?.causes) ? details.causes : [];
  return causes.map(asRecord).filter((cause) => cause !== undefined).map((cause) => ({
    reason: text(cause.reason),
    message: text(cause.message),
    field: text(cause.field),
  }));
}

/** `value` when it is a JSON object. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}
