import { parseApiVersion } from "../kube/resource_type.ts";
import type { OpenApiSchema, PackedSchemas } from "../sandbox/openapi/packed.ts";

/** What the API takes in a field, as far as a template has to know it. */
export type SchemaType = "integer" | "number" | "boolean" | "string" | "integer or string" | "structure";

export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A step from a value to one inside it: a map's key or a list's index. */
export type Step = string | number;

/** The field types of the kinds that Kubernetes itself serves, and of given CustomResourceDefinitions. */
export class FieldSchemas {
  readonly #definitions: PackedSchemas["definitions"];
  readonly #roots = new Map<string, OpenApiSchema>();

  constructor(packed: PackedSchemas, customResourceDefinitions: readonly unknown[] = []) {
    this.#definitions = packed.definitions;
    for (const schema of Object.values(packed.definitions)) {
      const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
      for (const { group, version, kind } of kinds.length === 1 ? kinds : []) {
        this.#roots.set(`${group}/${version}/${kind}`, schema);
      }
    }
    for (const definition of customResourceDefinitions) this.#addCustom(definition);
  }

  /** The type of a field, or undefined where no schema tells it. */
  typeOf(object: ObjectType, path: readonly Step[]): SchemaType | undefined {
    const { group, version } = parseApiVersion(object.apiVersion);
    let schema = this.#resolve(this.#roots.get(`${group}/${version}/${object.kind}`));
    for (const step of path) schema = this.#resolve(schema === undefined ? undefined : inside(schema, step));
    return schema === undefined ? undefined : schemaType(schema);
  }

  #resolve(schema: OpenApiSchema | undefined): OpenApiSchema | undefined {
    const ref = schema?.$ref ?? (schema?.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
    return ref === undefined ? schema : this.#definitions[ref.slice(ref.lastIndexOf("/") + 1)];
  }

  #addCustom(definition: unknown): void {
    const { spec } = definition as { spec?: CustomSpec };
    for (const version of spec?.versions ?? []) {
      const schema = version.schema?.openAPIV3Schema;
      if (schema !== undefined) {
        this.#roots.set(`${spec?.group}/${version.name}/${spec?.names?.kind}`, schema);
      }
    }
  }
}

interface CustomSpec {
  readonly group?: string;
  readonly names?: { readonly kind?: string };
  readonly versions?: readonly {
    readonly name?: string;
    readonly schema?: { readonly openAPIV3Schema?: OpenApiSchema };
  }[];
}

function inside(schema: OpenApiSchema, step: Step): OpenApiSchema | undefined {
  if (typeof step === "number") return schema.items;
  const named = schema.properties;
  if (named !== undefined && Object.hasOwn(named, step)) return named[step];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

function schemaType(schema: OpenApiSchema): SchemaType | undefined {
  if (schema.format === "int-or-string" || schema["x-kubernetes-int-or-string"] === true) {
    return "integer or string";
  }
  switch (schema.type) {
    case "integer":
    case "number":
    case "boolean":
    case "string":
      return schema.type;
    case "array":
    case "object":
      return "structure";
    default:
      // A quantity takes both; text says what its author wrote.
      return schema.oneOf?.some(({ type }) => type === "string") ? "string" : undefined;
  }
}
