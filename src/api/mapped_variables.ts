import type { HubSpec } from "./hub.ts";

/** Variables that every node has, whatever its hub maps. */
const ALWAYS = ["uid", "activate", "hostOrUrl", "host", "hubId", "templateRef"];

/** Variables that no column can be sensitive for: nodes are named by them, or all may know them. */
export const NEVER_SENSITIVE: readonly string[] = ALWAYS;

/** The variables whose values travel in a Secret: those that the hub marks, maps, and may mark. */
export function sensitiveNames({ sensitive = [], extraValueMappings = {} }: HubSpec): string[] {
  return [...new Set(sensitive)].filter((name) =>
    Object.hasOwn(extraValueMappings, name) && !NEVER_SENSITIVE.includes(name)
  ).sort();
}

/** The template variables of a hub's rows: those that every node has, and those that the hub maps. */
export function mappedVariables(spec: HubSpec): string[] {
  return [...new Set([...ALWAYS, ...Object.keys(spec.extraValueMappings ?? {}).sort()])];
}
