import type { KubeClient } from "./client.ts";
import { KubeError } from "./error.ts";
import { parseApiVersion } from "./resource_type.ts";

/**
 * What a field of one kind holds, by the chain of keys from the object's root, list indexes left out: "text", or
 * "other" for numbers, booleans, structures and int-or-string; undefined where the schema says nothing.
 */
export type FieldTypes = (keys: readonly string[]) => "text" | "other" | undefined;

/** The API server's OpenAPI v3 documents, read when they are asked for and not kept. */
export interface OpenApi {
  /** The types of a kind's fields; undefined where the server publishes no schema. Throws where no answer came. */
  fieldTypes(apiVersion: string, kind: string, signal?: AbortSignal): Promise<FieldTypes | undefined>;
}

export function createOpenApi(options: { client: Pick<KubeClient, "raw"> }): OpenApi {
  const { client } = options;
  return {
    fieldTypes: async (apiVersion, kind, signal) => {
      const { group, version } = parseApiVersion(apiVersion);
      const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
      try {
        const document = await client.raw(`/openapi/v3/${path}`, signal === undefined ? {} : { signal });
        return typesOf(document as Document, { group, version, kind });
      } catch (error) {
        // Not served, or this account may not read it: the rules without schema apply.
        if (error instanceof KubeError && (error.status === 404 || error.status === 403)) return undefined;
        throw error;
      }
    },
  };
}

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

interface Document {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

function typesOf(
  document: Document,
  of: { group: string; version: string; kind: string },
): FieldTypes | undefined {
  const schemas = document.components?.schemas ?? {};
  const root = Object.values(schemas).find((schema) =>
    schema["x-kubernetes-group-version-kind"]?.some((gvk) =>
      gvk.group === of.group && gvk.version === of.version && gvk.kind === of.kind
    )
  );
  if (root === undefined) return undefined;
  return (keys) => {
    let at: Schema | undefined = resolve(root, schemas);
    for (const key of keys) at = at === undefined ? undefined : child(element(at, schemas), key, schemas);
    return at === undefined ? undefined : kindOf(element(at, schemas));
  };
}

const REF = "#/components/schemas/";

/** Follows references; Kubernetes wraps one in `allOf` to give it a default. */
function resolve(schema: Schema | undefined, schemas: Readonly<Record<string, Schema>>): Schema | undefined {
  let at = schema;
  while (at !== undefined) {
    const inner: Schema | undefined = at.$ref === undefined ? at.allOf?.[0] : { $ref: at.$ref };
    if (inner === undefined) return at;
    at = inner.$ref?.startsWith(REF) ? schemas[inner.$ref.slice(REF.length)] : undefined;
  }
  return undefined;
}

/** Lists are transparent: the schema of what is in them. */
function element(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  let at = schema;
  while (at.items !== undefined) {
    const next = resolve(at.items, schemas);
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

function child(schema: Schema, key: string, schemas: Readonly<Record<string, Schema>>): Schema | undefined {
  const named = schema.properties !== undefined && Object.hasOwn(schema.properties, key)
    ? schema.properties[key]
    : undefined;
  if (named !== undefined) return resolve(named, schemas);
  const { additionalProperties } = schema;
  return typeof additionalProperties === "object" ? resolve(additionalProperties, schemas) : undefined;
}

function kindOf(schema: Schema): "text" | "other" | undefined {
  if (
    schema["x-kubernetes-int-or-string"] === true || schema.oneOf !== undefined || schema.anyOf !== undefined
  ) {
    return "other";
  }
  if (schema.type === undefined) return undefined;
  return schema.type === "string" ? "text" : "other";
}
