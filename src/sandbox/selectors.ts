import type { KubeObject } from "../kube/object.ts";
import { at, isObject } from "./json.ts";
import type { ServedResource } from "./served_resource.ts";
import { badRequest } from "./status_error.ts";

export type Labels = Readonly<Record<string, string>>;
export type Requirement =
  | { readonly kind: "in" | "notin"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "exists" | "absent"; readonly key: string }
  | { readonly kind: "gt" | "lt"; readonly key: string; readonly bound: number };

const keyPattern = /^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$/;

/** Parses `?labelSelector=`; throws 400 as kube-apiserver does. */
export function parseLabelSelector(text: string): readonly Requirement[] {
  return splitTopLevel(text).map((part) => part.trim()).filter((part) => part !== "").map(parseRequirement);
}

/** Splits at commas outside of parentheses. */
function splitTopLevel(text: string): readonly string[] {
  return text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
}

function parseRequirement(part: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const values = (set[3] ?? "").split(",").map((value) => value.trim());
    return { kind: set[2] === "in" ? "in" : "notin", key: checkedKey(set[1] ?? "", part), values };
  }
  const compared = /^([^=!<>\s]+)\s*(==|=|!=|>|<)\s*([^=!<>\s]*)$/.exec(part);
  if (compared !== null) {
    const key = checkedKey(compared[1] ?? "", part);
    const value = compared[3] ?? "";
    if (compared[2] === ">" || compared[2] === "<") return bounded(key, compared[2], value);
    return { kind: compared[2] === "!=" ? "notin" : "in", key, values: [value] };
  }
  if (part.startsWith("!")) return { kind: "absent", key: checkedKey(part.slice(1).trim(), part) };
  return { kind: "exists", key: checkedKey(part, part) };
}

function bounded(key: string, operator: string, value: string): Requirement {
  if (!/^-?\d+$/.test(value)) {
    throw badRequest(
      `values[0][${key}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  return { kind: operator === ">" ? "gt" : "lt", key, bound: Number(value) };
}

function checkedKey(key: string, part: string): string {
  if (!keyPattern.test(key)) {
    throw badRequest(`unable to parse requirement: ${JSON.stringify(part)} is no label requirement`);
  }
  return key;
}

export function matchesLabels(requirements: readonly Requirement[], labels: Labels | undefined): boolean {
  return requirements.every((requirement) => {
    const value = labels?.[requirement.key];
    switch (requirement.kind) {
      case "in":
        return value !== undefined && requirement.values.includes(value);
      case "notin":
        return value === undefined || !requirement.values.includes(value);
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
      case "gt":
        return value !== undefined && Number(value) > requirement.bound;
      case "lt":
        return value !== undefined && Number(value) < requirement.bound;
    }
  });
}

/** `metav1.LabelSelector` (matchLabels and matchExpressions) of a workload; an empty or absent one matches nothing. */
export function matchesSelector(selector: unknown, labels: Labels | undefined): boolean {
  const wanted = at(selector, "matchLabels");
  const expressions = at(selector, "matchExpressions");
  const requirements: Requirement[] = [];
  if (isObject(wanted)) {
    for (const [key, value] of Object.entries(wanted)) {
      requirements.push({ kind: "in", key, values: [String(value)] });
    }
  }
  for (const expression of Array.isArray(expressions) ? expressions : []) {
    const key = String(at(expression, "key"));
    const values = at(expression, "values");
    const texts = Array.isArray(values) ? values.map(String) : [];
    const operator = at(expression, "operator");
    if (operator === "In" || operator === "NotIn") {
      requirements.push({ kind: operator === "In" ? "in" : "notin", key, values: texts });
    } else requirements.push({ kind: operator === "Exists" ? "exists" : "absent", key });
  }
  return requirements.length > 0 && matchesLabels(requirements, labels);
}

export interface FieldRequirement {
  readonly path: string;
  readonly equal: boolean;
  readonly value: string;
}

const selectable: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "/secrets": ["type"],
  "/namespaces": ["status.phase"],
  "/nodes": ["spec.unschedulable"],
  "/services": ["spec.clusterIP", "spec.type"],
  "/replicationcontrollers": ["status.replicas"],
  "apps/replicasets": ["status.replicas"],
  "batch/jobs": ["status.successful"],
};

/** Parses `?fieldSelector=`; throws 400 for a field that the kind is not selectable by. */
export function parseFieldSelector(resource: ServedResource, text: string): readonly FieldRequirement[] {
  const known = [
    "metadata.name",
    ...(resource.namespaced ? ["metadata.namespace"] : []),
    ...(selectable[resource.store] ?? []),
    ...(resource.custom?.selectableFields ?? []),
  ];
  return text.split(",").filter((part) => part !== "").map((part) => {
    const parts = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
    if (parts === null) {
      throw badRequest(`invalid selector: ${JSON.stringify(part)}; can't understand ${JSON.stringify(part)}`);
    }
    const path = coreEventField(resource, parts[1] ?? "");
    if (!known.includes(path)) {
      const listed = known.map((field) => JSON.stringify(field)).join(", ");
      throw badRequest(`${JSON.stringify(path)} is not a known field selector: only ${listed}`);
    }
    return { path, equal: parts[2] !== "!=", value: parts[3] ?? "" };
  });
}

function coreEventField(resource: ServedResource, path: string): string {
  if (resource.store !== "/events") return path;
  return path.replace(/^regarding\./, "involvedObject.").replace(
    /^reportingController$/,
    "reportingComponent",
  );
}

/** Compares with the stored object; an absent field is "", or "false" and "0" where the field has that zero. */
export function matchesFields(requirements: readonly FieldRequirement[], object: KubeObject): boolean {
  return requirements.every(({ path, equal, value }) => {
    const found = at(object, ...(path === "source" ? ["source", "component"] : path.split(".")));
    const text = found === undefined || found === null ? zeroOf(path) : String(found);
    return (text === value) === equal;
  });
}

function zeroOf(path: string): string {
  if (path === "spec.hostNetwork" || path === "spec.unschedulable") return "false";
  return path === "status.replicas" || path === "status.successful" ? "0" : "";
}
