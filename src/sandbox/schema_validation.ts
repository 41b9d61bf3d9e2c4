import { isObject, type JsonObject, listAt, objectAt, sameJson } from "./json.ts";
import { propertySchema } from "./structural_schema.ts";
import {
  duplicateValue,
  type FieldCause,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from "./status_error.ts";
import { formatProblem } from "./schema_formats.ts";

/** Every way in which a value breaks an OpenAPI schema, in kube-apiserver's words. */
export function schemaCauses(schema: JsonObject, value: unknown, path = ""): readonly FieldCause[] {
  if (value === null && schema.nullable === true) return [];
  const type = typeCause(schema, value, path);
  if (type !== undefined) return [type];
  return [
    ...enumCauses(schema, value, path),
    ...(typeof value === "string" ? textCauses(schema, value, path) : []),
    ...(typeof value === "number" ? numberCauses(schema, value, path) : []),
    ...(Array.isArray(value) ? arrayCauses(schema, value, path) : []),
    ...(isObject(value) ? objectCauses(schema, value, path) : []),
    ...combinedCauses(schema, value, path),
  ];
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function typeCause(schema: JsonObject, value: unknown, path: string): FieldCause | undefined {
  const found = typeName(value);
  if (schema["x-kubernetes-int-or-string"] === true) {
    return found === "integer" || found === "string" ? undefined : wrongType(path, "integer,string", found);
  }
  const wanted = schema.type;
  if (typeof wanted !== "string" || wanted === found || (wanted === "number" && found === "integer")) {
    return undefined;
  }
  return wrongType(path, wanted, found);
}

function wrongType(path: string, wanted: string, found: string): FieldCause {
  const cause = invalidValue(
    path,
    found,
    `${path} in body must be of type ${wanted}: ${JSON.stringify(found)}`,
  );
  return { ...cause, reason: "FieldValueTypeInvalid" };
}

function enumCauses(schema: JsonObject, value: unknown, path: string): readonly FieldCause[] {
  const allowed = listAt(schema, "enum");
  if (allowed.length === 0 || allowed.some((one) => sameJson(one, value))) return [];
  return [unsupportedValue(path, value, allowed)];
}

/** The first broken rule of length and pattern, and the format. */
function textCauses(schema: JsonObject, value: string, path: string): readonly FieldCause[] {
  const shape = textShapeCause(schema, value, path);
  const causes: FieldCause[] = shape === undefined ? [] : [shape];
  if (typeof schema.format === "string" && formatProblem(schema.format, value)) {
    const detail = `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`;
    causes.push({ ...invalidValue(path, value, detail), reason: "FieldValueTypeInvalid" });
  }
  return causes;
}

function textShapeCause(schema: JsonObject, value: string, path: string): FieldCause | undefined {
  const length = [...value].length;
  const { maxLength, minLength, pattern } = schema;
  if (typeof maxLength === "number" && length > maxLength) {
    return {
      reason: "FieldValueTooLong",
      field: path,
      message: `Too long: may not be more than ${maxLength} bytes`,
    };
  }
  if (typeof minLength === "number" && length < minLength) {
    return invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`);
  }
  if (typeof pattern === "string" && !new RegExp(pattern, "u").test(value)) {
    return invalidValue(path, value, `${path} in body should match '${pattern}'`);
  }
  return undefined;
}

function numberCauses(schema: JsonObject, value: number, path: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const say = (detail: string) =>
    causes.push(invalidValue(path, value, `${path} in body should be ${detail}`));
  const { minimum, maximum, multipleOf } = schema;
  if (typeof multipleOf === "number" && !Number.isInteger(value / multipleOf)) {
    say(`a multiple of ${multipleOf}`);
  }
  if (typeof maximum === "number") {
    if (schema.exclusiveMaximum === true ? value >= maximum : value > maximum) {
      say(schema.exclusiveMaximum === true ? `less than ${maximum}` : `less than or equal to ${maximum}`);
    }
  }
  if (typeof minimum === "number") {
    if (schema.exclusiveMinimum === true ? value <= minimum : value < minimum) {
      say(
        schema.exclusiveMinimum === true ? `greater than ${minimum}` : `greater than or equal to ${minimum}`,
      );
    }
  }
  return causes;
}

function arrayCauses(schema: JsonObject, value: readonly unknown[], path: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const { minItems, maxItems } = schema;
  if (typeof maxItems === "number" && value.length > maxItems) {
    causes.push({
      reason: "FieldValueTooMany",
      field: path,
      message: `Too many: ${value.length}: must have at most ${maxItems} items`,
    });
  }
  if (typeof minItems === "number" && value.length < minItems) {
    causes.push(invalidValue(path, value.length, `${path} in body should have at least ${minItems} items`));
  }
  const items = objectAt(schema, "items");
  value.forEach((item, index) => causes.push(...schemaCauses(items, item, `${path}[${index}]`)));
  return [...causes, ...duplicateCauses(schema, value, path)];
}

function duplicateCauses(schema: JsonObject, value: readonly unknown[], path: string): readonly FieldCause[] {
  const listType = schema["x-kubernetes-list-type"];
  if (listType !== "set" && listType !== "map") return [];
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String).sort();
  const seen = new Set<string>();
  const causes: FieldCause[] = [];
  value.forEach((item, index) => {
    const identity = listType === "set" || !isObject(item)
      ? item
      : Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) causes.push(duplicateValue(`${path}[${index}]`, identity));
    seen.add(text);
  });
  return causes;
}

function objectCauses(schema: JsonObject, value: JsonObject, path: string): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  const { minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  const child = (key: string) => path === "" ? key : `${path}.${key}`;
  if (typeof maxProperties === "number" && count > maxProperties) {
    causes.push({
      reason: "FieldValueTooMany",
      field: path,
      message: `Too many: ${count}: must have at most ${maxProperties} items`,
    });
  }
  if (typeof minProperties === "number" && count < minProperties) {
    causes.push(
      invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`),
    );
  }
  for (const key of listAt(schema, "required").map(String)) {
    if (value[key] === undefined) causes.push(requiredValue(child(key)));
  }
  for (const [key, field] of Object.entries(value)) {
    const known = propertySchema(schema, key);
    if (known !== undefined) causes.push(...schemaCauses(known, field, child(key)));
  }
  return causes;
}

function combinedCauses(schema: JsonObject, value: unknown, path: string): readonly FieldCause[] {
  const fits = (part: unknown) => schemaCauses(isObject(part) ? part : {}, value, path).length === 0;
  const failed = (detail: string): FieldCause => ({
    reason: "FieldValueInvalid",
    field: "<nil>",
    message: `Invalid value: "": ${JSON.stringify(path)} ${detail}`,
  });
  const causes: FieldCause[] = [];
  const [oneOf, anyOf, allOf] = [listAt(schema, "oneOf"), listAt(schema, "anyOf"), listAt(schema, "allOf")];
  if (oneOf.length > 0) {
    const valid = oneOf.filter(fits).length;
    const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
    if (valid !== 1) causes.push(failed(`must validate one and only one schema (oneOf). ${found}`));
  }
  if (anyOf.length > 0 && !anyOf.some(fits)) causes.push(failed("must validate at least one schema (anyOf)"));
  if (allOf.length > 0 && !allOf.every(fits)) causes.push(failed("must validate all the schemas (allOf)"));
  if (isObject(schema.not) && fits(schema.not)) causes.push(failed("must not validate the schema (not)"));
  return causes;
}
