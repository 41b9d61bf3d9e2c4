import type { FormSpec } from "../api/form.ts";
import { parseFieldPath } from "../api/field_path.ts";
import { collectResources, type PlacedResource } from "../api/resource.ts";
import { templatedFields } from "../api/templated_fields.ts";
import { describeGraphError, toWaves } from "../graph/waves.ts";
import { parseTemplate, TemplateError } from "../template/mod.ts";

/** What is wrong with a form, in words for its author. */
export interface FormProblem {
  /** Event reason, kept from the Go implementation where it has one. */
  readonly reason:
    | "HubNotFound"
    | "DuplicateResourceIDs"
    | "DependencyValidationFailed"
    | "TemplateSyntaxInvalid"
    | "ResourceInvalid"
    | "RevisionNotFound";
  readonly message: string;
  /** Path of the field that it is about, `spec.deployments[0].nameTemplate`. */
  readonly field?: string;
}

export interface CheckInput {
  readonly namespace: string;
  readonly spec: FormSpec;
  /** Whether the hub that the form names exists in its namespace. */
  readonly hubExists: boolean;
}

type Rule = (input: CheckInput, resources: readonly PlacedResource[]) => FormProblem[];

/** Every rule of a form, in the order that their messages stand in. */
const RULES: readonly Rule[] = [
  hubExists,
  idsAreUnique,
  dependenciesAreOrdered,
  objectsAreNamed,
  templatesParse,
  ignoredFieldsAreNamed,
];

/** All that is wrong with a form; empty for a valid one. */
export function checkForm(input: CheckInput): FormProblem[] {
  const resources = collectResources(input.spec);
  return RULES.flatMap((rule) => rule(input, resources));
}

function hubExists({ spec, namespace, hubExists }: CheckInput): FormProblem[] {
  if (hubExists) return [];
  const message = `Hub validation failed: hub '${spec.hubId}' not found in namespace '${namespace}': ` +
    "create it, or make a new form with another spec.hubId";
  return [{ reason: "HubNotFound", message, field: "spec.hubId" }];
}

function idsAreUnique(_input: CheckInput, resources: readonly PlacedResource[]): FormProblem[] {
  const places = new Map<string, string[]>();
  for (const { resource, place } of resources) {
    places.set(resource.id, [...places.get(resource.id) ?? [], place]);
  }
  const twice = [...places].filter(([, at]) => at.length > 1);
  if (twice.length === 0) return [];
  const list = twice.map(([id, at]) => `${id} (${at.join(", ")})`).join(", ");
  return [{ reason: "DuplicateResourceIDs", message: `Duplicate resource IDs: ${list}` }];
}

function dependenciesAreOrdered(_input: CheckInput, resources: readonly PlacedResource[]): FormProblem[] {
  const graph = toWaves(resources.map(({ resource }) => resource));
  // Duplicates are told by their own rule, with their places.
  if (graph.kind === "waves" || graph.kind === "duplicate") return [];
  return [{
    reason: "DependencyValidationFailed",
    message: `Dependency validation failed: ${describeGraphError(graph)}`,
  }];
}

function objectsAreNamed(_input: CheckInput, resources: readonly PlacedResource[]): FormProblem[] {
  return resources.flatMap(({ resource, place }) => {
    const { spec } = resource;
    const metadata = spec["metadata"] as { name?: unknown } | undefined;
    const missing = [
      ...(typeof spec["apiVersion"] === "string" && spec["apiVersion"] !== "" ? [] : ["spec.apiVersion"]),
      ...(typeof spec["kind"] === "string" && spec["kind"] !== "" ? [] : ["spec.kind"]),
      ...(resource.nameTemplate || metadata?.name ? [] : ["nameTemplate (or spec.metadata.name)"]),
    ];
    if (missing.length === 0) return [];
    const message = `Resource ${resource.id} (${place}) lacks ${missing.join(" and ")}`;
    return [{ reason: "ResourceInvalid" as const, message, field: `spec.${place}` }];
  });
}

function templatesParse(_input: CheckInput, resources: readonly PlacedResource[]): FormProblem[] {
  return resources.flatMap(({ resource, place }) =>
    templatedFields(resource).flatMap(({ field, text }) => {
      const message = syntaxError(text);
      if (message === undefined) return [];
      const where = `Resource ${resource.id} (${place}), ${field}`;
      return [{
        reason: "TemplateSyntaxInvalid" as const,
        field: `spec.${place}.${field}`,
        message: `${where}: failed to parse template: ${message}`,
      }];
    })
  );
}

function ignoredFieldsAreNamed(_input: CheckInput, resources: readonly PlacedResource[]): FormProblem[] {
  return resources.flatMap(({ resource, place }) =>
    (resource.ignoreFields ?? []).flatMap((path, index) => {
      const parsed = parseFieldPath(path);
      if (parsed.kind === "path") return [];
      const message = `Resource ${resource.id} (${place}), ignoreFields[${index}]: invalid JSONPath ` +
        `${JSON.stringify(path)} at ${parsed.at}; name fields like $.spec.replicas or $.spec.list[*].image`;
      return [{ reason: "ResourceInvalid" as const, message }];
    })
  );
}

function syntaxError(text: string): string | undefined {
  try {
    parseTemplate(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  }
}
