import { type Answer, json } from "./answers.ts";
import type { Cluster } from "./cluster.ts";
import { mediaTypes } from "./negotiation.ts";
import type { ServedResource } from "./served_resource.ts";
import { byVersionPriority } from "./registry.ts";

interface ReviewKind {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const reviewKinds: readonly ReviewKind[] = [
  {
    group: "authentication.k8s.io",
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    namespaced: false,
  },
  { group: "authentication.k8s.io", plural: "tokenreviews", kind: "TokenReview", namespaced: false },
  {
    group: "authorization.k8s.io",
    plural: "localsubjectaccessreviews",
    kind: "LocalSubjectAccessReview",
    namespaced: true,
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
    namespaced: false,
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectrulesreviews",
    kind: "SelfSubjectRulesReview",
    namespaced: false,
  },
  {
    group: "authorization.k8s.io",
    plural: "subjectaccessreviews",
    kind: "SubjectAccessReview",
    namespaced: false,
  },
];

const subresourceVerbs = ["get", "patch", "update"];

/** The answer to a discovery path, or undefined where the path is another. */
export function discovery(cluster: Cluster, path: string, accept: string | null): Answer | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "api") {
    if (parts.length === 1) {
      return wantsAggregated(accept) ? aggregated(cluster, "core") : json(coreVersions());
    }
    return parts.length === 2 && parts[1] === "v1" ? json(resourceList(cluster, "", "v1")) : undefined;
  }
  if (parts[0] !== "apis") return undefined;
  if (parts.length === 1) {
    return wantsAggregated(accept) ? aggregated(cluster, "groups") : json(groupList(cluster));
  }
  const group = cluster.registry.groups().find((served) => served.name === parts[1]);
  if (group === undefined) return undefined;
  if (parts.length === 2) return json({ kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) });
  const version = parts[2] ?? "";
  return parts.length === 3 && group.versions.includes(version)
    ? json(resourceList(cluster, group.name, version))
    : undefined;
}

function coreVersions(): unknown {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
  };
}

function groupEntry(group: { name: string; versions: readonly string[] }) {
  const versions = group.versions.map((version) => ({ groupVersion: `${group.name}/${version}`, version }));
  return { name: group.name, versions, preferredVersion: versions[0] };
}

function groupList(cluster: Cluster): unknown {
  return { kind: "APIGroupList", apiVersion: "v1", groups: cluster.registry.groups().map(groupEntry) };
}

function servedIn(cluster: Cluster, group: string, version: string): readonly ServedResource[] {
  return cluster.registry.all().filter((served) => served.group === group && served.version === version);
}

function resourceList(cluster: Cluster, group: string, version: string): unknown {
  const stored = servedIn(cluster, group, version).flatMap((served) => [
    {
      name: served.plural,
      singularName: served.singular,
      namespaced: served.namespaced,
      kind: served.kind,
      verbs: served.verbs,
      ...(served.shortNames.length === 0 ? {} : { shortNames: served.shortNames }),
      ...(served.categories.length === 0 ? {} : { categories: served.categories }),
      storageVersionHash: btoa(served.store).slice(0, 12),
    },
    ...served.subresources.map((name) => ({
      name: `${served.plural}/${name}`,
      singularName: "",
      namespaced: served.namespaced,
      ...subresourceKind(served, name),
    })),
  ]);
  const reviews = reviewKinds.filter((review) => review.group === group).map((review) => ({
    name: review.plural,
    singularName: review.kind.toLowerCase(),
    namespaced: review.namespaced,
    kind: review.kind,
    verbs: ["create"],
  }));
  const groupVersion = group === "" ? version : `${group}/${version}`;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: [...stored, ...reviews] };
}

function subresourceKind(served: ServedResource, name: string) {
  if (name === "scale") {
    return { group: "autoscaling", version: "v1", kind: "Scale", verbs: subresourceVerbs };
  }
  if (name === "eviction") return { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] };
  if (name === "finalize") return { kind: served.kind, verbs: ["update"] };
  return { kind: served.kind, verbs: subresourceVerbs };
}

/** The content type of `apidiscovery.k8s.io/v2`, when the client asks for it. */
const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function wantsAggregated(accept: string | null): boolean {
  return mediaTypes(accept ?? "").some(({ type, parameters }) =>
    type === "application/json" && parameters.as === "APIGroupDiscoveryList" && parameters.v === "v2"
  );
}

function aggregated(cluster: Cluster, which: "core" | "groups"): Answer {
  const groups = which === "core" ? [{ name: "", versions: ["v1"] }] : cluster.registry.groups();
  const items = groups.map((group) => ({
    metadata: group.name === "" ? {} : { name: group.name },
    versions: [...group.versions].sort(byVersionPriority).map((version) => ({
      version,
      resources: discoveredResources(cluster, group.name, version),
      freshness: "Current",
    })),
  }));
  const body = { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
  return { kind: "json", code: 200, body, contentType: aggregatedType };
}

function discoveredResources(cluster: Cluster, group: string, version: string): readonly unknown[] {
  const stored = servedIn(cluster, group, version).map((served) => ({
    resource: served.plural,
    responseKind: { group, version, kind: served.kind },
    scope: served.namespaced ? "Namespaced" : "Cluster",
    singularResource: served.singular,
    verbs: served.verbs,
    ...(served.shortNames.length === 0 ? {} : { shortNames: served.shortNames }),
    ...(served.categories.length === 0 ? {} : { categories: served.categories }),
    ...(served.subresources.length === 0 ? {} : {
      subresources: served.subresources.map((name) => {
        const { verbs, ...kind } = subresourceKind(served, name);
        return { subresource: name, responseKind: { group, version, ...kind }, verbs };
      }),
    }),
  }));
  const reviews = reviewKinds.filter((review) => review.group === group).map((review) => ({
    resource: review.plural,
    responseKind: { group, version, kind: review.kind },
    scope: review.namespaced ? "Namespaced" : "Cluster",
    singularResource: review.kind.toLowerCase(),
    verbs: ["create"],
  }));
  return [...stored, ...reviews];
}
