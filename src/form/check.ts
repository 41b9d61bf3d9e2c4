import { collectResources, type PlacedResource } from "../api/resource.ts";
import { templatedFields } from "../api/templated_fields.ts";
import { parseTemplate, TemplateError } from "../template/mod.ts";
import {
  dependenciesAreOrdered,
  dependenciesExist,
  idsAreUnique,
  resourcesAreFewEnough,
} from "./check_graph.ts";
import {
  labelsAreAccepted,
  namesAreAccepted,
  objectsAreDistinct,
  objectsAreKinds,
  objectsAreNamed,
} from "./check_objects.ts";
import { ignoredFieldsAreNamed, inclusionIsTrueOrFalse, readinessIsExpressed } from "./check_rules.ts";
import { namesAreStable, templatesParse, variablesAreMapped } from "./check_templates.ts";
import type { CheckedResource, CheckInput, FormProblem, ParsedField, Rule } from "./problem.ts";
import { sensitiveStaysBelow } from "./sensitive_fields.ts";

export type { CheckInput, FormProblem } from "./problem.ts";

/** Every rule of a form, in the order that their messages stand in. */
const RULES: readonly Rule[] = [
  hubExists,
  resourcesAreFewEnough,
  idsAreUnique,
  dependenciesExist,
  dependenciesAreOrdered,
  objectsAreNamed,
  objectsAreKinds,
  namesAreAccepted,
  labelsAreAccepted,
  templatesParse,
  namesAreStable,
  variablesAreMapped,
  sensitiveStaysBelow,
  objectsAreDistinct,
  inclusionIsTrueOrFalse,
  readinessIsExpressed,
  ignoredFieldsAreNamed,
];

/** All that is wrong with a form; empty for a valid one. */
export function checkForm(input: CheckInput): FormProblem[] {
  const resources = collectResources(input.spec).map(parsed);
  return RULES.flatMap((rule) => rule(input, resources));
}

/** A resource with its templates parsed. */
export function parsed(placed: PlacedResource): CheckedResource {
  return {
    ...placed,
    fields: templatedFields(placed.resource).map((field) => ({ ...field, parsed: parse(field.text) })),
  };
}

function parse(text: string): ParsedField["parsed"] {
  try {
    return { kind: "template", template: parseTemplate(text) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { kind: "error", error };
  }
}

function hubExists({ spec, namespace, hub }: CheckInput): FormProblem[] {
  if (hub !== "absent") return [];
  const message = `Hub validation failed: hub '${spec.hubId}' not found in namespace '${namespace}': ` +
    "create it, or make a new form with another spec.hubId";
  return [{ reason: "HubNotFound", message, field: "spec.hubId" }];
}
