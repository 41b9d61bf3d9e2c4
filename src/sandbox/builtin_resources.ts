/** One built-in resource as the table below spells it. */
interface Traits {
  readonly version?: string;
  readonly cluster?: boolean;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly string[];
  /** Another resource that holds the same objects, `group/plural`. */
  readonly store?: string;
}

export interface BuiltinResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  readonly store: string;
}

/** The built-in kinds that the sandbox stores, in the order in which discovery lists their groups. */
export const builtinResources: readonly BuiltinResource[] = [
  ...group("", [
    ["configmaps", "ConfigMap", { short: ["cm"] }],
    ["endpoints", "Endpoints", { short: ["ep"] }],
    ["events", "Event", { short: ["ev"], store: "/events" }],
    ["limitranges", "LimitRange", { short: ["limits"] }],
    ["namespaces", "Namespace", { cluster: true, short: ["ns"], subresources: ["finalize", "status"] }],
    ["nodes", "Node", { cluster: true, short: ["no"], subresources: ["status"] }],
    ["persistentvolumeclaims", "PersistentVolumeClaim", { short: ["pvc"], subresources: ["status"] }],
    ["persistentvolumes", "PersistentVolume", { cluster: true, short: ["pv"], subresources: ["status"] }],
    ["pods", "Pod", { short: ["po"], categories: ["all"], subresources: ["eviction", "status"] }],
    ["podtemplates", "PodTemplate"],
    ["replicationcontrollers", "ReplicationController", {
      short: ["rc"],
      categories: ["all"],
      subresources: ["scale", "status"],
    }],
    ["resourcequotas", "ResourceQuota", { short: ["quota"], subresources: ["status"] }],
    ["secrets", "Secret"],
    ["serviceaccounts", "ServiceAccount", { short: ["sa"] }],
    ["services", "Service", { short: ["svc"], categories: ["all"], subresources: ["status"] }],
  ]),
  ...group("apps", [
    ["controllerrevisions", "ControllerRevision"],
    ["daemonsets", "DaemonSet", { short: ["ds"], categories: ["all"], subresources: ["status"] }],
    ["deployments", "Deployment", {
      short: ["deploy"],
      categories: ["all"],
      subresources: ["scale", "status"],
    }],
    ["replicasets", "ReplicaSet", {
      short: ["rs"],
      categories: ["all"],
      subresources: ["scale", "status"],
    }],
    ["statefulsets", "StatefulSet", {
      short: ["sts"],
      categories: ["all"],
      subresources: ["scale", "status"],
    }],
  ]),
  ...group("events.k8s.io", [
    ["events", "Event", { short: ["ev"], store: "/events" }],
  ]),
  ...group("autoscaling", [
    ["horizontalpodautoscalers", "HorizontalPodAutoscaler", {
      version: "v2",
      short: ["hpa"],
      categories: ["all"],
      subresources: ["status"],
    }],
    ["horizontalpodautoscalers", "HorizontalPodAutoscaler", {
      short: ["hpa"],
      categories: ["all"],
      subresources: ["status"],
    }],
  ]),
  ...group("batch", [
    ["cronjobs", "CronJob", { short: ["cj"], categories: ["all"], subresources: ["status"] }],
    ["jobs", "Job", { categories: ["all"], subresources: ["status"] }],
  ]),
  ...group("networking.k8s.io", [
    ["ingressclasses", "IngressClass", { cluster: true }],
    ["ingresses", "Ingress", { short: ["ing"], subresources: ["status"] }],
    ["networkpolicies", "NetworkPolicy", { short: ["netpol"] }],
  ]),
  ...group("policy", [
    ["poddisruptionbudgets", "PodDisruptionBudget", { short: ["pdb"], subresources: ["status"] }],
  ]),
  ...group("rbac.authorization.k8s.io", [
    ["clusterrolebindings", "ClusterRoleBinding", { cluster: true }],
    ["clusterroles", "ClusterRole", { cluster: true }],
    ["rolebindings", "RoleBinding"],
    ["roles", "Role"],
  ]),
  ...group("storage.k8s.io", [
    ["csidrivers", "CSIDriver", { cluster: true }],
    ["csinodes", "CSINode", { cluster: true }],
    ["csistoragecapacities", "CSIStorageCapacity"],
    ["storageclasses", "StorageClass", { cluster: true, short: ["sc"] }],
    ["volumeattachments", "VolumeAttachment", { cluster: true, subresources: ["status"] }],
  ]),
  ...group("admissionregistration.k8s.io", [
    ["mutatingwebhookconfigurations", "MutatingWebhookConfiguration", {
      cluster: true,
      categories: ["api-extensions"],
    }],
    ["validatingadmissionpolicies", "ValidatingAdmissionPolicy", {
      cluster: true,
      categories: ["api-extensions"],
      subresources: ["status"],
    }],
    ["validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", {
      cluster: true,
      categories: ["api-extensions"],
    }],
    ["validatingwebhookconfigurations", "ValidatingWebhookConfiguration", {
      cluster: true,
      categories: ["api-extensions"],
    }],
  ]),
  ...group("apiextensions.k8s.io", [
    ["customresourcedefinitions", "CustomResourceDefinition", {
      cluster: true,
      short: ["crd", "crds"],
      categories: ["api-extensions"],
      subresources: ["status"],
    }],
  ]),
  ...group("scheduling.k8s.io", [
    ["priorityclasses", "PriorityClass", { cluster: true, short: ["pc"] }],
  ]),
  ...group("coordination.k8s.io", [
    ["leases", "Lease"],
  ]),
  ...group("node.k8s.io", [
    ["runtimeclasses", "RuntimeClass", { cluster: true }],
  ]),
  ...group("discovery.k8s.io", [
    ["endpointslices", "EndpointSlice"],
  ]),
];

function group(
  name: string,
  rows: readonly (readonly [string, string, Traits?])[],
): readonly BuiltinResource[] {
  return rows.map(([plural, kind, traits = {}]) => ({
    group: name,
    version: traits.version ?? "v1",
    plural,
    kind,
    namespaced: traits.cluster !== true,
    shortNames: traits.short ?? [],
    categories: traits.categories ?? [],
    subresources: traits.subresources ?? [],
    store: traits.store ?? `${name}/${plural}`,
  }));
}
