import type { KubeObject } from "../kube/object.ts";
import { failureStatus } from "./apply_conflict.ts";
import { applyFields, trackUpdate } from "./apply_fields.ts";
import { prepareWrite, unchangedByWrite } from "./apply_prepare.ts";
import { asMap } from "./apply_typed.ts";
import type { Decoded, DecodeRequest, FieldManagement, KindFields } from "./field_management.ts";
import { DecodeError, decodeValue } from "./schema_decode.ts";
import { KindCatalog, unpackSchemas } from "./schema_kinds.ts";
import { openApiDocuments } from "./schema_openapi.ts";
import { invalidObject } from "./schema_rules.ts";
import { strategicMerge } from "./strategic_merge.ts";

const MAX_MANAGER_LENGTH = 128;

/** Field management by the schemas of kube-apiserver 1.34. */
export function createFieldManagement(): FieldManagement {
  const packed = unpackSchemas();
  const catalog = new KindCatalog(packed);
  return {
    builtin: (type) => catalog.builtin(type),
    crd: (options) => catalog.custom(options),
    apply: applyFields,
    trackUpdate,
    decode,
    strategicMerge,
    prepare: prepareWrite,
    validate: invalidObject,
    unchanged: unchangedByWrite,
    managerName,
    openapi: () => openApiDocuments(packed),
  };
}

function decode({ kind, body, fieldValidation }: DecodeRequest): Decoded {
  if (asMap(body) === undefined) return cannotHandle(kind, "the body is no JSON object");
  if (kind.origin === "custom") {
    return { kind: "decoded", object: kind.defaults(withMetadata(body)), warnings: [] };
  }
  try {
    const { value, unknownFields } = decodeValue(kind.root, body);
    const unknown = unknownFields.map((path) => `unknown field "${path}"`);
    if (fieldValidation === "Strict" && unknown.length > 0) {
      return cannotHandle(kind, `strict decoding error: ${unknown.join(", ")}`);
    }
    const warnings = fieldValidation === "Warn" ? unknown : [];
    return { kind: "decoded", object: kind.defaults(withMetadata(value)), warnings };
  } catch (error) {
    if (error instanceof DecodeError) return cannotHandle(kind, error.message);
    throw error;
  }
}

function withMetadata(value: unknown): KubeObject {
  return { metadata: {}, ...asMap(value) };
}

function cannotHandle(kind: KindFields, why: string): Decoded {
  const what = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`;
  return {
    kind: "refused",
    status: failureStatus(400, { reason: "BadRequest", message: `${what}: ${why}` }),
  };
}

/** `kubectl/v1.32.4 (linux/amd64)` is `kubectl`. */
function managerName(fieldManager: string | undefined, userAgent: string | undefined): string {
  if (fieldManager !== undefined && fieldManager !== "") return fieldManager;
  const agent = (userAgent ?? "").split("/")[0] ?? "";
  return agent.replace(/\p{C}/gu, "").slice(0, MAX_MANAGER_LENGTH);
}
