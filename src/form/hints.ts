import { parseFieldPath } from "../api/field_path.ts";
import { TRACKING_LABELS } from "../api/labels.ts";
import { collectResources } from "../api/resource.ts";
import type { FormSpec } from "../api/form.ts";
import { isTemplate } from "../api/templated_fields.ts";
import { parsed } from "./check.ts";
import { atField, type CheckedResource, type FormProblem, listed, type ParsedField } from "./problem.ts";

type Hint = (checked: CheckedResource, namespace: string) => FormProblem[];

const HINTS: readonly Hint[] = [
  changingTimes,
  keptKeys,
  idleIgnoredFields,
  idleReadiness,
  idleMetadata,
];

/** What of a valid form probably does something else than its author expects. */
export function hintsOf(spec: FormSpec, namespace: string): FormProblem[] {
  return collectResources(spec).map(parsed).flatMap((checked) =>
    HINTS.flatMap((hint) => hint(checked, namespace))
  );
}

/** Variables that stay as long as the node is there. */
const LASTING = new Set(["uid", "hubId", "templateRef"]);

function functionsOf({ parsed }: ParsedField, source: "clock" | "key"): string[] {
  if (parsed.kind === "error") return [];
  return [...parsed.template.impure].filter(([, from]) => from === source).map(([name]) => name);
}

function variablesOf(fields: readonly ParsedField[]): string[] {
  const read = fields.flatMap(({ parsed }) => parsed.kind === "error" ? [] : parsed.template.variables);
  return [...new Set(read)].filter((name) => !LASTING.has(name)).sort();
}

/** A time is that of the rendering, and every change of a variable that the resource reads renders it anew. */
function changingTimes(checked: CheckedResource): FormProblem[] {
  const { resource, fields } = checked;
  const variables = variablesOf(fields);
  if (resource.creationPolicy === "Once" || variables.length === 0) return [];
  const secret = resource.spec["kind"] === "Secret";
  const named = (field: string) =>
    /^(nameTemplate|targetNamespace|namespaceTemplate|spec\.metadata\.name)$/.test(field);
  return fields.flatMap((each) => {
    const [name] = functionsOf(each, "clock").filter((name) => name === "now" || name === "ago");
    if (name === undefined || !(secret || named(each.field))) return [];
    const text =
      `${name} gives another time, so another ${named(each.field) ? "object" : "value"}, whenever ` +
      `${listed(variables.map((variable) => `.${variable}`))} changes; creationPolicy: Once keeps the first`;
    return [atField(checked, each.field, { text })];
  });
}

/** A key is made once, whatever becomes of what it was made of. */
function keptKeys(checked: CheckedResource): FormProblem[] {
  if (checked.resource.creationPolicy === "Once") return [];
  return checked.fields.flatMap((each) => {
    const [name] = functionsOf(each, "key");
    const variables = variablesOf([each]);
    if (name === undefined || variables.length === 0) return [];
    const text = `what ${name} makes is kept as long as the object has it, also when ` +
      `${
        listed(variables.map((variable) => `.${variable}`))
      } changes; delete the object's field for a new one, ` +
      "or say creationPolicy: Once, which is the same for the whole object";
    return [atField(checked, each.field, { text })];
  });
}

function idleIgnoredFields(checked: CheckedResource): FormProblem[] {
  const { ignoreFields = [], creationPolicy } = checked.resource;
  if (ignoreFields.length > 0 && creationPolicy === "Once") {
    const text = "no effect with creationPolicy: Once, which never writes the object again";
    return [atField(checked, "ignoreFields", { text })];
  }
  return ignoreFields.flatMap((path, n) => {
    const read = parseFieldPath(path);
    const [first] = read.kind === "path" ? read.steps : [];
    if (first?.kind !== "key" || !["apiVersion", "kind"].includes(first.key)) return [];
    const text = "no effect: an object is found by its apiVersion and kind";
    return [atField(checked, `ignoreFields[${n}]`, { text })];
  });
}

function idleReadiness(checked: CheckedResource): FormProblem[] {
  const { readyWhen, waitForReady } = checked.resource;
  if (readyWhen === undefined || waitForReady) return [];
  return [atField(checked, "readyWhen", { text: "no effect with waitForReady: false" })];
}

/** What the object says of itself and the operator decides. */
function idleMetadata(checked: CheckedResource, formNamespace: string): FormProblem[] {
  const { spec, targetNamespace, namespaceTemplate, labelsTemplate } = checked.resource;
  const metadata = (spec["metadata"] ?? {}) as { namespace?: unknown; labels?: Record<string, unknown> };
  const hints: FormProblem[] = [];
  const { namespace } = metadata;
  const placed = targetNamespace || namespaceTemplate;
  if (typeof namespace === "string" && namespace !== formNamespace && !placed) {
    const where = isTemplate(namespace) ? JSON.stringify(namespace) : namespace;
    const text =
      `it is not used, and the object goes to the LynqNode's namespace; say targetNamespace: ${where}`;
    hints.push(atField(checked, "spec.metadata.namespace", { text }));
  }
  if (spec["status"] !== undefined) {
    hints.push(
      atField(checked, "spec.status", { text: "most kinds ignore a status that is applied with the object" }),
    );
  }
  for (
    const [field, labels] of [["labelsTemplate", labelsTemplate], [
      "spec.metadata.labels",
      metadata.labels,
    ]] as const
  ) {
    for (const name of Object.keys(labels ?? {}).filter((name) => TRACKING_LABELS.has(name))) {
      hints.push(atField(checked, `${field}.${name}`, { text: "the operator writes this label itself" }));
    }
  }
  return hints;
}
