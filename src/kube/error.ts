/** One cause of a refused request, as `Status.details.causes` tells it. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What a refused request was about, as `Status.details` tells it: of a missing right the resource's plural name. */
export interface StatusDetails {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** An answer of the API server that is no success: HTTP status and what its `Status` object says. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  /** The HTTP status. */
  readonly status: number;
  /** `Status.reason`: "NotFound", "AlreadyExists", "Conflict", "Invalid", "Forbidden", "Expired", ... */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** undefined where the answer has none. */
  readonly details: StatusDetails | undefined;
  /** From Retry-After or `details.retryAfterSeconds`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    message: string,
    fields: {
      status: number;
      reason: string;
      causes?: readonly StatusCause[];
      details?: StatusDetails | undefined;
      retryAfterSeconds?: number | undefined;
    },
  ) {
    super(message);
    this.status = fields.status;
    this.reason = fields.reason;
    this.causes = fields.causes ?? [];
    this.details = fields.details;
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** No answer came: the server refused, reset or did not answer within the deadline. A write may have happened. */
export class KubeUnreachable extends Error {
  override readonly name = "KubeUnreachable";
  readonly code: "Refused" | "Reset" | "Deadline" | "Tls" | "Dns";

  constructor(message: string, fields: { code: KubeUnreachable["code"]; cause?: unknown }) {
    super(message, { cause: fields.cause });
    this.code = fields.code;
  }
}

export function isNotFound(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 404;
}

export function isConflict(error: unknown): error is KubeError {
  return error instanceof KubeError && error.status === 409;
}
