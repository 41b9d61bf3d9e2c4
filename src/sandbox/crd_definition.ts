import type { KubeObject } from "../kube/object.ts";
import { Programs } from "./cel_rules.ts";
import { at, isObject, type JsonObject, listAt, objectAt, textAt } from "./json.ts";
import { isSubdomain } from "./object_names.ts";
import { schemaCauses } from "./schema_validation.ts";
import {
  type FieldCause,
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from "./status_error.ts";

/** A CustomResourceDefinition with the names and the conversion that the server fills in. */
export function crdDefaults(object: KubeObject): KubeObject {
  const spec = objectAt(object, "spec");
  const names = objectAt(spec, "names");
  const kind = textAt(names, "kind");
  return {
    ...object,
    spec: {
      ...spec,
      conversion: at(spec, "conversion") ?? { strategy: "None" },
      names: {
        ...names,
        listKind: textAt(names, "listKind") || `${kind}List`,
        singular: textAt(names, "singular") || kind.toLowerCase(),
      },
    },
  };
}

/** What keeps a CustomResourceDefinition from being accepted: names, versions, structural schemas, CEL syntax. */
export function crdCauses(object: KubeObject): readonly FieldCause[] {
  const spec = objectAt(object, "spec");
  const group = textAt(spec, "group");
  const plural = textAt(spec, "names", "plural");
  const causes: FieldCause[] = [];
  const name = object.metadata.name ?? "";
  if (name !== `${plural}.${group}`) {
    causes.push(invalidValue("metadata.name", name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (group === "") causes.push(requiredValue("spec.group"));
  else if (!group.includes(".")) {
    causes.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
  } else if (!isSubdomain(group)) causes.push(invalidValue("spec.group", group, "must be a DNS subdomain"));
  const scope = textAt(spec, "scope");
  if (scope === "") causes.push(requiredValue("spec.scope"));
  else if (scope !== "Cluster" && scope !== "Namespaced") {
    causes.push(unsupportedValue("spec.scope", scope, ["Cluster", "Namespaced"]));
  }
  for (const field of ["plural", "kind"]) {
    if (textAt(spec, "names", field) === "") causes.push(requiredValue(`spec.names.${field}`));
  }
  return [...causes, ...versionCauses(spec)];
}

function versionCauses(spec: JsonObject): readonly FieldCause[] {
  const versions = listAt(spec, "versions");
  const causes: FieldCause[] = [];
  if (versions.length === 0) return [requiredValue("spec.versions", "must have at least one version")];
  if (versions.filter((version) => at(version, "storage") === true).length !== 1) {
    causes.push(
      invalidValue("spec.versions", versions, "must have exactly one version marked as storage version"),
    );
  }
  const only = versions.length === 1;
  versions.forEach((version, index) => {
    const schema = at(version, "schema", "openAPIV3Schema");
    if (!isObject(schema)) {
      causes.push(requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`));
      return;
    }
    const path = only ? "spec.validation.openAPIV3Schema" : `spec.versions[${index}].schema.openAPIV3Schema`;
    if (textAt(schema, "type") === "") {
      causes.push(requiredValue(`${path}.type`, "must not be empty at the root"));
    } else if (schema.type !== "object") {
      causes.push(invalidValue(`${path}.type`, schema.type, "must be object at the root"));
    }
    causes.push(...structuralCauses(schema, path));
  });
  return causes;
}

const types = ["array", "boolean", "integer", "number", "object", "string"];

/** Why a schema is not structural, or can't be served. */
export function structuralCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  return [
    ...typeCauses(schema, path),
    ...listTypeCauses(schema, path),
    ...valueCauses(schema, path),
    ...ruleSyntaxCauses(schema, path),
    ...junctorCauses(schema, path),
    ...childCauses(schema, path),
  ];
}

function typeCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  const type = textAt(schema, "type");
  const causes: FieldCause[] = [];
  if (type !== "" && !types.includes(type)) causes.push(unsupportedValue(`${path}.type`, type, types));
  if (type === "array" && !isObject(schema.items)) {
    causes.push(requiredValue(`${path}.items`, "must be specified"));
  }
  if (schema.uniqueItems === true) {
    causes.push(
      forbiddenValue(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      ),
    );
  }
  if (schema.additionalProperties === false) {
    causes.push(
      forbiddenValue(`${path}.additionalProperties`, "additionalProperties cannot be set to false"),
    );
  } else if (schema.additionalProperties !== undefined && isObject(schema.properties)) {
    causes.push(
      forbiddenValue(
        `${path}.additionalProperties`,
        "additionalProperties and properties are mutual exclusive",
      ),
    );
  }
  return causes;
}

function listTypeCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  const listType = schema["x-kubernetes-list-type"];
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String);
  if (keys.length > 0 && listType !== "map") {
    return [
      requiredValue(
        `${path}.x-kubernetes-list-type`,
        "must be map if x-kubernetes-list-map-keys is non-empty",
      ),
    ];
  }
  if (listType === undefined) return [];
  if (!["atomic", "set", "map"].includes(String(listType))) {
    return [unsupportedValue(`${path}.x-kubernetes-list-type`, listType, ["atomic", "map", "set"])];
  }
  if (listType !== "map") return [];
  if (keys.length === 0) {
    return [
      requiredValue(
        `${path}.x-kubernetes-list-map-keys`,
        "must not be empty if x-kubernetes-list-type is map",
      ),
    ];
  }
  const items = objectAt(schema, "items");
  const required = listAt(items, "required");
  return keys.flatMap((key) => {
    const property = objectAt(items, "properties")[key];
    if (!isObject(property)) {
      return [
        invalidValue(
          `${path}.x-kubernetes-list-map-keys`,
          keys,
          `entries must all be names of item properties`,
        ),
      ];
    }
    if (required.includes(key) || property.default !== undefined) return [];
    return [
      requiredValue(
        `${path}.items.properties[${key}].default`,
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
      ),
    ];
  });
}

function valueCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  if (schema.default === undefined) return [];
  return schemaCauses(schema, schema.default).map((cause) => ({
    ...cause,
    field: cause.field === "" ? `${path}.default` : `${path}.default.${cause.field}`,
  }));
}

function ruleSyntaxCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  const programs = new Programs();
  return listAt(schema, "x-kubernetes-validations").flatMap((rule, index) => {
    const field = `${path}.x-kubernetes-validations[${index}].rule`;
    const expression = textAt(rule, "rule");
    if (expression.trim() === "") return [requiredValue(field, "rule is not specified")];
    try {
      programs.compile(expression, at(rule, "optionalOldSelf") === true ? "optional" : "plain");
      return [];
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      return [invalidValue(field, { Rule: expression }, `compilation failed: ERROR: ${said}`)];
    }
  });
}

const structuralOnly = ["type", "default", "description", "title", "additionalProperties", "nullable"];

/** Under allOf, anyOf, oneOf and not only value validations stand. */
function junctorCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  const branches: (readonly [string, JsonObject])[] = [];
  for (const junctor of ["allOf", "anyOf", "oneOf"]) {
    listAt(schema, junctor).forEach((branch, index) => {
      if (isObject(branch)) branches.push([`${path}.${junctor}[${index}]`, branch]);
    });
  }
  if (isObject(schema.not)) branches.push([`${path}.not`, schema.not]);
  const intOrString = schema["x-kubernetes-int-or-string"] === true;
  return branches.flatMap(([where, branch]) =>
    structuralOnly.filter((field) => branch[field] !== undefined && !(intOrString && field === "type"))
      .map((field) => forbiddenValue(`${where}.${field}`, "must be empty to be structural"))
  );
}

function childCauses(schema: JsonObject, path: string): readonly FieldCause[] {
  const children: (readonly [string, unknown, string])[] = Object.entries(objectAt(schema, "properties")).map(
    ([key, property]) => [`${path}.properties[${key}]`, property, "object fields"] as const,
  );
  if (isObject(schema.items)) children.push([`${path}.items`, schema.items, "array items"]);
  if (isObject(schema.additionalProperties)) {
    children.push([`${path}.additionalProperties`, schema.additionalProperties, "object fields"]);
  }
  return children.flatMap(([where, child, called]) => {
    const inner = isObject(child) ? child : {};
    const untyped = textAt(inner, "type") === "" && inner["x-kubernetes-int-or-string"] !== true &&
      inner["x-kubernetes-preserve-unknown-fields"] !== true;
    const missing = untyped
      ? [requiredValue(`${where}.type`, `must not be empty for specified ${called}`)]
      : [];
    return [...missing, ...structuralCauses(inner, where)];
  });
}
