import type { OpenApiDocuments } from "./field_management.ts";
import type { PackedPath, PackedSchemas } from "./openapi/packed.ts";

const QUERY_PARAMETERS = [
  "dryRun",
  "fieldManager",
  "fieldValidation",
  "force",
].map((name) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } }));

const READ_PARAMETERS = ["pretty", "labelSelector", "fieldSelector", "limit", "continue", "watch"]
  .map((name) => ({ name, in: "query", schema: { type: "string", uniqueItems: true } }));

/** The documents of the built-in groups. They are built when asked for; callers keep what they serve often. */
export function openApiDocuments(packed: PackedSchemas): OpenApiDocuments {
  return {
    v3Paths: Object.keys(packed.groups),
    v3: (path) => documentV3(packed, path),
    v2: () => documentV2(packed),
  };
}

function documentV3(packed: PackedSchemas, path: string): Record<string, unknown> | undefined {
  const group = packed.groups[path];
  if (group === undefined) return undefined;
  const schemas = group.schemas.map((name) => [name, packed.definitions[name]]);
  const paths = Object.entries(group.paths).map(([route, packedPath]) => [route, operations(packedPath)]);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: packed.version },
    paths: Object.fromEntries(paths),
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function operations({ kind, methods, actions }: PackedPath): Record<string, unknown> {
  return Object.fromEntries(methods.map((method, index) => [method, {
    parameters: method === "get" ? READ_PARAMETERS : QUERY_PARAMETERS,
    responses: { "200": { description: "OK" } },
    "x-kubernetes-action": actions[index],
    "x-kubernetes-group-version-kind": kind,
  }]));
}

/** Swagger 2: the same schemas as definitions, with references in its own spelling. */
function documentV2(packed: PackedSchemas): Record<string, unknown> {
  const paths = Object.values(packed.groups).flatMap(({ paths }) => Object.entries(paths));
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: packed.version },
    paths: Object.fromEntries(paths.map(([route, packedPath]) => [route, operations(packedPath)])),
    definitions: asV2(packed.definitions),
  };
}

function asV2(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asV2);
  if (typeof value !== "object" || value === null) return value;
  const { allOf, oneOf: _oneOf, ...rest } = value as Record<string, unknown>;
  const [only] = Array.isArray(allOf) && allOf.length === 1 ? allOf : [];
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries({ ...rest, ...only })) {
    out[key] = key === "$ref" && typeof inner === "string"
      ? inner.replace("#/components/schemas/", "#/definitions/")
      : asV2(inner);
  }
  return out;
}
