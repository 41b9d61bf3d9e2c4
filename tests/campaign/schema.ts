import { parse } from "yaml";

/** A schema of a CustomResourceDefinition, as far as mutations ask for it. */
export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** Reads the schema of `spec` that is installed. */
export async function specSchema(plural: "lynqhubs" | "lynqforms"): Promise<Schema> {
  const file = new URL(`../../crds/operator.lynq.sh_${plural}.yaml`, import.meta.url);
  const crd = parse(await Deno.readTextFile(file)) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  const spec = crd.spec.versions[0]?.schema.openAPIV3Schema.properties?.["spec"];
  if (spec === undefined) throw new Error(`${plural} has no schema of spec`);
  return spec;
}
