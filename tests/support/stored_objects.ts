import type { Condition } from "../../src/api/primitives.ts";
import { type FormSpec, formSpec } from "../../src/api/form.ts";
import { type HubSpec, hubSpec } from "../../src/api/hub.ts";
import type { NodeSpec } from "../../src/api/node.ts";
import { type Resource, resource } from "../../src/api/resource.ts";
import type { StoredForm, StoredHub, StoredMeta, StoredNode } from "../../src/api/stored.ts";

/** A resource of a form with every default filled in. */
export function resourceOf(part: Partial<Resource> & { readonly id: string }): Resource {
  const spec = { apiVersion: "v1", kind: "ConfigMap" };
  return resource.parse({ spec, nameTemplate: `{{ .uid }}-${part.id}`, ...part });
}

export function hubSpecOf(part: Partial<HubSpec> = {}): HubSpec {
  return hubSpec.parse({
    source: { type: "sqlite", sqlite: { path: "/data/rows.db", table: "rows" } },
    valueMappings: { uid: "id", activate: "active" },
    ...part,
  });
}

export function formSpecOf(part: Partial<FormSpec> = {}): FormSpec {
  return formSpec.parse({ hubId: "hub", ...part });
}

function metaOf(name: string): StoredMeta {
  return {
    namespace: "ns",
    name,
    uid: `uid-of-${name}`,
    resourceVersion: "1",
    generation: 1,
    deleting: false,
    finalizers: [],
    annotations: {},
    createdAt: undefined,
  };
}

export function storedHub(part: Partial<StoredHub> = {}): StoredHub {
  return { ...metaOf("hub"), spec: hubSpecOf(), status: {}, ...part };
}

export function storedForm(part: Partial<StoredForm> = {}): StoredForm {
  return {
    ...metaOf(part.name ?? "web"),
    spec: formSpecOf(),
    status: { currentRevision: `${part.name ?? "web"}-1` },
    ...part,
  };
}

/** A node of one row and one form; `spec` is laid over what a hub writes. */
export function storedNode(
  of: { readonly row: string; readonly form: string },
  part: Partial<Omit<StoredNode, "spec">> & { readonly spec?: Partial<NodeSpec> } = {},
): StoredNode {
  const { spec, ...rest } = part;
  const node = `${of.row}-${of.form}`;
  return {
    ...metaOf(node),
    hub: "hub",
    labels: {},
    status: {},
    ...rest,
    spec: {
      uid: of.row,
      templateRef: of.form,
      hubId: "hub",
      revision: `${of.form}-1`,
      values: { activate: "1" },
      ...spec,
    } as NodeSpec,
  };
}

export function condition(type: string, status: Condition["status"], reason = "Because"): Condition {
  return {
    type,
    status,
    reason,
    message: `${type} is ${status}`,
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
}

/** A status that says that a node of generation 1 has this Ready condition. */
export function readyStatus(status: Condition["status"], reason = "Because"): StoredNode["status"] {
  return { observedGeneration: 1, conditions: [condition("Ready", status, reason)] };
}
