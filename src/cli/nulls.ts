import { customResourceDefinition, KINDS } from "../api/crd.ts";
import { API_VERSION } from "../api/labels.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A hub, form or node as the API server takes it: fields that are null count as absent. What a form's templates hold
 * (`x-kubernetes-preserve-unknown-fields`) and other kinds stay as they are.
 */
export function withoutNulls(object: Fields): Fields {
  const definition = KINDS.find(({ kind }) => kind === object["kind"]);
  if (definition === undefined || object["apiVersion"] !== API_VERSION) return object;
  const crd = customResourceDefinition(definition) as {
    spec: { versions: { schema: { openAPIV3Schema: Fields } }[] };
  };
  return dropped(crd.spec.versions[0]?.schema.openAPIV3Schema ?? {}, object) as Fields;
}

function dropped(schema: Fields, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => dropped(fieldsOf(schema["items"]), item));
  if (!isFields(value)) return value;
  const properties = fieldsOf(schema["properties"]);
  const others = schema["additionalProperties"];
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : others;
    if (!isFields(known)) return [[name, inner] as const];
    return inner === null ? [] : [[name, dropped(known, inner)] as const];
  });
  return Object.fromEntries(entries);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
