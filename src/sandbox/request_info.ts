import type { Cluster, ObjectTarget } from "./cluster.ts";
import type { ServedResource } from "./served_resource.ts";
import { noSuchPath } from "./status_error.ts";

/** What a request's path means. */
export type RequestInfo =
  | { readonly kind: "collection"; readonly resource: ServedResource; readonly namespace: string | undefined }
  | { readonly kind: "object"; readonly target: ObjectTarget }
  /** A request that is answered and not stored: access reviews. */
  | { readonly kind: "review"; readonly group: string; readonly plural: string }
  | { readonly kind: "path"; readonly path: string };

const reviews: Readonly<Record<string, readonly string[]>> = {
  "authorization.k8s.io": [
    "selfsubjectaccessreviews",
    "selfsubjectrulesreviews",
    "subjectaccessreviews",
    "localsubjectaccessreviews",
  ],
  "authentication.k8s.io": ["selfsubjectreviews", "tokenreviews"],
};

/** Splits a path into resource, namespace, name and subresource; 404 for a resource that is not served. */
export function requestInfo(cluster: Cluster, path: string): RequestInfo {
  const parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const core = parts[0] === "api";
  if ((!core && parts[0] !== "apis") || parts.length < (core ? 3 : 4)) return { kind: "path", path };
  const [group, version] = core ? ["", parts[1] ?? ""] : [parts[1] ?? "", parts[2] ?? ""];
  const rest = parts.slice(core ? 2 : 3);
  const scoped = rest[0] === "namespaces" && rest.length > 2 && !namespaceSubresource(core, rest);
  const namespace = scoped ? rest[1] : undefined;
  const [plural = "", name, subresource = "", ...more] = scoped ? rest.slice(2) : rest;
  if (reviews[group]?.includes(plural) === true && name === undefined) {
    return { kind: "review", group, plural };
  }
  const resource = cluster.registry.find(group, version, plural);
  if (resource === undefined || more.length > 0) throw noSuchPath();
  if (scoped && !resource.namespaced) throw noSuchPath();
  if (name === undefined) return { kind: "collection", resource, namespace };
  if (resource.namespaced && namespace === undefined) throw noSuchPath();
  if (subresource !== "" && !resource.subresources.includes(subresource)) throw noSuchPath();
  return { kind: "object", target: { resource, namespace, name, subresource } };
}

function namespaceSubresource(core: boolean, rest: readonly string[]): boolean {
  return core && rest.length === 3 && (rest[2] === "status" || rest[2] === "finalize");
}
