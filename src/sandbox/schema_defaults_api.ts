import { asList, asMap } from "./apply_typed.ts";
import { type DefaultRules, type Fields, under } from "./schema_default_rules.ts";

const RBAC = "rbac.authorization.k8s.io";

/** The defaults of everything that runs no pods: Services, Secrets, volumes, policies, RBAC, webhooks, CRDs. */
export const API_DEFAULTS: DefaultRules = {
  "core.v1.Service": (object) => ({ ...object, spec: serviceSpec(asMap(object["spec"]) ?? {}) }),
  "core.v1.Secret": secret,
  "core.v1.Namespace": (object) => {
    const metadata = asMap(object["metadata"]) ?? {};
    const name = metadata["name"];
    if (typeof name !== "string" || name === "") return object;
    const labels = { ...asMap(metadata["labels"]), "kubernetes.io/metadata.name": name };
    return { ...object, metadata: { ...metadata, labels } };
  },
  "core.v1.NamespaceStatus": (status) => under(status, { phase: "Active" }),
  "core.v1.PersistentVolume": (object) => ({
    ...object,
    spec: under(asMap(object["spec"]) ?? {}, {
      persistentVolumeReclaimPolicy: "Retain",
      volumeMode: "Filesystem",
    }),
    status: under(asMap(object["status"]) ?? {}, { phase: "Pending" }),
  }),
  "core.v1.PersistentVolumeClaim": (object) => ({
    ...object,
    status: under(asMap(object["status"]) ?? {}, { phase: "Pending" }),
  }),
  "core.v1.PersistentVolumeClaimSpec": (spec) => under(spec, { volumeMode: "Filesystem" }),
  "core.v1.EndpointPort": (port) => under(port, { protocol: "TCP" }),
  "networking.v1.NetworkPolicyPort": (port) => under(port, { protocol: "TCP" }),
  "networking.v1.NetworkPolicySpec": (spec) =>
    under(spec, {
      policyTypes: asList(spec["egress"])?.length ? ["Ingress", "Egress"] : ["Ingress"],
    }),
  "networking.v1.IngressClassParametersReference": (reference) => under(reference, { scope: "Cluster" }),
  "rbac.v1.RoleRef": (reference) => under(reference, { apiGroup: RBAC }),
  "rbac.v1.Subject": (subject) =>
    subject["kind"] === "User" || subject["kind"] === "Group" ? under(subject, { apiGroup: RBAC }) : subject,
  "storage.v1.StorageClass": (object) =>
    under(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  "scheduling.v1.PriorityClass": (object) => under(object, { preemptionPolicy: "PreemptLowerPriority" }),
  "discovery.v1.EndpointPort": (port) => ({ name: "", ...under(port, { protocol: "TCP" }) }),
  "admissionregistration.v1.ValidatingWebhook": webhook,
  "admissionregistration.v1.MutatingWebhook": (hook) => under(webhook(hook), { reinvocationPolicy: "Never" }),
  "admissionregistration.v1.RuleWithOperations": (rule) => under(rule, { scope: "*" }),
  "admissionregistration.v1.ServiceReference": (reference) => under(reference, { port: 443 }),
  "apiextensions.v1.ServiceReference": (reference) => under(reference, { port: 443 }),
  "apiextensions.v1.CustomResourceDefinition": customResourceDefinition,
};

function webhook(hook: Fields): Fields {
  return under(hook, {
    failurePolicy: "Fail",
    matchPolicy: "Equivalent",
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
}

const EXPOSED = ["NodePort", "LoadBalancer"];

function serviceSpec(given: Fields): Fields {
  const spec = under(given, { sessionAffinity: "None", type: "ClusterIP" });
  const type = String(spec["type"]);
  const ports = asList(spec["ports"])?.map((port) => servicePort(asMap(port) ?? {}));
  const external = EXPOSED.includes(type) || (asList(spec["externalIPs"])?.length ?? 0) > 0;
  const { sessionAffinityConfig, ...rest } = spec;
  return {
    ...under(rest, {
      ...(type === "ExternalName" ? {} : { internalTrafficPolicy: "Cluster" }),
      ...(external ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
    }),
    ...(spec["sessionAffinity"] === "ClientIP"
      ? { sessionAffinityConfig: sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10800 } } }
      : {}),
    ...(ports === undefined ? {} : { ports }),
  };
}

function servicePort(port: Fields): Fields {
  const target = port["targetPort"];
  return {
    ...under(port, { protocol: "TCP" }),
    targetPort: target === undefined || target === 0 || target === "" ? port["port"] : target,
  };
}

/** `stringData` is written into `data`, and never read back. */
function secret(object: Fields): Fields {
  const { stringData, ...rest } = under(object, { type: "Opaque" });
  const texts = asMap(stringData);
  if (texts === undefined) return rest;
  const data = Object.entries(texts).map(([key, text]) => [key, base64(String(text))]);
  return { ...rest, data: { ...asMap(rest["data"]), ...Object.fromEntries(data) } };
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function customResourceDefinition(object: Fields): Fields {
  const spec = asMap(object["spec"]) ?? {};
  const names = asMap(spec["names"]) ?? {};
  const kind = String(names["kind"] ?? "");
  const status = asMap(object["status"]) ?? {};
  const stored = asList(spec["versions"])?.map((version) => asMap(version) ?? {})
    .find((version) => version["storage"] === true)?.["name"];
  return {
    ...object,
    spec: {
      ...under(spec, { conversion: { strategy: "None" } }),
      names: under(names, {
        singular: kind.toLowerCase(),
        ...(kind === "" ? {} : { listKind: `${kind}List` }),
      }),
    },
    status: asList(status["storedVersions"])?.length || stored === undefined
      ? status
      : { ...status, storedVersions: [stored] },
  };
}
