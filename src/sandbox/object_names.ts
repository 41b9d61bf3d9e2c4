import type { KubeObject } from "../kube/object.ts";
import { isObject } from "./json.ts";
import type { ServedResource } from "./served_resource.ts";
import { type FieldCause, invalidValue, requiredValue } from "./status_error.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;

function matchesWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text);
}

export const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  `and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;

const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start " +
  `and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;

export function isSubdomain(text: string): boolean {
  return text.length <= 253 && matchesWhole(subdomain, text);
}

export function isLabel(text: string): boolean {
  return text.length <= 63 && matchesWhole(label, text);
}

function nameCauses(
  field: string,
  name: string,
  rule: { max: number; pattern: string; said: string },
): FieldCause[] {
  const causes: FieldCause[] = [];
  if (name.length > rule.max) {
    causes.push(invalidValue(field, name, `must be no more than ${rule.max} bytes`));
  }
  if (!matchesWhole(rule.pattern, name)) causes.push(invalidValue(field, name, rule.said));
  return causes;
}

interface NameRule {
  readonly max: number;
  readonly pattern: string;
  readonly said: string;
}

const subdomainName: NameRule = { max: 253, pattern: subdomain, said: subdomainRule };
const label1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const serviceName: NameRule = {
  max: 63,
  pattern: label1035,
  said:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
    `and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`,
};
const labelName: NameRule = { max: 63, pattern: label, said: labelRule };
const pathName: NameRule = {
  max: Number.POSITIVE_INFINITY,
  pattern: "(?!\\.{1,2}$)[^/%]+",
  said: "may not be '.' or '..' and may not contain '/' or '%'",
};

function ruleOf(resource: Pick<ServedResource, "group" | "plural" | "custom">): NameRule {
  if (resource.custom !== undefined) return subdomainName;
  if (resource.group === "rbac.authorization.k8s.io") return pathName;
  if (resource.group !== "") return subdomainName;
  if (resource.plural === "services") return serviceName;
  return resource.plural === "namespaces" ? labelName : subdomainName;
}

/** `metadata.name` (or generateName) and namespace of a new object, by the rule of its kind. */
export function objectNameCauses(resource: ServedResource, object: KubeObject): readonly FieldCause[] {
  const { name = "", generateName = "", namespace = "" } = object.metadata;
  const rule = ruleOf(resource);
  const causes: FieldCause[] = [];
  if (generateName !== "") {
    causes.push(...nameCauses("metadata.generateName", generateName.replace(/-$/, "a"), rule));
  }
  if (name === "") causes.push(requiredValue("metadata.name", "name or generateName is required"));
  else causes.push(...nameCauses("metadata.name", name, rule));
  if (resource.namespaced && namespace !== "") {
    causes.push(...nameCauses("metadata.namespace", namespace, labelName));
  }
  return causes;
}

const qualifiedName = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const namePartRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  `'${qualifiedName}')`;
const labelValue = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and " +
  "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for " +
  `validation is '${labelValue}')`;

function qualifiedNameProblems(key: string): readonly string[] {
  const parts = key.split("/");
  const name = parts.length === 1 ? key : parts[1] ?? "";
  if (parts.length > 2) {
    return [
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
      "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
      `'${qualifiedName}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const problems: string[] = [];
  if (parts.length === 2 && !isSubdomain(parts[0] ?? "")) {
    problems.push(parts[0] === "" ? "prefix part must be non-empty" : `prefix part ${subdomainRule}`);
  }
  if (name === "") problems.push("name part must be non-empty");
  else if (name.length > 63) problems.push("name part must be no more than 63 bytes");
  if (!matchesWhole(qualifiedName, name)) problems.push(namePartRule);
  return problems;
}

/** `metadata.labels` and `metadata.annotations`, finalizers and owner references of any object. */
export function metadataCauses(object: KubeObject): readonly FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [key, value] of Object.entries(object.metadata.labels ?? {})) {
    for (const problem of qualifiedNameProblems(key)) {
      causes.push(invalidValue("metadata.labels", key, problem));
    }
    if (value.length > 63) {
      causes.push(invalidValue("metadata.labels", value, "must be no more than 63 bytes"));
    }
    if (!matchesWhole(labelValue, value)) causes.push(invalidValue("metadata.labels", value, labelValueRule));
  }
  for (const key of Object.keys(object.metadata.annotations ?? {})) {
    for (const problem of qualifiedNameProblems(key.toLowerCase())) {
      causes.push(invalidValue("metadata.annotations", key, problem));
    }
  }
  for (const finalizer of object.metadata.finalizers ?? []) {
    for (const problem of qualifiedNameProblems(finalizer)) {
      causes.push(invalidValue("metadata.finalizers", finalizer, problem));
    }
  }
  for (const owner of object.metadata.ownerReferences ?? []) {
    for (const field of ["apiVersion", "kind", "name", "uid"] as const) {
      if (isObject(owner) && owner[field]) continue;
      const said = field === "apiVersion" ? "version must not be empty" : "must not be empty";
      causes.push(invalidValue(`metadata.ownerReferences.${field}`, "", said));
    }
  }
  return causes;
}

/** What `generateName` adds: five characters that make no words. */
export function generatedSuffix(random: () => number): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join("");
}
