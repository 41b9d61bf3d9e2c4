import { gunzipSync } from "node:zlib";
import type { KubeObject } from "../kube/object.ts";
import { asMap } from "./apply_typed.ts";
import type {
  CustomKindOptions,
  GroupVersionKind,
  KindFields,
  ResetFields,
  TypeSchema,
} from "./field_management.ts";
import packed from "./openapi/builtin.json" with { type: "json" };
import type { OpenApiSchema, PackedSchemas } from "./openapi/packed.ts";
import { SchemaCompiler } from "./schema_compile.ts";
import { decodeValue } from "./schema_decode.ts";
import { withDefaults } from "./schema_defaults.ts";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The schemas that the sandbox was built with. */
export function unpackSchemas(): PackedSchemas {
  const gzip = Uint8Array.fromBase64(packed.gzip);
  return JSON.parse(new TextDecoder().decode(gunzipSync(gzip)));
}

const METADATA_KEPT_BY_STATUS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Deployment: [["metadata", "labels"]],
  Pod: [["metadata", "deletionTimestamp"], ["metadata", "ownerReferences"]],
  VolumeAttachment: [["metadata"]],
  ValidatingAdmissionPolicy: [["metadata"]],
  APIService: [["metadata"]],
  CustomResourceDefinition: [["metadata"]],
};

/** The built-in kinds and the compiler for custom ones. */
export class KindCatalog {
  readonly #packed: PackedSchemas;
  readonly #compiler: SchemaCompiler;
  readonly #names = new Map<string, string>();
  readonly #plurals = new Map<string, string>();
  readonly #kinds = new Map<string, KindFields>();

  constructor(packed: PackedSchemas) {
    this.#packed = packed;
    this.#compiler = new SchemaCompiler(packed.definitions, packed.shapes);
    for (const [name, schema] of Object.entries(packed.definitions)) {
      const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
      for (const kind of kinds.length === 1 ? kinds : []) this.#names.set(keyOf(kind), name);
    }
    for (const { paths } of Object.values(packed.groups)) this.#readPlurals(paths);
  }

  builtin(type: GroupVersionKind): KindFields | undefined {
    const key = keyOf(type);
    const done = this.#kinds.get(key);
    if (done !== undefined) return done;
    const plural = this.#plurals.get(key);
    const root = this.#compiler.named(this.#names.get(key) ?? "");
    if (plural === undefined || root === undefined) return undefined;
    const { group, version, kind } = type;
    const fields: KindFields = {
      group,
      version,
      kind,
      plural,
      origin: "builtin",
      root,
      reset: builtinReset(kind, root),
      defaults: (object) => normalized(root, object),
    };
    this.#kinds.set(key, fields);
    return fields;
  }

  custom(options: CustomKindOptions): KindFields {
    const { group, version, kind, plural, statusSubresource } = options;
    const schema = options.schema as OpenApiSchema | undefined;
    const metadata = this.#compiler.named(OBJECT_META) ?? { kind: "untyped", atomic: false };
    const defaults = options.defaults ?? ((object) => object);
    return {
      group,
      version,
      kind,
      plural,
      origin: "custom",
      root: this.#compiler.custom(schema, options.preserveUnknownFields === true),
      reset: statusSubresource ? { "": [["status"]], status: [["spec"]] } : {},
      defaults: (object) => defaults(withPlainMetadata(metadata, object)),
    };
  }

  #readPlurals(paths: PackedSchemas["groups"][string]["paths"]): void {
    for (const [path, { kind, methods }] of Object.entries(paths)) {
      const plural = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/\{namespace\}\/)?([^/{]+)$/.exec(path)
        ?.[1];
      if (plural !== undefined && methods.includes("post")) {
        this.#plurals.set(keyOf(kind as GroupVersionKind), plural);
      }
    }
  }

  get packed(): PackedSchemas {
    return this.#packed;
  }
}

/** Custom resources too have their metadata read into the server's own type: what is empty is dropped. */
function withPlainMetadata(type: TypeSchema, object: KubeObject): KubeObject {
  return { ...object, metadata: decodeValue(type, object.metadata ?? {}).value as KubeObject["metadata"] };
}

function keyOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

/** The object as the server would write it back: read into its type, defaulted, and read again. */
function normalized(root: TypeSchema, object: KubeObject): KubeObject {
  const read = decodeValue(root, object).value;
  return decodeValue(root, withDefaults(root, read)).value as KubeObject;
}

function builtinReset(kind: string, root: TypeSchema): ResetFields {
  if (root.kind !== "map" || !root.fields.has("status") || !root.fields.has("spec")) return {};
  const kept = METADATA_KEPT_BY_STATUS[kind] ?? [];
  if (kind === "CertificateSigningRequest") {
    return {
      "": [["spec"], ["status"]],
      status: [["spec"], ["status", "conditions"]],
      approval: [["spec"], ["status", "certificate"]],
    };
  }
  return { "": [["status"]], status: [["spec"], ...kept], finalize: [["status"]] };
}

/** An object of the kind on which nothing was set, as the server makes it before the first write. */
export function emptyObject(kind: KindFields): KubeObject {
  const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  const bare = { apiVersion, kind: kind.kind };
  const object = kind.origin === "custom" ? bare : decodeValue(kind.root, bare).value;
  return { metadata: {}, ...asMap(object) } as KubeObject;
}
