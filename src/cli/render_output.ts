import { stringify } from "yaml";
import { isRawJson } from "../node/raw_json.ts";
import type { RenderedDocument } from "./rendering.ts";

/** YAML documents, each under a comment that names its row, form and resource. */
export function asYaml(documents: readonly RenderedDocument[]): string {
  return documents.map(({ row, form, id, object, unknownKind }) => {
    const comment = `# row ${row}, form ${form}, resource ${id}`;
    const unknown = unknownKind ? `\n# ${object.kind} is not known offline: shown as namespaced` : "";
    const text = stringify(withBigints(object), { lineWidth: 0, aliasDuplicateObjects: false });
    return `---\n${comment}${unknown}\n${text}`;
  }).join("");
}

/** A `v1` List. */
export function asJson(documents: readonly RenderedDocument[]): string {
  const items = documents.map(({ object }) => object);
  return `${JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 2)}\n`;
}

/** Integers that a double can't hold, as YAML's writer takes them. */
function withBigints(value: unknown): unknown {
  if (isRawJson(value)) return BigInt(JSON.stringify(value));
  if (Array.isArray(value)) return value.map(withBigints);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withBigints(inner)]));
}
