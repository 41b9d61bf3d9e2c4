import type { NodeSpec } from "../api/node.ts";
import type { Variables } from "../api/stages.ts";
import { ANNOTATION } from "../api/labels.ts";
import { hostOf } from "../template/mod.ts";

/** The variables of a node, or what is wrong with the annotation that holds them. */
export type VariablesResult =
  | { readonly kind: "variables"; readonly variables: Variables }
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Builds the template variables: those of the row (`spec.values`, or without them the annotations that the Go
 * implementation writes), uid, activate, hostOrUrl, host, hubId and templateRef (compat.md 5.2, 6.3). In place of
 * sensitive values their hashes stand, so that hashes and decisions that are told can be made of them.
 */
export function buildVariables(
  node: { spec: NodeSpec; annotations: Readonly<Record<string, string>> },
): VariablesResult {
  const { annotations } = node;
  const row = node.spec.values === undefined
    ? annotatedRow(annotations)
    : { kind: "row" as const, row: node.spec.values };
  if (row.kind === "invalid") return row;
  const told = node.spec.values === undefined ? annotations : {};
  const hostOrUrl = row.row["hostOrUrl"] || told[ANNOTATION.hostOrUrl] || node.spec.uid;
  const variables: Record<string, string> = Object.create(null);
  Object.assign(variables, {
    uid: node.spec.uid,
    activate: told[ANNOTATION.activate] || "true",
    hostOrUrl,
    host: hostOf(hostOrUrl),
  });
  for (const [name, value] of Object.entries(row.row)) if (name !== "hostOrUrl") variables[name] = value;
  Object.assign(variables, node.spec.sensitive?.hashes);
  const hub = node.spec.hubId || annotations[ANNOTATION.hubId];
  if (hub) variables["hubId"] = hub;
  if (node.spec.templateRef) variables["templateRef"] = node.spec.templateRef;
  return { kind: "variables", variables };
}

type AnnotatedRow =
  | { readonly kind: "row"; readonly row: Readonly<Record<string, string>> }
  | { readonly kind: "invalid"; readonly message: string };

function annotatedRow(annotations: Readonly<Record<string, string>>): AnnotatedRow {
  const text = annotations[ANNOTATION.extra];
  if (text === undefined || text === "") return { kind: "row", row: {} };
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
      throw new SyntaxError("no object");
    }
    const row = Object.fromEntries(
      Object.entries(parsed).map(([k, v]) => [k, typeof v === "string" ? v : JSON.stringify(v)]),
    );
    return { kind: "row", row };
  } catch {
    return {
      kind: "invalid",
      message:
        `failed to unmarshal extra values: annotation ${ANNOTATION.extra} holds no JSON object of strings; ` +
        "remove the annotation, the hub writes the values anew",
    };
  }
}
