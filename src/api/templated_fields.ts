import type { Resource } from "./resource.ts";

/** One templated string of a resource and the path of its field, `spec.data.host`. */
export interface TemplatedField {
  readonly field: string;
  readonly text: string;
}

/** Every string of a resource that is a template, in the order of compat.md 6.7. Keys never are. */
export function templatedFields(resource: Resource): TemplatedField[] {
  const { nameTemplate, targetNamespace, namespaceTemplate, labelsTemplate, annotationsTemplate } = resource;
  const { includeWhen, spec } = resource;
  return [
    ...strings(includeWhen, "includeWhen"),
    ...strings(nameTemplate, "nameTemplate"),
    ...strings(targetNamespace, "targetNamespace"),
    ...strings(namespaceTemplate, "namespaceTemplate"),
    ...strings(labelsTemplate, "labelsTemplate"),
    ...strings(annotationsTemplate, "annotationsTemplate"),
    ...strings(spec, "spec"),
  ].filter(({ text }) => isTemplate(text));
}

/** Whether a value is a text with template actions. */
export function isTemplate(value: unknown): value is string {
  return typeof value === "string" && value.includes("{{");
}

function strings(value: unknown, field: string): TemplatedField[] {
  if (typeof value === "string") return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, n) => strings(item, `${field}[${n}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${field}.${key}`));
}
