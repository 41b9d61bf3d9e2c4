import type { FormSpec } from "../api/form.ts";
import type { HubSpec } from "../api/hub.ts";
import type { PlacedResource } from "../api/resource.ts";
import type { TemplatedField } from "../api/templated_fields.ts";
import type { Template, TemplateError } from "../template/mod.ts";

/** What is wrong with a form, in words for its author. */
export interface FormProblem {
  /** Event reason, kept from the Go implementation where it has one. */
  readonly reason:
    | "HubNotFound"
    | "DuplicateResourceIDs"
    | "DependencyValidationFailed"
    | "TemplateSyntaxInvalid"
    | "UnknownVariable"
    | "ResourceInvalid"
    | "RevisionNotFound";
  readonly message: string;
  /** Path of the field that it is about, `spec.deployments[0].nameTemplate`. */
  readonly field?: string;
}

export interface CheckInput {
  readonly namespace: string;
  readonly spec: FormSpec;
  /** The hub that the form names; unknown where nobody can tell, so that nothing is said of it. */
  readonly hub: HubSpec | "absent" | "unknown";
}

/** A templated string with its template, or why it has none. */
export interface ParsedField extends TemplatedField {
  readonly parsed:
    | { readonly kind: "template"; readonly template: Template }
    | { readonly kind: "error"; readonly error: TemplateError };
}

/** One resource with its place and its templates. */
export interface CheckedResource extends PlacedResource {
  readonly fields: readonly ParsedField[];
}

/** What is wrong by one rule. */
export type Rule = (input: CheckInput, resources: readonly CheckedResource[]) => FormProblem[];

/** A problem of one field of a resource: `Resource web (deployments[0]), nameTemplate: ...`. */
export function atField(
  { resource, place }: PlacedResource,
  field: string,
  of: { reason?: FormProblem["reason"]; text: string },
): FormProblem {
  return {
    reason: of.reason ?? "ResourceInvalid",
    field: `spec.${place}.${field}`,
    message: `Resource ${resource.id} (${place}), ${field}: ${of.text}`,
  };
}

const LISTED = 20;

/** Names with commas between them, of very many the first. */
export function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
