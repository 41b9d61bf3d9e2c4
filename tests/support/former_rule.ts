import { Buffer } from "node:buffer";
import { RESOURCE_ARRAYS } from "../../src/api/resource.ts";
import type { KubeObject } from "../../src/kube/object.ts";

/** A resource as the Go implementation reads it from a LynqNode. */
interface Entry {
  readonly id: string;
  readonly nameTemplate?: string;
  readonly targetNamespace?: string;
  readonly spec: { readonly kind?: string };
}

/**
 * The keys of the objects that the Go implementation deletes in its first pass over a node: those of its list that the
 * node's arrays do not give (compat.md 2.6 and 5.13). Written from the facts alone, without the operator's code.
 */
export function deletedByFormer(node: KubeObject): string[] {
  const status = (node["status"] ?? {}) as { appliedResources?: string[] };
  const wanted = new Set(entriesOf(node).map((entry) => keyOf(node, entry)));
  return (status.appliedResources ?? []).filter((key) => !wanted.has(key));
}

/** All keys that the node's arrays give. */
export function wantedByFormer(node: KubeObject): string[] {
  return entriesOf(node).map((entry) => keyOf(node, entry));
}

/** The fields of a node that differ from a row and a form's generation, so that its hub controller would write it (3.7). */
export function staleForFormer(
  node: KubeObject,
  row: { activate: string; hostOrUrl: string; extra: Record<string, string>; generation: number },
): string[] {
  const annotations = node.metadata.annotations ?? {};
  const wanted = {
    "lynq.sh/hostOrUrl": row.hostOrUrl,
    "lynq.sh/activate": row.activate,
    "lynq.sh/extra": goJson(row.extra),
    "lynq.sh/template-generation": String(row.generation),
  };
  return Object.entries(wanted).filter(([key, text]) => annotations[key] !== text).map(([key]) => key);
}

/** `json.Marshal` of a Go map of strings: keys by their bytes, `<`, `>`, `&` and the two line separators escaped. */
function goJson(values: Record<string, string>): string {
  const keys = Object.keys(values).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const text = `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(values[key])}`).join(",")}}`;
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function entriesOf(node: KubeObject): Entry[] {
  const spec = node["spec"] as Record<string, Entry[] | undefined>;
  return RESOURCE_ARRAYS.flatMap((name) => spec[name] ?? []);
}

function keyOf(node: KubeObject, { id, nameTemplate = "", targetNamespace, spec }: Entry): string {
  return `${spec.kind}/${targetNamespace || node.metadata.namespace}/${nameTemplate}@${id}`;
}
