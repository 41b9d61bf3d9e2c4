import { customResourceDefinition, KINDS } from "../api/crd.ts";
import { GROUP, VERSION } from "../api/labels.ts";

/** As much of an OpenAPI v3 schema as tells which fields there are. */
export interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

/** The fields that one of our kinds is served without, as paths: `spec.values`, `status.resources[].uid`. */
export interface MissingFields {
  /** Name of the CustomResourceDefinition. */
  readonly crd: string;
  readonly fields: readonly string[];
}

/** Compares what the API server publishes for our group with our own schemas. A field that it lacks is dropped from every write. */
export function missingFields(document: unknown): MissingFields[] {
  const schemas =
    (document as { components?: { schemas?: Record<string, FieldSchema> } }).components?.schemas ?? {};
  return KINDS.flatMap((kind) => {
    const served = Object.values(schemas).find((schema) =>
      schema["x-kubernetes-group-version-kind"]?.some((gvk) =>
        gvk.group === GROUP && gvk.version === VERSION && gvk.kind === kind.kind
      )
    );
    const fields = lacking(ownSchema(kind), served ?? {}, "");
    return fields.length === 0 ? [] : [{ crd: `${kind.plural}.${GROUP}`, fields }];
  });
}

/** One sentence a CustomResourceDefinition, with the remedy. */
export function describeMissing({ crd, fields }: MissingFields): string {
  const named = fields.slice(0, 5).join(", ");
  const more = fields.length > 5 ? ` and ${fields.length - 5} more` : "";
  return `the CustomResourceDefinition ${crd} lacks ${named}${more}, so that the API server would drop them; ` +
    "apply this version's: kubectl apply --server-side --force-conflicts -f crds/";
}

function ownSchema(kind: typeof KINDS[number]): FieldSchema {
  const { versions } = customResourceDefinition(kind)["spec"] as {
    versions: { schema: { openAPIV3Schema: FieldSchema } }[];
  };
  const { spec = {}, status = {} } = versions[0]?.schema.openAPIV3Schema.properties ?? {};
  return { properties: { spec, status } };
}

/** The topmost fields that are missing; nothing is said about what is below them. */
function lacking(own: FieldSchema, served: FieldSchema, path: string): string[] {
  if (served["x-kubernetes-preserve-unknown-fields"] === true) return [];
  if (own["x-kubernetes-preserve-unknown-fields"] === true) return [path];
  const fields = Object.entries(own.properties ?? {}).flatMap(([name, below]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const found = served.properties?.[name];
    return found === undefined ? [at] : lacking(below, found, at);
  });
  if (own.items === undefined) return fields;
  return [...fields, ...lacking(own.items, served.items ?? {}, `${path}[]`)];
}
