import type { HubSpec } from "../api/hub.ts";
import { columnsOf } from "../hub/rows.ts";
import { parseTemplate, TemplateError } from "../template/mod.ts";

/** Variables that every node has, whatever its hub maps. */
const ALWAYS = ["uid", "activate", "hostOrUrl", "host", "hubId", "templateRef"];

/** The template variables of a hub's rows: those that every node has, and those that the hub maps. */
export function mappedVariables(spec: HubSpec): string[] {
  const { pause: _, ...valueMappings } = spec.valueMappings;
  const extras = columnsOf({ ...spec, valueMappings }).map(({ variable }) => variable.trim());
  return [...new Set([...ALWAYS, ...extras])];
}

/** The variables that a template reads and that are not among the given ones. Empty for one that does not parse. */
export function unmapped(template: string, variables: readonly string[]): string[] {
  try {
    return parseTemplate(template).variables.filter((name) => !variables.includes(name));
  } catch (error) {
    if (error instanceof TemplateError) return [];
    throw error;
  }
}
