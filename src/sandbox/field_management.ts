import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";

/**
 * What the API server of the sandbox asks about fields: who owns them, how two objects merge, what a kind allows.
 *
 * Every function is pure: it never changes its arguments, and takes the time as a value. `createFieldManagement()` of
 * `apply_engine.ts` makes the one implementation (it unpacks the schemas of the built-in kinds once, 50 ms or so).
 *
 * The order of calls of a request, as kube-apiserver has it:
 *
 * 1. `kind = fields.builtin(type) ?? fields.crd(...)`; keep the result, it holds the compiled schema.
 * 2. POST, PUT and the result of a non-apply patch: `decode` (unknown fields, types, built-in defaults); apply skips it.
 * 3. `apply` for server-side apply; `trackUpdate` for everything else. Both answer an object with `managedFields`.
 * 4. `prepare`: what a kind's strategy does (status kept on a main write, the rest kept on a status write, generation).
 * 5. `validate`: built-in kinds only; custom resources are validated by their CRD's schema in their own room.
 * 6. `unchanged(live, next)`: then nothing is stored, no event is sent, and `live` is the answer.
 */
export interface FieldManagement {
  /** The schema of a built-in kind, or undefined where the server's documents do not have it. */
  builtin(type: GroupVersionKind): KindFields | undefined;
  /** The schema of one version of a custom resource. */
  crd(options: CustomKindOptions): KindFields;
  /** Server-side apply. Creates when `live` is undefined. */
  apply(request: ApplyRequest): ApplyOutcome;
  /** A create (`live` undefined) or any write that is no apply: `next` with its `managedFields` brought up to date. */
  trackUpdate(request: UpdateRequest): KubeObject;
  /** JSON of a request body -> object of the kind: unknown fields dropped or refused, types checked, defaults set. */
  decode(request: DecodeRequest): Decoded;
  /** Strategic merge patch of built-in kinds; the result still has to be decoded. */
  strategicMerge(request: StrategicMergeRequest): StrategicMerged;
  prepare(request: PrepareRequest): KubeObject;
  /**
   * `Invalid` (422) with one cause a field, or undefined when the object is fine. With `live`, what may not change after
   * creation is compared too. Metadata (names, labels, owners) is not looked at.
   */
  validate(kind: KindFields, object: KubeObject, live?: KubeObject): StatusObject | undefined;
  /** Equal but for the times in `managedFields`: such a write stores nothing. */
  unchanged(live: KubeObject, next: KubeObject): boolean;
  /** The manager a write is booked under: `?fieldManager=`, else the user agent up to its first slash. */
  managerName(fieldManager: string | undefined, userAgent: string | undefined): string;
  /** OpenAPI documents for `kubectl explain`, `apply` and `diff`. */
  openapi(): OpenApiDocuments;
}

export type GroupVersionKind = Pick<ResourceType, "group" | "version" | "kind">;

/** What a write through a path leaves alone: "" is the object itself, else a subresource. Paths like `["status"]`. */
export type ResetFields = Readonly<Record<string, readonly (readonly string[])[]>>;

/** The fields of one served kind. `root` is opaque outside of this room's schema files. */
export interface KindFields {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural, for messages: `deployments.apps "x"`. */
  readonly plural: string;
  readonly origin: "builtin" | "custom";
  readonly root: TypeSchema;
  readonly reset: ResetFields;
  /** Sets the defaults of the kind, on a copy or in place of absent fields; the argument is not changed. */
  readonly defaults: (object: KubeObject) => KubeObject;
}

/** One field's type, as far as merging, ownership and decoding need it. */
export type TypeSchema =
  | {
    readonly kind: "scalar";
    readonly scalar: ScalarType;
    readonly format?: string;
    /** The words that the field may hold. */
    readonly enum?: readonly unknown[];
  }
  /** Any JSON value; `atomic` is owned as a whole (RawExtension), else maps are owned field by field. */
  | { readonly kind: "untyped"; readonly atomic: boolean }
  | StructSchema
  | ListSchema;

export type ScalarType =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "bytes"
  | "time"
  | "quantity"
  | "int-or-string"
  | "any";

/** A struct (`fields`), a map (`values`), or both (preserve-unknown-fields). May contain itself (JSONSchemaProps). */
export interface StructSchema {
  readonly kind: "map";
  /** The last parts of the definition's name, `apps.v1.DeploymentSpec`; empty for maps and custom resources. */
  readonly name: string;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, TypeSchema>;
  /** The type of keys that `fields` does not name; undefined refuses them. */
  readonly values: TypeSchema | undefined;
  readonly required: readonly string[];
  /** How strategic merge patches treat a field, where it is not replaced; built-in kinds only. */
  readonly patches: ReadonlyMap<string, PatchRule>;
  /** Defaults by field name, as the document tells them; those of list-map keys tell items apart. */
  readonly fieldDefaults: ReadonlyMap<string, unknown>;
  /** Fields that the server leaves out at "", 0 or false; built-in kinds only. */
  readonly dropZero: ReadonlySet<string>;
  /** Fields that the server writes always, and what they are when nothing was set; built-in kinds only. */
  readonly always: ReadonlyMap<string, "null" | "object" | "string" | "number" | "boolean" | "quantity">;
}

export interface ListSchema {
  readonly kind: "list";
  readonly items: TypeSchema;
  readonly merge: "atomic" | "set" | "map";
  /** The names of the fields that tell items of a `map` list apart. */
  readonly keys: readonly string[];
}

export interface PatchRule {
  readonly mergeKey: string | undefined;
  readonly strategies: readonly string[];
}

export interface CustomKindOptions extends GroupVersionKind {
  readonly plural: string;
  /** `spec.versions[].schema.openAPIV3Schema`; undefined is schemaless. */
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly preserveUnknownFields?: boolean | undefined;
  /** Whether the version has `subresources.status`. */
  readonly statusSubresource: boolean;
  /** Structural defaulting, given by the CRD room; identity unless told. */
  readonly defaults?: ((object: KubeObject) => KubeObject) | undefined;
}

export interface ApplyRequest {
  readonly kind: KindFields;
  readonly live: KubeObject | undefined;
  /** The body of the request, as sent, with apiVersion and kind; its name and namespace are set. */
  readonly applied: KubeObject;
  readonly manager: string;
  readonly force: boolean;
  /** "" for the object itself, or "status", "scale". */
  readonly subresource: string;
  /** RFC 3339 to the second, UTC. */
  readonly now: string;
}

export type ApplyOutcome =
  | { readonly kind: "applied"; readonly object: KubeObject }
  | { readonly kind: "refused"; readonly status: StatusObject };

export interface UpdateRequest {
  readonly kind: KindFields;
  readonly live: KubeObject | undefined;
  /**
   * Decoded and defaulted, with the `managedFields` that the client sent: absent or as stored are kept in step, an empty
   * list or one empty entry forgets every owner.
   */
  readonly next: KubeObject;
  readonly manager: string;
  readonly subresource: string;
  readonly now: string;
}

export interface DecodeRequest {
  readonly kind: KindFields;
  readonly body: unknown;
  /** `?fieldValidation=`; kube-apiserver's own default is "Warn". */
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
}

export type Decoded =
  | { readonly kind: "decoded"; readonly object: KubeObject; readonly warnings: readonly string[] }
  | { readonly kind: "refused"; readonly status: StatusObject };

export interface StrategicMergeRequest {
  readonly kind: KindFields;
  readonly live: KubeObject;
  readonly patch: Readonly<Record<string, unknown>>;
}

export type StrategicMerged =
  | { readonly kind: "merged"; readonly object: Record<string, unknown> }
  | { readonly kind: "refused"; readonly status: StatusObject };

export interface PrepareRequest {
  readonly kind: KindFields;
  readonly live: KubeObject | undefined;
  readonly next: KubeObject;
  readonly subresource: string;
}

/** A `metav1.Status` of a failure, ready to be sent with `code` as the HTTP status. */
export interface StatusObject {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Failure";
  readonly message: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message: string;
    readonly field?: string;
  }[];
}

export interface OpenApiDocuments {
  /** Group version paths of `/openapi/v3`: `api/v1`, `apis/apps/v1`. */
  readonly v3Paths: readonly string[];
  /** The document at `/openapi/v3/{path}`, built-in groups only; undefined where there is none. */
  v3(path: string): Record<string, unknown> | undefined;
  /** `/openapi/v2` as JSON, built-in kinds only. */
  v2(): Record<string, unknown>;
}
