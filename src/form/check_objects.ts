import { isTemplate } from "../api/templated_fields.ts";
import { keyProblem, LABEL_VALUE, nameProblem, nameShapeOf, NAMESPACE_NAME } from "./name_shape.ts";
import { atField, type CheckedResource, type CheckInput, type FormProblem } from "./problem.ts";

export function objectsAreNamed(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap(({ resource, place }) => {
    const { spec } = resource;
    const metadata = metadataOf(spec);
    const missing = [
      ...(typeof spec["apiVersion"] === "string" && spec["apiVersion"] !== "" ? [] : ["spec.apiVersion"]),
      ...(typeof spec["kind"] === "string" && spec["kind"] !== "" ? [] : ["spec.kind"]),
      ...(resource.nameTemplate || metadata["name"] ? [] : ["nameTemplate (or spec.metadata.name)"]),
    ];
    if (missing.length === 0) return [];
    const generated = metadata["generateName"] === undefined
      ? ""
      : "; spec.metadata.generateName would make a new object at every pass";
    const message = `Resource ${resource.id} (${place}) lacks ${missing.join(" and ")}${generated}`;
    return [{ reason: "ResourceInvalid" as const, message, field: `spec.${place}` }];
  });
}

const API_VERSION =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[a-z]([-a-z0-9]*[a-z0-9])?$/;
const KIND = /^[A-Za-z]([A-Za-z0-9]*)$/;

/** Whether the kind is served is told by the nodes: it may be installed later. */
export function objectsAreKinds(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap((checked) => {
    const { apiVersion, kind } = checked.resource.spec;
    const told = (field: string, text: string) => [atField(checked, `spec.${field}`, { text })];
    const literal = (value: unknown): value is string =>
      typeof value === "string" && value !== "" && !isTemplate(value);
    if (literal(apiVersion) && !API_VERSION.test(apiVersion)) {
      return told(
        "apiVersion",
        `${JSON.stringify(apiVersion)} is no version of an API; write it as v1 or apps/v1`,
      );
    }
    if (literal(kind) && !KIND.test(kind)) {
      return told("kind", `${JSON.stringify(kind)} is no kind; write it as Deployment or ConfigMap`);
    }
    if (apiVersion === "v1" && kind === "List") {
      return told("kind", "a List is no object of its own; make each of its items a resource of the form");
    }
    return [];
  });
}

/** Names and namespaces, as far as the row does not decide about them. */
export function namesAreAccepted(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap((checked) => {
    const { nameTemplate, targetNamespace, namespaceTemplate, spec } = checked.resource;
    const shape = nameShapeOf(String(spec["apiVersion"]), String(spec["kind"]));
    const name = nameTemplate ? "nameTemplate" : "spec.metadata.name";
    const own = nameTemplate || metadataOf(spec)["name"];
    return [
      ...(isTemplate(spec["kind"]) ? [] : shapeProblem(checked, name, { shape, value: own })),
      ...shapeProblem(checked, "targetNamespace", { shape: NAMESPACE_NAME, value: targetNamespace }),
      ...shapeProblem(checked, "namespaceTemplate", { shape: NAMESPACE_NAME, value: namespaceTemplate }),
    ];
  });
}

function shapeProblem(
  checked: CheckedResource,
  field: string,
  of: { shape: Parameters<typeof nameProblem>[0]; value: unknown },
): FormProblem[] {
  const { shape, value } = of;
  if (value === undefined || value === null || value === "") return [];
  if (typeof value !== "string") {
    return [atField(checked, field, { text: `a ${typeof value} where a text is wanted; put it in quotes` })];
  }
  const parsed = checked.fields.find((each) => each.field === field)?.parsed;
  if (parsed?.kind === "error") return [];
  const text = nameProblem(shape, { text: value, literals: parsed?.template.literals });
  return text === undefined ? [] : [atField(checked, field, { text })];
}

/** Labels and annotations of the objects themselves. */
export function labelsAreAccepted(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  return resources.flatMap((checked) => {
    const { labelsTemplate, annotationsTemplate, spec } = checked.resource;
    const metadata = metadataOf(spec);
    const maps: readonly (readonly [string, unknown, "label" | "annotation"])[] = [
      ["labelsTemplate", labelsTemplate, "label"],
      ["annotationsTemplate", annotationsTemplate, "annotation"],
      ["spec.metadata.labels", metadata["labels"], "label"],
      ["spec.metadata.annotations", metadata["annotations"], "annotation"],
    ];
    return maps.flatMap(([field, map, kind]) => mapProblems(checked, field, { map, kind }));
  });
}

function mapProblems(
  checked: CheckedResource,
  field: string,
  { map, kind }: { map: unknown; kind: "label" | "annotation" },
): FormProblem[] {
  if (map === undefined || map === null) return [];
  if (isTemplate(map)) return [];
  if (typeof map !== "object" || Array.isArray(map)) {
    return [atField(checked, field, { text: "it is no map; write key: value" })];
  }
  return Object.entries(map).flatMap(([key, value]) => {
    const wrong = keyProblem(key);
    if (wrong !== undefined) return [atField(checked, field, { text: wrong })];
    const at = `${field}.${key}`;
    if (kind === "label") return shapeProblem(checked, at, { shape: LABEL_VALUE, value });
    if (typeof value === "string" || value === null) return [];
    return [atField(checked, at, { text: `a ${typeof value} where a text is wanted; put it in quotes` })];
  });
}

/** Two entries that say the same would be one object; with `includeWhen` each node may have only one of them. */
export function objectsAreDistinct(_input: CheckInput, resources: readonly CheckedResource[]): FormProblem[] {
  const first = new Map<string, CheckedResource>();
  return resources.flatMap((checked) => {
    const { resource } = checked;
    const { spec, nameTemplate, targetNamespace, namespaceTemplate } = resource;
    const name = nameTemplate || metadataOf(spec)["name"];
    const field = nameTemplate ? "nameTemplate" : "spec.metadata.name";
    const parsed = checked.fields.find((each) => each.field === field)?.parsed;
    const changes = parsed?.kind === "template" && parsed.template.impure.size > 0;
    if (!name || changes || resource.includeWhen) return [];
    const group = String(spec["apiVersion"]).replace(/\/?[^/]*$/, "");
    const key = JSON.stringify([group, spec["kind"], targetNamespace || namespaceTemplate || "", name]);
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, checked);
      return [];
    }
    // An id that stands twice is told by its own rule.
    if (other.resource.id === resource.id) return [];
    const text = `${other.resource.id} (${other.place}) has the same kind, namespace and name; ` +
      "give one of them another name, or includeWhen to both";
    return [atField(checked, field, { text })];
  });
}

function metadataOf(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { metadata } = spec;
  return typeof metadata === "object" && metadata !== null ? metadata as Record<string, unknown> : {};
}
