import { customResourceDefinition, type KindDefinition, KINDS } from "../api/crd.ts";
import type { FormSpec } from "../api/form.ts";
import type { HubSpec } from "../api/hub.ts";
import { API_VERSION, GROUP } from "../api/labels.ts";
import { checkForm, type FormProblem } from "../form/check.ts";
import { openUses } from "../form/check_sensitive.ts";
import { hintsOf } from "../form/hints.ts";
import { Programs, ruleCauses } from "../sandbox/cel_rules.ts";
import { schemaCauses } from "../sandbox/schema_validation.ts";
import { prune } from "../sandbox/structural_schema.ts";
import { suggest } from "../template/suggest.ts";
import { type Manifest, type ManifestProblem, titleOf } from "./manifest.ts";

/** Whether a manifest is one of the project's own kinds. */
export function isOurs(manifest: Manifest): boolean {
  return manifest.apiVersion.startsWith(`${GROUP}/`);
}

/** All that the schema says against a hub, form or node: its kind and version, unknown fields, types, rules. */
export function checkSchema(manifest: Manifest): ManifestProblem[] {
  const { kind, apiVersion, object } = manifest;
  const definition = KINDS.find((known) => known.kind === kind);
  if (definition === undefined || apiVersion !== API_VERSION) {
    const hint = suggest(kind, KINDS.map((known) => known.kind));
    const remedy = definition === undefined
      ? hint ?? `it has ${KINDS.map((known) => known.kind).join(", ")}`
      : "";
    return [
      problem(
        manifest,
        "kind",
        `${apiVersion} has no ${kind}; ${remedy || `write apiVersion: ${API_VERSION}`}`,
      ),
    ];
  }
  const unknown = unknownFields(manifest, definition);
  const parsed = definition.spec.safeParse(object["spec"] ?? {});
  const wrong = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const field = fieldOf(path);
    const value = valueAt(object["spec"], path);
    const templated = typeof value === "string" && value.includes("{{")
      ? " (templates are not rendered here)"
      : "";
    const told = value === undefined ? `is missing (${message})` : message + templated;
    return problem(manifest, field, told);
  });
  return [...unknown, ...wrong, ...wrong.length > 0 ? [] : brokenRules(manifest, definition)];
}

function problem(manifest: Manifest, field: string, message: string): ManifestProblem {
  return {
    file: manifest.file,
    line: manifest.line(field),
    message: `${titleOf(manifest)}, ${field}: ${message}`,
  };
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (field, step) => typeof step === "number" ? `${field}[${step}]` : `${field}.${String(step)}`,
    "spec",
  );
}

function valueAt(spec: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step], spec);
}

type Schema = Readonly<Record<string, unknown>>;

function schemaOf(definition: KindDefinition): Schema {
  const crd = customResourceDefinition(definition) as {
    spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
  };
  return crd.spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

function unknownFields(manifest: Manifest, definition: KindDefinition): ManifestProblem[] {
  const schema = schemaOf(definition);
  return prune(schema, manifest.object).unknown.map((field) => {
    const dot = field.lastIndexOf(".");
    const known = namesAt(schema, dot < 0 ? "" : field.slice(0, dot));
    const hint = suggest(field.slice(dot + 1), known) ?? `known there: ${known.join(", ")}`;
    return problem(manifest, field, `unknown field; ${hint}`);
  });
}

/** The names of the fields below a path of a structural schema. */
function namesAt(schema: Schema, path: string): string[] {
  let at: Schema | undefined = schema;
  for (const step of path.split(/\.|(?=\[)/).filter((part) => part !== "")) {
    const next: unknown = step.startsWith("[")
      ? at?.["items"]
      : (at?.["properties"] as Schema | undefined)?.[step];
    at = next as Schema | undefined;
  }
  return Object.keys((at?.["properties"] as Schema | undefined) ?? {});
}

/** Formats and repeated items, which zod's schemas name only, then the CEL rules. Forms' own rules tell of repeated ids. */
function brokenRules(manifest: Manifest, definition: KindDefinition): ManifestProblem[] {
  const [schema, value] = [{ ...schemaOf(definition) }, { ...manifest.object }];
  const broken = schemaCauses(schema, value).filter(({ reason }) =>
    definition.kind !== "LynqForm" || reason !== "FieldValueDuplicate"
  );
  const causes = broken.length > 0
    ? broken
    : ruleCauses(new Programs(), { schema, value, old: undefined, path: "" });
  return causes.map(({ field, message }) => problem(manifest, field.replace(/^\./, ""), message));
}

/** What a form's own rules say against it, and what of a sound one its author may not expect. */
export function checkFormManifest(
  manifest: Manifest,
  { spec, hub }: { spec: FormSpec; hub: HubSpec | "absent" | "unknown" },
): { problems: ManifestProblem[]; warnings: ManifestProblem[] } {
  const namespace = manifest.namespace ?? "default";
  const told = ({ field, message }: FormProblem) => problem(manifest, field ?? "spec", message);
  return {
    problems: checkForm({ spec, namespace, hub }).map(told),
    warnings: [...hintsOf(spec, namespace), ...openUses({ spec, hub })].map(told),
  };
}
