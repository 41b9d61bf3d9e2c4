import type { KubeObject } from "../kube/object.ts";
import type { Cluster } from "./cluster.ts";
import { crdDefaults } from "./crd_definition.ts";
import { at, listAt, objectAt, textAt } from "./json.ts";
import type { ServedResource } from "./served_resource.ts";
import { allocateService } from "./service_addresses.ts";
import { failure, notFound, qualified } from "./status_error.ts";

/** What the built-in admission plugins do to a new object: namespace life cycle, service account, storage class, addresses. */
export function admitCreate(cluster: Cluster, resource: ServedResource, object: KubeObject): KubeObject {
  if (resource.namespaced) checkNamespace(cluster, resource, object);
  switch (resource.store) {
    case "/namespaces":
      return namespaceDefaults(object);
    case "/pods":
      return podDefaults(object);
    case "/services":
      return allocateService(cluster, { next: object, live: undefined });
    case "/persistentvolumeclaims":
      return claimDefaults(cluster, object);
    case "networking.k8s.io/ingresses":
      return ingressDefaults(cluster, object);
    case "apiextensions.k8s.io/customresourcedefinitions":
      return crdDefaults(object);
    default:
      return object;
  }
}

export function admitUpdate(
  cluster: Cluster,
  resource: ServedResource,
  change: { live: KubeObject; next: KubeObject },
): KubeObject {
  const { live, next } = change;
  switch (resource.store) {
    case "/services":
      return allocateService(cluster, { next, live });
    case "/namespaces":
      return { ...namespaceDefaults(next), ...(at(live, "spec") === undefined ? {} : { spec: live.spec }) };
    case "/persistentvolumeclaims":
      return keepSpec(live, next, ["storageClassName", "volumeName", "volumeMode"]);
    case "apiextensions.k8s.io/customresourcedefinitions":
      return crdDefaults(next);
    case "/pods":
      return keepSpec(live, next, [
        "nodeName",
        "serviceAccountName",
        "serviceAccount",
        "priority",
        "preemptionPolicy",
        "tolerations",
      ]);
    default:
      return next;
  }
}

function checkNamespace(cluster: Cluster, resource: ServedResource, object: KubeObject): void {
  const name = object.metadata.namespace ?? "";
  const namespaces = cluster.registry.builtin("", "namespaces");
  const namespace = cluster.storage.get(namespaces.store, name);
  if (namespace === undefined) throw notFound(namespaces, name);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  const objectName = object.metadata.name ?? "";
  throw failure(403, "Forbidden", {
    message:
      `${
        qualified(resource)
      } "${objectName}" is forbidden: unable to create new content in namespace ${name} ` +
      "because it is being terminated",
    details: {
      name: objectName,
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.plural,
      causes: [{
        reason: "NamespaceTerminating",
        message: `namespace ${name} is being terminated`,
        field: "metadata.namespace",
      }],
    },
  });
}

function namespaceDefaults(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name ?? "" };
  return {
    ...object,
    metadata: { ...object.metadata, labels },
    spec: { ...objectAt(object, "spec"), finalizers: ["kubernetes"] },
    status: { phase: "Active", ...objectAt(object, "status") },
  };
}

function podDefaults(object: KubeObject): KubeObject {
  const spec = objectAt(object, "spec");
  const account = textAt(spec, "serviceAccountName") || textAt(spec, "serviceAccount") || "default";
  return {
    ...object,
    spec: {
      priority: 0,
      preemptionPolicy: "PreemptLowerPriority",
      ...spec,
      serviceAccountName: account,
      serviceAccount: account,
      tolerations: withTolerations(listAt(spec, "tolerations")),
    },
  };
}

/** Every pod bears five minutes of a lost node, unless it says otherwise. */
function withTolerations(given: readonly unknown[]): readonly unknown[] {
  const missing = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].filter((key) =>
    !given.some((one) => textAt(one, "key") === key || textAt(one, "key") === "")
  );
  return [
    ...given,
    ...missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 })),
  ];
}

function defaultClass(cluster: Cluster, store: string, annotation: string): string | undefined {
  const found = cluster.storage.list(store).find(([, object]) =>
    object.metadata.annotations?.[annotation] === "true"
  );
  return found?.[1].metadata.name;
}

/** A claim is held by this finalizer until no pod uses it. */
export const claimProtection = "kubernetes.io/pvc-protection";

function claimDefaults(cluster: Cluster, claim: KubeObject): KubeObject {
  const { finalizers = [] } = claim.metadata;
  const kept = finalizers.includes(claimProtection) ? finalizers : [...finalizers, claimProtection];
  const object = { ...claim, metadata: { ...claim.metadata, finalizers: kept } };
  const spec = objectAt(object, "spec");
  if (spec.storageClassName !== undefined) return object;
  const name = defaultClass(
    cluster,
    "storage.k8s.io/storageclasses",
    "storageclass.kubernetes.io/is-default-class",
  );
  return name === undefined ? object : { ...object, spec: { ...spec, storageClassName: name } };
}

function ingressDefaults(cluster: Cluster, object: KubeObject): KubeObject {
  const spec = objectAt(object, "spec");
  if (spec.ingressClassName !== undefined) return object;
  if (object.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return object;
  const name = defaultClass(
    cluster,
    "networking.k8s.io/ingressclasses",
    "ingressclass.kubernetes.io/is-default-class",
  );
  return name === undefined ? object : { ...object, spec: { ...spec, ingressClassName: name } };
}

/** Fields that the server set and a client that never saw them leaves out. */
function keepSpec(live: KubeObject, next: KubeObject, fields: readonly string[]): KubeObject {
  const spec = { ...objectAt(next, "spec") };
  for (const field of fields) {
    const value = at(live, "spec", field);
    if (spec[field] === undefined && value !== undefined) spec[field] = value;
  }
  return { ...next, spec };
}
