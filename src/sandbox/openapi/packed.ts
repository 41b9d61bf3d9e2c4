/** What `builtin.json` holds after unpacking; made by `extract.ts`. */
export interface PackedSchemas {
  /** `v1.34.4`: the server that the schemas come from. */
  readonly version: string;
  /** OpenAPI v3 schemas by their full name, `io.k8s.api.apps.v1.Deployment`. */
  readonly definitions: Readonly<Record<string, OpenApiSchema>>;
  readonly shapes: Readonly<Record<string, Shape>>;
  /** By path below `/openapi/v3`: `api/v1`, `apis/apps/v1`. */
  readonly groups: Readonly<
    Record<string, { readonly schemas: readonly string[]; readonly paths: PackedPaths }>
  >;
}

export type PackedPaths = Readonly<Record<string, PackedPath>>;

export interface PackedPath {
  /** `x-kubernetes-group-version-kind` of the path's operations. */
  readonly kind: unknown;
  readonly methods: readonly string[];
  readonly actions: readonly string[];
}

/** How the server writes a type's fields as JSON. */
export interface Shape {
  /** Fields left out when they hold "", 0 or false. */
  readonly dropZero?: readonly string[];
  /** Fields written even when nothing was set, and what they are then. */
  readonly always?: Readonly<Record<string, ZeroValue>>;
}

export type ZeroValue = "null" | "object" | "string" | "number" | "boolean" | "quantity";

/** The part of an OpenAPI v3 schema that the sandbox reads; other members stay as they are. */
export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly oneOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly items?: OpenApiSchema;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
  readonly [extension: string]: unknown;
}
