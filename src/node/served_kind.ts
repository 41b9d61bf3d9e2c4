import type { ObjectKey } from "../api/resource_key.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import { parseApiVersion, type ResourceType } from "../kube/resource_type.ts";
import type { NodeWorld } from "./world.ts";

/** How the API server serves the kind of an object that was made earlier. */
export type ServedKind =
  | { readonly kind: "served"; readonly type: ResourceType }
  /** Neither served nor defined any more: its objects are gone with it. */
  | { readonly kind: "gone" }
  | { readonly kind: "unknown"; readonly message: string };

/** What it takes to ask for a kind. */
export interface Kinds {
  readonly client: Pick<NodeWorld["client"], "list">;
  readonly discovery: Pick<NodeWorld["discovery"], "resolve" | "list">;
}

const CRD: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

/**
 * Finds the kind of a recorded object, in another version where its own is served no more. Absence from discovery is
 * believed only where no CustomResourceDefinition has the kind either. Never throws for an answer of the API server.
 */
export async function servedKind(world: Kinds, key: ObjectKey, signal: AbortSignal): Promise<ServedKind> {
  try {
    const found = await world.discovery.resolve(key.apiVersion, key.kind, signal);
    if (found.kind === "found") return { kind: "served", type: found.type };
    const { group } = parseApiVersion(key.apiVersion);
    const others = await world.discovery.list(signal);
    const other = others.find(({ type }) => type.group === group && type.kind === key.kind);
    if (other !== undefined) return { kind: "served", type: other.type };
    if (!await isDefined(world, { group, kind: key.kind }, signal)) return { kind: "gone" };
    return { kind: "unknown", message: `${key.kind} of ${group} is defined and not served at present` };
  } catch (error) {
    if (!(error instanceof KubeError) && !(error instanceof KubeUnreachable)) throw error;
    return { kind: "unknown", message: error.message };
  }
}

async function isDefined(
  world: Kinds,
  of: { group: string; kind: string },
  signal: AbortSignal,
): Promise<boolean> {
  for await (const { items } of world.client.list({ type: CRD }, signal)) {
    for (const item of items) {
      const spec = item["spec"] as { group?: string; names?: { kind?: string } } | undefined;
      if (spec?.group === of.group && spec.names?.kind === of.kind) return true;
    }
  }
  return false;
}
