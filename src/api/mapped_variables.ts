import type { HubSpec } from "./hub.ts";

/** Variables that every node has, whatever its hub maps. */
const ALWAYS = ["uid", "activate", "hostOrUrl", "host", "hubId", "templateRef"];

/** The template variables of a hub's rows: those that every node has, and those that the hub maps. */
export function mappedVariables(spec: HubSpec): string[] {
  return [...new Set([...ALWAYS, ...Object.keys(spec.extraValueMappings ?? {}).sort()])];
}
