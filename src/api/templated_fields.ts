import type { Resource } from "./resource.ts";

/** One templated string of a resource and the path of its field, `spec.data.host`. */
export interface TemplatedField {
  readonly field: string;
  readonly text: string;
}

/** Every string of a resource that is a template, in the order of compat.md 6.7. Keys never are. */
export function templatedFields(resource: Resource): TemplatedField[] {
  const { nameTemplate, targetNamespace, namespaceTemplate, labelsTemplate, annotationsTemplate, spec } =
    resource;
  return [
    ...strings(nameTemplate, "nameTemplate"),
    ...strings(targetNamespace, "targetNamespace"),
    ...strings(namespaceTemplate, "namespaceTemplate"),
    ...strings(labelsTemplate, "labelsTemplate"),
    ...strings(annotationsTemplate, "annotationsTemplate"),
    ...strings(spec, "spec"),
  ].filter(({ text }) => text.includes("{{"));
}

function strings(value: unknown, field: string): TemplatedField[] {
  if (typeof value === "string") return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, n) => strings(item, `${field}[${n}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${field}.${key}`));
}
