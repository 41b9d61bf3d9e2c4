import { asList, asMap } from "./apply_typed.ts";
import {
  configKeyCauses,
  type Fields,
  labelCauses,
  mapsOf,
  portCauses,
  type RuleCause,
  type Rules,
  textOf,
} from "./schema_rule_parts.ts";
import { duplicateValue, invalidValue, requiredValue } from "./status_error.ts";

const MAX_DATA_BYTES = 1024 * 1024;

/** Data keys that a Secret of a type must have. */
const SECRET_KEYS: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

/** Rules of everything that runs no pods, in the words of Kubernetes 1.34. */
export const API_RULES: Rules = {
  "core.v1.ConfigMap": (object) => [
    ...configKeyCauses("data", object["data"]),
    ...configKeyCauses("binaryData", object["binaryData"]),
    ...sizeCauses("", [...texts(object["data"]), ...texts(object["binaryData"])].join("").length),
  ],
  "core.v1.Secret": (object) => [
    ...configKeyCauses("data", object["data"]),
    ...sizeCauses("data", texts(object["data"]).join("").length * 0.75),
    ...(SECRET_KEYS[textOf(object, "type")] ?? []).flatMap((key) =>
      asMap(object["data"])?.[key] === undefined ? [requiredValue(`data[${key}]`)] : []
    ),
  ],
  "core.v1.ServiceSpec": serviceCauses,
  "core.v1.PersistentVolumeClaimSpec": (spec, at) => {
    const requests = asMap(asMap(spec["resources"])?.["requests"]) ?? {};
    return [
      ...(asList(spec["accessModes"])?.length
        ? []
        : [requiredValue(`${at}.accessModes`, "at least 1 access mode is required")]),
      ...(requests["storage"] === undefined ? [requiredValue(`${at}.resources[storage]`)] : []),
    ];
  },
  "networking.v1.IngressSpec": (spec, at) =>
    mapsOf(spec["rules"]).length === 0 && spec["defaultBackend"] === undefined
      ? [invalidValue(at, null, "either `defaultBackend` or `rules` must be specified")]
      : [],
  "networking.v1.HTTPIngressRuleValue": (value, at) =>
    mapsOf(value["paths"]).length === 0 ? [requiredValue(`${at}.paths`)] : [],
  "networking.v1.HTTPIngressPath": pathCauses,
  "networking.v1.IngressBackend": backendCauses,
  "rbac.v1.PolicyRule": (rule, at) =>
    asList(rule["verbs"])?.length
      ? []
      : [requiredValue(`${at}.verbs`, "verbs must contain at least one value")],
};

function texts(value: unknown): readonly string[] {
  return Object.values(asMap(value) ?? {}).map(String);
}

function sizeCauses(field: string, bytes: number): readonly RuleCause[] {
  if (bytes <= MAX_DATA_BYTES) return [];
  const message = `Too long: may not be more than ${MAX_DATA_BYTES} bytes`;
  return [{ reason: "FieldValueTooLong", field, message }];
}

function serviceCauses(spec: Fields, at: string): readonly RuleCause[] {
  const ports = mapsOf(spec["ports"]);
  const headless = spec["clusterIP"] === "None";
  const external = spec["type"] === "ExternalName";
  const causes: RuleCause[] = [];
  if (ports.length === 0 && !headless && !external) causes.push(requiredValue(`${at}.ports`));
  if (external && textOf(spec, "externalName") === "") causes.push(requiredValue(`${at}.externalName`));
  const [names, pairs] = [new Set<string>(), new Set<string>()];
  for (const [index, port] of ports.entries()) {
    const here = `${at}.ports[${index}]`;
    const name = textOf(port, "name");
    if (name === "" && ports.length > 1) causes.push(requiredValue(`${here}.name`));
    else if (name !== "") causes.push(...labelCauses(`${here}.name`, name));
    if (name !== "" && names.has(name)) causes.push(duplicateValue(`${here}.name`, name));
    names.add(name);
    causes.push(...portCauses(`${here}.port`, port["port"]));
    causes.push(...portCauses(`${here}.targetPort`, port["targetPort"]));
    const pair = { port: port["port"], protocol: port["protocol"] };
    if (pairs.has(JSON.stringify(pair))) causes.push(duplicateValue(here, pair));
    pairs.add(JSON.stringify(pair));
  }
  return causes;
}

function pathCauses(path: Fields, at: string): readonly RuleCause[] {
  const type = textOf(path, "pathType");
  if (type === "") return [requiredValue(`${at}.pathType`, "pathType must be specified")];
  const text = textOf(path, "path");
  const free = type === "ImplementationSpecific" && text === "";
  return free || text.startsWith("/") ? [] : [invalidValue(`${at}.path`, text, "must be an absolute path")];
}

function backendCauses(backend: Fields, at: string): readonly RuleCause[] {
  const [resource, service] = [asMap(backend["resource"]), asMap(backend["service"])];
  if (resource !== undefined && service !== undefined) {
    return [invalidValue(at, "", "cannot set both resource and service backends")];
  }
  if (resource !== undefined) return [];
  if (service === undefined) return [invalidValue(at, "", "resource or service backend is required")];
  const port = asMap(service["port"]) ?? {};
  const [name, number] = [textOf(port, "name"), Number(port["number"] ?? 0)];
  const portProblems = name !== "" && number !== 0
    ? [invalidValue(at, "", "cannot set both port name & port number")]
    : name === "" && number === 0
    ? [requiredValue(at, "port name or number is required")]
    : number === 0
    ? []
    : portCauses(`${at}.service.port.number`, number);
  return [
    ...(textOf(service, "name") === "" ? [requiredValue(`${at}.service.name`)] : []),
    ...portProblems,
  ];
}
