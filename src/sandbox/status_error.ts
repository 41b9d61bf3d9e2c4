import type { ResourceType } from "../kube/resource_type.ts";
import type { StatusObject } from "./field_management.ts";

/** One cause of a 422, as Kubernetes' own field errors tell it. */
export interface FieldCause {
  readonly reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid"
    | "FieldValueNotFound";
  readonly field: string;
  /** Without the field: `Invalid value: "x": must be ...`. */
  readonly message: string;
}

type Details = NonNullable<StatusObject["details"]> & {
  readonly retryAfterSeconds?: number;
  readonly uid?: string;
};

/** Thrown by the sandbox's handlers: the `metav1.Status` that the client gets. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: StatusObject;
  /** A token to go on with after a 410 of a continued list. */
  readonly continueToken: string | undefined;

  constructor(status: StatusObject, continueToken?: string) {
    super(status.message);
    this.status = status;
    this.continueToken = continueToken;
  }
}

/** The part of a served kind that messages name: `deployments.apps "x"`. */
export type Named = Pick<ResourceType, "group" | "plural" | "kind">;

export function qualified(resource: Named): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function details(resource: Named, name: string): Details {
  return {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

export function failure(
  code: number,
  reason: string,
  said: { message: string; details?: Details },
): ApiError {
  return new ApiError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: said.message,
    ...(reason === "" ? {} : { reason }),
    ...(said.details === undefined ? {} : { details: said.details }),
    code,
  });
}

export function notFound(resource: Named, name: string): ApiError {
  return failure(404, "NotFound", {
    message: `${qualified(resource)} "${name}" not found`,
    details: details(resource, name),
  });
}

/** A path that nothing serves. */
export function noSuchPath(): ApiError {
  return failure(404, "NotFound", {
    message: "the server could not find the requested resource",
    details: {},
  });
}

export function alreadyExists(resource: Named, name: string): ApiError {
  return failure(409, "AlreadyExists", {
    message: `${qualified(resource)} "${name}" already exists`,
    details: details(resource, name),
  });
}

export function conflict(resource: Named, name: string, why?: string): ApiError {
  const because = why ??
    "the object has been modified; please apply your changes to the latest version and try again";
  return failure(409, "Conflict", {
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${because}`,
    details: details(resource, name),
  });
}

export function forbidden(resource: Named, name: string, why: string): ApiError {
  return failure(403, "Forbidden", {
    message: `${qualified(resource)} "${name}" is forbidden: ${why}`,
    details: details(resource, name),
  });
}

export function badRequest(message: string): ApiError {
  return failure(400, "BadRequest", { message });
}

export function methodNotAllowed(resource: Named): ApiError {
  return failure(405, "MethodNotAllowed", {
    message: "the server does not allow this method on the requested resource",
    details: details(resource, ""),
  });
}

/** 410: the history that the request asks for is gone. */
export function expired(message: string): ApiError {
  return failure(410, "Expired", { message });
}

/** 422 with one cause a field, worded as `field.ErrorList` does. */
export function invalid(
  resource: Named,
  name: string,
  causes: readonly (Omit<FieldCause, "reason"> & { readonly reason: string })[],
): ApiError {
  const subject = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  const all = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const listed = all.length === 1 ? all[0] : `[${all.join(", ")}]`;
  return failure(422, "Invalid", {
    message: `${subject} "${name}" is invalid: ${listed}`,
    details: {
      ...(name === "" ? {} : { name }),
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.kind,
      causes: causes.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  });
}

/** A value as field errors show it: quoted text, bare numbers, JSON for the rest. */
export function shownValue(value: unknown): string {
  return typeof value === "string" || typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function invalidValue(field: string, value: unknown, detail: string): FieldCause {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${shownValue(value)}: ${detail}` };
}

export function requiredValue(field: string, detail = ""): FieldCause {
  return {
    reason: "FieldValueRequired",
    field,
    message: detail === "" ? "Required value" : `Required value: ${detail}`,
  };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly unknown[]): FieldCause {
  const known = supported.map(shownValue).join(", ");
  return {
    reason: "FieldValueNotSupported",
    field,
    message: `Unsupported value: ${shownValue(value)}: supported values: ${known}`,
  };
}

export function forbiddenValue(field: string, detail: string): FieldCause {
  return { reason: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

export function duplicateValue(field: string, value: unknown): FieldCause {
  return { reason: "FieldValueDuplicate", field, message: `Duplicate value: ${shownValue(value)}` };
}
