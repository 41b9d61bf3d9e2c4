import type { ListSchema, PatchRule, ScalarType, StructSchema, TypeSchema } from "./field_management.ts";
import type { OpenApiSchema, Shape } from "./openapi/packed.ts";

const UNTYPED: TypeSchema = { kind: "untyped", atomic: false };
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension";

type Building<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Turns OpenAPI v3 schemas into types for merging and decoding, by the rules of kube-openapi's `schemaconv`.
 *
 * A named definition is compiled once; definitions may refer to themselves.
 */
export class SchemaCompiler {
  readonly #definitions: Readonly<Record<string, OpenApiSchema>>;
  readonly #shapes: Readonly<Record<string, Shape>>;
  readonly #named = new Map<string, TypeSchema>();

  constructor(
    definitions: Readonly<Record<string, OpenApiSchema>>,
    shapes: Readonly<Record<string, Shape>>,
  ) {
    this.#definitions = definitions;
    this.#shapes = shapes;
  }

  /** The type of a definition by its full name; undefined where there is none. */
  named(name: string): TypeSchema | undefined {
    const done = this.#named.get(name);
    if (done !== undefined) return done;
    const schema = this.#definitions[name];
    if (schema === undefined) return undefined;
    if (name === QUANTITY) return { kind: "scalar", scalar: "quantity" };
    if (name === RAW_EXTENSION) return { kind: "untyped", atomic: true };
    if (schema.type !== "object") return this.#type(schema, false);
    const struct = emptyStruct(name.split(".").slice(-3).join("."));
    this.#named.set(name, struct);
    this.#fillStruct(struct, schema, { preserve: false, shape: this.#shapes[name] ?? {} });
    return struct;
  }

  /** The type of a custom resource's own schema, with the metadata of every object. */
  custom(schema: OpenApiSchema | undefined, preserve: boolean): TypeSchema {
    if (schema === undefined || (schema.type === undefined && schema.properties === undefined)) {
      return UNTYPED;
    }
    const metadata = this.named("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    const type = this.#type({ ...schema, type: "object" }, preserve);
    if (type.kind !== "map" || metadata === undefined) return type;
    const text: TypeSchema = { kind: "scalar", scalar: "string" };
    const fields = new Map([...type.fields, ["apiVersion", text], ["kind", text], ["metadata", metadata]]);
    return { ...type, fields: fields as ReadonlyMap<string, TypeSchema> };
  }

  #type(schema: OpenApiSchema, inherited: boolean): TypeSchema {
    const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
    if (ref !== undefined) return this.#reference(ref, schema);
    const preserve = inherited || schema["x-kubernetes-preserve-unknown-fields"] === true;
    switch (schema.type) {
      case "object": {
        const struct = emptyStruct("");
        this.#fillStruct(struct, schema, { preserve, shape: {} });
        return struct;
      }
      case "array":
        return this.#list(schema, preserve);
      case "string":
      case "integer":
      case "number":
      case "boolean":
        return {
          kind: "scalar",
          scalar: scalarOf(schema),
          ...(schema.format ? { format: schema.format } : {}),
          ...(schema.enum ? { enum: schema.enum } : {}),
        };
      default:
        return schema.format === "int-or-string" ? { kind: "scalar", scalar: "int-or-string" } : UNTYPED;
    }
  }

  #reference(ref: string, schema: OpenApiSchema): TypeSchema {
    const type = this.named(ref.slice(ref.lastIndexOf("/") + 1)) ?? UNTYPED;
    const mapType = schema["x-kubernetes-map-type"];
    return type.kind === "map" && mapType !== undefined ? { ...type, atomic: mapType === "atomic" } : type;
  }

  #list(schema: OpenApiSchema, preserve: boolean): ListSchema {
    const items = schema.items === undefined
      ? { kind: "untyped", atomic: true } as const
      : this.#type(schema.items, preserve);
    return { kind: "list", items, ...listMerge(schema) };
  }

  #fillStruct(
    struct: Building<StructSchema>,
    schema: OpenApiSchema,
    { preserve, shape }: { preserve: boolean; shape: Shape },
  ): void {
    const properties = Object.entries(schema.properties ?? {});
    const keep = preserve || schema["x-kubernetes-preserve-unknown-fields"] === true ||
      (schema["x-kubernetes-embedded-resource"] === true && properties.length === 0);
    struct.atomic = schema["x-kubernetes-map-type"] === "atomic";
    struct.required = schema.required ?? [];
    struct.dropZero = new Set(shape.dropZero);
    struct.always = new Map(Object.entries(shape.always ?? {}));
    struct.fields = new Map(properties.map(([name, inner]) => [name, this.#type(inner, keep)]));
    struct.fieldDefaults = new Map(
      properties.flatMap(([name, inner]) => inner.default === undefined ? [] : [[name, inner.default]]),
    );
    struct.patches = new Map(properties.flatMap(([name, inner]) => {
      const rule = patchRule(inner);
      return rule === undefined ? [] : [[name, rule]];
    }));
    struct.values = this.#valuesOf(schema, keep);
  }

  #valuesOf(schema: OpenApiSchema, preserve: boolean): TypeSchema | undefined {
    const extra = schema.additionalProperties;
    if (typeof extra === "object") return this.#type(extra, preserve);
    if (extra === true) return UNTYPED;
    if (extra === false) return undefined;
    return preserve || Object.keys(schema.properties ?? {}).length === 0 ? UNTYPED : undefined;
  }
}

function emptyStruct(name: string): Building<StructSchema> {
  return {
    kind: "map",
    name,
    atomic: false,
    fields: new Map(),
    values: undefined,
    required: [],
    patches: new Map(),
    fieldDefaults: new Map(),
    dropZero: new Set(),
    always: new Map(),
  };
}

function scalarOf(schema: OpenApiSchema): ScalarType {
  if (schema.type !== "string") return schema.type as "integer" | "number" | "boolean";
  switch (schema.format) {
    case undefined:
      return "string";
    case "byte":
      return "bytes";
    case "date-time":
      return "time";
    case "int-or-string":
      return "int-or-string";
    default:
      return "any";
  }
}

function listMerge(schema: OpenApiSchema): Pick<ListSchema, "merge" | "keys"> {
  const listType = schema["x-kubernetes-list-type"];
  if (listType === "map") return { merge: "map", keys: schema["x-kubernetes-list-map-keys"] ?? [] };
  if (listType !== undefined) return { merge: listType === "set" ? "set" : "atomic", keys: [] };
  const strategy = schema["x-kubernetes-patch-strategy"];
  if (strategy !== "merge" && strategy !== "merge,retainKeys") return { merge: "atomic", keys: [] };
  const key = schema["x-kubernetes-patch-merge-key"];
  return key === undefined ? { merge: "set", keys: [] } : { merge: "map", keys: [key] };
}

function patchRule(schema: OpenApiSchema): PatchRule | undefined {
  const strategies = schema["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  const mergeKey = schema["x-kubernetes-patch-merge-key"];
  return strategies.length === 0 && mergeKey === undefined ? undefined : { mergeKey, strategies };
}
