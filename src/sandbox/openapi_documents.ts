import { apiVersionOf, resourcePath } from "../kube/resource_type.ts";
import type { Cluster } from "./cluster.ts";
import { type JsonObject, objectAt } from "./json.ts";
import type { ServedResource } from "./served_resource.ts";

/** `/openapi/v3`: where the document of every group version is. */
export function openApiIndex(cluster: Cluster): JsonObject {
  const paths = new Set(cluster.fields.openapi().v3Paths);
  for (const served of cluster.registry.all()) if (served.custom !== undefined) paths.add(pathOf(served));
  const revision = cluster.storage.revision;
  return {
    paths: Object.fromEntries(
      [...paths].sort().map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${revision}` }]),
    ),
  };
}

function pathOf(served: ServedResource): string {
  return `apis/${served.group}/${served.version}`;
}

/** The document of one group version: built-in, or made from the schemas of its CRDs. */
export function openApiDocument(cluster: Cluster, path: string): JsonObject | undefined {
  const builtin = cluster.fields.openapi().v3(path);
  if (builtin !== undefined) return builtin;
  const served = cluster.registry.all().filter((resource) =>
    resource.custom !== undefined && pathOf(resource) === path
  );
  return served.length === 0 ? undefined : customDocument(cluster, served);
}

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

function customDocument(cluster: Cluster, served: readonly ServedResource[]): JsonObject {
  const core = cluster.fields.openapi().v3("api/v1");
  const shared = objectAt(core, "components", "schemas");
  const meta = Object.fromEntries(
    Object.entries(shared).filter(([name]) => name.startsWith("io.k8s.apimachinery.pkg.apis.meta.v1.")),
  );
  const schemas = Object.fromEntries(
    served.map((resource) => [schemaName(resource), customSchema(resource)]),
  );
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes CRD Swagger", version: "v0.1.0" },
    paths: Object.fromEntries(served.flatMap(customPaths)),
    components: { schemas: { ...meta, ...schemas } },
  };
}

function schemaName(resource: ServedResource): string {
  return `${resource.group.split(".").reverse().join(".")}.${resource.version}.${resource.kind}`;
}

function kindOf(resource: ServedResource): JsonObject {
  return { group: resource.group, version: resource.version, kind: resource.kind };
}

function customSchema(resource: ServedResource): JsonObject {
  const schema = resource.custom?.schema ?? {};
  return {
    ...schema,
    properties: {
      apiVersion: {
        type: "string",
        description: "APIVersion defines the versioned schema of this representation of an object.",
      },
      kind: {
        type: "string",
        description: "Kind is a string value representing the REST resource this object represents.",
      },
      ...objectAt(schema, "properties"),
      metadata: {
        description: "Standard object's metadata.",
        allOf: [{ $ref: `#/components/schemas/${objectMeta}` }],
      },
    },
    "x-kubernetes-group-version-kind": [kindOf(resource)],
  };
}

const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));

function customPaths(resource: ServedResource): (readonly [string, JsonObject])[] {
  const at = { namespace: "{namespace}" };
  const collection = decodeURIComponent(resourcePath(resource, at));
  const object = decodeURIComponent(resourcePath(resource, { ...at, name: "{name}" }));
  const reference = { $ref: `#/components/schemas/${schemaName(resource)}` };
  const operation = (action: string, parameters: readonly unknown[]): JsonObject => ({
    description: `${action} of ${apiVersionOf(resource)} ${resource.kind}`,
    responses: { "200": { description: "OK", content: { "application/json": { schema: reference } } } },
    parameters,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kindOf(resource),
  });
  return [
    [collection, { get: operation("list", []), post: operation("post", writeParameters) }],
    [object, {
      get: operation("get", []),
      put: operation("put", writeParameters),
      patch: operation("patch", writeParameters),
      delete: operation("delete", []),
    }],
  ];
}
