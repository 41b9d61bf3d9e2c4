import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import { Programs, ruleCauses } from "./cel_rules.ts";
import { at, isObject, type JsonObject, numberAt, objectAt, textAt } from "./json.ts";
import { schemaCauses } from "./schema_validation.ts";
import type { CustomVersion, ServedResource } from "./served_resource.ts";
import { badRequest, type FieldCause, invalidValue } from "./status_error.ts";
import { applyDefaults, prune } from "./structural_schema.ts";

export interface CustomBody {
  readonly resource: ServedResource;
  readonly body: unknown;
  readonly fieldValidation: "Ignore" | "Warn" | "Strict";
}

/** A body as an object of a custom resource: unknown fields pruned or refused, defaults set. */
export function decodeCustom(request: CustomBody): { object: KubeObject; warnings: readonly string[] } {
  const { resource, body } = request;
  if (!isObject(body)) throw badRequest(`the body is no ${resource.kind} object`);
  const apiVersion = textAt(body, "apiVersion");
  const kind = textAt(body, "kind");
  if (apiVersion === "" || kind === "") {
    throw badRequest(`Object '${apiVersion === "" ? "apiVersion" : "Kind"}' is missing in the body`);
  }
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
    throw badRequest(
      `the API version in the data (${apiVersion}, ${kind}) does not match the expected API version ` +
        `(${apiVersionOf(resource)}, ${resource.kind})`,
    );
  }
  const schema = resource.custom?.schema ?? {};
  const { value, unknown } = prune(schema, body);
  const said = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (request.fieldValidation === "Strict" && said.length > 0) {
    throw badRequest(
      `${kind} in version "${resource.version}" cannot be handled as a ${kind}: strict decoding error: ${
        said.join(", ")
      }`,
    );
  }
  const defaulted = applyDefaults(schema, value);
  const object = isObject(defaulted) ? defaulted : {};
  return {
    object: { ...object, metadata: objectMeta(object) },
    warnings: request.fieldValidation === "Warn" ? said : [],
  };
}

/** `metadata` as an object; 400 where it is something else or its maps hold no texts. */
function objectMeta(object: JsonObject): KubeObject["metadata"] {
  const { metadata } = object;
  if (metadata === undefined || metadata === null) return {};
  if (!isObject(metadata)) throw badRequest("metadata must be an object");
  for (const field of ["labels", "annotations"]) {
    for (const [key, value] of Object.entries(objectAt(metadata, field))) {
      if (typeof value !== "string") {
        throw badRequest(
          `json: cannot unmarshal ${typeof value} into Go struct field ObjectMeta.metadata.${field}.${key} of type string`,
        );
      }
    }
  }
  return metadata;
}

export interface CustomCheck {
  readonly custom: CustomVersion;
  readonly next: KubeObject;
  readonly live: KubeObject | undefined;
}

const unchecked: FieldCause = {
  reason: "FieldValueInvalid",
  field: "<nil>",
  message: "Invalid value: null: some validation rules were not checked because the object was invalid; " +
    "correct the existing errors to complete validation",
};

/** What a custom resource breaks of its CRD: schema first, CEL rules only when the schema holds. */
export function customCauses(programs: Programs, check: CustomCheck): readonly FieldCause[] {
  const { custom, next, live } = check;
  const causes = [...schemaCauses(custom.schema, next), ...scaleCauses(custom, next)];
  if (causes.length > 0) return [...causes, unchecked];
  return ruleCauses(programs, { schema: custom.schema, value: next, old: live, path: "" });
}

function scaleCauses(custom: CustomVersion, next: KubeObject): readonly FieldCause[] {
  if (custom.scale === undefined) return [];
  const path = custom.scale.specReplicasPath;
  const keys = path.split(".").filter((key) => key !== "");
  const replicas = numberAt(next, ...keys);
  if (at(next, ...keys) === undefined || replicas === undefined || replicas >= 0) return [];
  return [invalidValue(path, replicas, "should be a non-negative integer")];
}
