import { NEVER_SENSITIVE } from "../api/mapped_variables.ts";
import type { Resource } from "../api/resource.ts";
import type { UnrenderedResource, Variables } from "../api/stages.ts";
import { type CompiledField, FieldError } from "./compiled_value.ts";

/** What a resource was rendered from when a template failed. */
export interface ErrorContext {
  readonly policy: Resource;
  /** All its templates. */
  readonly fields: readonly CompiledField[];
  readonly variables: Variables;
  /** Whoever reads the error has the row before them. */
  readonly quotes: boolean;
}

/** A template that failed as what is told of its resource. Another error is thrown on. */
export function unrendered(error: unknown, of: ErrorContext): UnrenderedResource {
  if (!(error instanceof FieldError)) throw error;
  const { policy } = of;
  return { kind: "unrendered", id: policy.id, policy, field: error.field, message: explain(error, of) };
}

/**
 * Where it failed and why. Why a function failed may quote what it was given, which nobody is to read in a status, an
 * event or a log; so it is told of templates that read nothing but what all may know.
 */
function explain({ field, error }: FieldError, of: ErrorContext): string {
  const secret = of.policy.spec["kind"] === "Secret";
  const failed = of.fields.find((each) => each.field === field);
  if (error.stage === "parse" || (of.quotes && !secret) || isPublic(failed)) return error.message;
  const missing = unmapped(failed, of.variables);
  if (missing.length > 0) {
    const keys = missing.map((name) => JSON.stringify(name)).join(", ");
    return secret
      ? `${error.site}: no variable is named ${missing.join(", ")}`
      : `${error.site}: map has no entry for key ${keys}`;
  }
  return secret
    ? `${error.site}: the reason is withheld, since it may quote a value of the Secret`
    : `${error.site}: the reason is withheld, since it may quote a value of the row; lynq render tells it`;
}

/** Whether a template reads no column but the uid. */
function isPublic(field: CompiledField | undefined): boolean {
  return field !== undefined && !field.template.readsAll &&
    field.template.variables.every((name) => NEVER_SENSITIVE.includes(name) && !/^host/.test(name));
}

/** The variables that a template needs and the row does not have. */
function unmapped(field: CompiledField | undefined, variables: Variables): string[] {
  const { variables: read = [], optional = [] } = field?.template ?? {};
  return read.filter((name) => !optional.includes(name) && !Object.hasOwn(variables, name));
}
