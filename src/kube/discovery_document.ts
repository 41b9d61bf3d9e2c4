import type { ServedResource } from "./discovery.ts";
import { asRecord } from "./status.ts";

/** What one answer of discovery holds of a group version. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  /** The server could not reach the API server behind this group version; `resources` may be old or empty. */
  readonly stale: boolean;
  readonly resources: readonly ServedResource[];
}

/** Asks for aggregated discovery, and takes plain discovery from a server that has no other. */
export const AGGREGATED_ACCEPT = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/** The group versions of an `APIGroupDiscoveryList`; `undefined` where the document is another. */
export function readAggregated(document: unknown): GroupVersion[] | undefined {
  const list = asRecord(document);
  if (list?.kind !== "APIGroupDiscoveryList") return undefined;
  return records(list.items).flatMap((item) => {
    const group = text(asRecord(item.metadata)?.name);
    return records(item.versions).map((version) => ({
      group,
      version: text(version.version),
      stale: version.freshness === "Stale",
      resources: records(version.resources).flatMap((resource) =>
        readAggregatedResource(group, text(version.version), resource)
      ),
    }));
  });
}

/** The group versions that `/apis` (`APIGroupList`) and `/api` (`APIVersions`) name, in the server's order. */
export function readGroupVersions(document: unknown): { group: string; version: string }[] {
  const list = asRecord(document);
  if (Array.isArray(list?.versions)) {
    return list.versions.filter((version) => typeof version === "string").map((version) => ({
      group: "",
      version,
    }));
  }
  return records(list?.groups).flatMap((group) =>
    records(group.versions).map((version) => ({ group: text(group.name), version: text(version.version) }))
  );
}

/** The resources of an `APIResourceList`. Subresources ("deployments/status") are folded into their resource. */
export function readResourceList(
  document: unknown,
  at: { group: string; version: string },
): ServedResource[] {
  const all = records(asRecord(document)?.resources);
  return all.filter((resource) => !text(resource.name).includes("/")).map((resource) => {
    const plural = text(resource.name);
    return {
      type: {
        group: at.group,
        version: at.version,
        kind: text(resource.kind),
        plural,
        namespaced: resource.namespaced === true,
      },
      verbs: texts(resource.verbs),
      shortNames: texts(resource.shortNames),
      categories: texts(resource.categories),
      subresources: all.map((other) => text(other.name)).filter((name) => name.startsWith(`${plural}/`))
        .map((name) => name.slice(plural.length + 1)),
    };
  });
}

function readAggregatedResource(
  group: string,
  version: string,
  resource: Record<string, unknown>,
): ServedResource[] {
  const kind = text(asRecord(resource.responseKind)?.kind);
  if (kind === "") return [];
  return [{
    type: {
      group,
      version,
      kind,
      plural: text(resource.resource),
      namespaced: resource.scope === "Namespaced",
    },
    verbs: texts(resource.verbs),
    shortNames: texts(resource.shortNames),
    categories: texts(resource.categories),
    subresources: records(resource.subresources).map((sub) => text(sub.subresource)),
  }];
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord).filter((item) => item !== undefined) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
