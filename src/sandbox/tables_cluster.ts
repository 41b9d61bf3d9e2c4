import type { KubeObject } from "../kube/object.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";
import { orNone, selectorText } from "./table_cells.ts";
import {
  ageColumn,
  countColumn,
  createdColumn,
  nameColumn,
  type TableColumn,
  textColumn,
  wideColumn,
} from "./table_column.ts";

function flag(name: string, ...path: readonly string[]): TableColumn {
  return { name, type: "boolean", cell: (object) => at(object, ...path) === true };
}

const bindingColumns: readonly TableColumn[] = [
  nameColumn,
  textColumn("Role", (object) => `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`),
  ageColumn,
  wideColumn("Users", (object) => subjects(object, "User")),
  wideColumn("Groups", (object) => subjects(object, "Group")),
  wideColumn("ServiceAccounts", (object) => subjects(object, "ServiceAccount")),
];

const webhookColumns: readonly TableColumn[] = [
  nameColumn,
  countColumn("Webhooks", (object) => listAt(object, "webhooks").length),
  ageColumn,
];

/** Columns of networking, storage, RBAC and the like, by `group/plural`. */
export const clusterTables: Readonly<Record<string, readonly TableColumn[]>> = {
  "networking.k8s.io/ingresses": [
    nameColumn,
    textColumn("Class", (object) => orNone(textAt(object, "spec", "ingressClassName"))),
    textColumn("Hosts", ingressHosts),
    textColumn("Address", ingressAddress),
    textColumn("Ports", (object) => listAt(object, "spec", "tls").length > 0 ? "80, 443" : "80"),
    ageColumn,
  ],
  "networking.k8s.io/ingressclasses": [
    nameColumn,
    textColumn("Controller", (object) => textAt(object, "spec", "controller")),
    textColumn("Parameters", (object) => {
      const kind = textAt(object, "spec", "parameters", "kind");
      return kind === "" ? "<none>" : `${kind}/${textAt(object, "spec", "parameters", "name")}`;
    }),
    ageColumn,
  ],
  "networking.k8s.io/networkpolicies": [
    nameColumn,
    textColumn("Pod-Selector", (object) => selectorText(at(object, "spec", "podSelector"))),
    ageColumn,
  ],
  "rbac.authorization.k8s.io/clusterrolebindings": bindingColumns,
  "rbac.authorization.k8s.io/rolebindings": bindingColumns,
  "rbac.authorization.k8s.io/clusterroles": [nameColumn, createdColumn],
  "rbac.authorization.k8s.io/roles": [nameColumn, createdColumn],
  "storage.k8s.io/storageclasses": [
    { ...nameColumn, cell: storageClassName },
    textColumn("Provisioner", (object) => textAt(object, "provisioner")),
    textColumn("ReclaimPolicy", (object) => textAt(object, "reclaimPolicy") || "Delete"),
    textColumn("VolumeBindingMode", (object) => textAt(object, "volumeBindingMode") || "<unset>"),
    textColumn("AllowVolumeExpansion", (object) => at(object, "allowVolumeExpansion") === true),
    ageColumn,
  ],
  "storage.k8s.io/csidrivers": [
    nameColumn,
    flag("AttachRequired", "spec", "attachRequired"),
    flag("PodInfoOnMount", "spec", "podInfoOnMount"),
    flag("StorageCapacity", "spec", "storageCapacity"),
    ageColumn,
  ],
  "storage.k8s.io/csinodes": [
    nameColumn,
    countColumn("Drivers", (object) => listAt(object, "spec", "drivers").length),
    ageColumn,
  ],
  "storage.k8s.io/volumeattachments": [
    nameColumn,
    textColumn("Attacher", (object) => textAt(object, "spec", "attacher")),
    textColumn("PV", (object) => textAt(object, "spec", "source", "persistentVolumeName")),
    textColumn("Node", (object) => textAt(object, "spec", "nodeName")),
    flag("Attached", "status", "attached"),
    ageColumn,
  ],
  "admissionregistration.k8s.io/mutatingwebhookconfigurations": webhookColumns,
  "admissionregistration.k8s.io/validatingwebhookconfigurations": webhookColumns,
  "admissionregistration.k8s.io/validatingadmissionpolicies": [
    nameColumn,
    countColumn("Validations", (object) => listAt(object, "spec", "validations").length),
    textColumn("ParamKind", (object) => {
      const kind = textAt(object, "spec", "paramKind", "kind");
      return kind === "" ? "<unset>" : `${textAt(object, "spec", "paramKind", "apiVersion")}/${kind}`;
    }),
    ageColumn,
  ],
  "admissionregistration.k8s.io/validatingadmissionpolicybindings": [
    nameColumn,
    textColumn("PolicyName", (object) => textAt(object, "spec", "policyName")),
    textColumn("ParamRef", (object) => textAt(object, "spec", "paramRef", "name") || "<unset>"),
    ageColumn,
  ],
  "apiextensions.k8s.io/customresourcedefinitions": [nameColumn, createdColumn],
  "scheduling.k8s.io/priorityclasses": [
    nameColumn,
    countColumn("Value", (object) => numberAt(object, "value") ?? 0),
    flag("Global-Default", "globalDefault"),
    ageColumn,
    textColumn("PreemptionPolicy", (object) => textAt(object, "preemptionPolicy") || "PreemptLowerPriority"),
  ],
  "coordination.k8s.io/leases": [
    nameColumn,
    textColumn("Holder", (object) => textAt(object, "spec", "holderIdentity")),
    ageColumn,
  ],
  "node.k8s.io/runtimeclasses": [
    nameColumn,
    textColumn("Handler", (object) => textAt(object, "handler")),
    ageColumn,
  ],
  "discovery.k8s.io/endpointslices": [
    nameColumn,
    textColumn("AddressType", (object) => textAt(object, "addressType")),
    textColumn(
      "Ports",
      (object) => few(listAt(object, "ports").map((port) => String(numberAt(port, "port") ?? "*"))),
    ),
    textColumn(
      "Endpoints",
      (object) => few(listAt(object, "endpoints").flatMap((one) => listAt(one, "addresses").map(String))),
    ),
    ageColumn,
  ],
};

function few(all: readonly string[]): string {
  if (all.length === 0) return "<unset>";
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

function subjects(object: KubeObject, kind: string): string {
  return listAt(object, "subjects").filter((one) => at(one, "kind") === kind)
    .map((one) =>
      kind === "ServiceAccount" ? `${textAt(one, "namespace")}/${textAt(one, "name")}` : textAt(one, "name")
    )
    .join(", ");
}

function ingressHosts(ingress: KubeObject): string {
  const hosts = listAt(ingress, "spec", "rules").map((rule) => textAt(rule, "host")).filter((host) =>
    host !== ""
  );
  if (hosts.length === 0) return "*";
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(",")} + ${hosts.length - 3} more...` : hosts.join(",");
}

function ingressAddress(ingress: KubeObject): string {
  return listAt(ingress, "status", "loadBalancer", "ingress")
    .map((entry) => textAt(entry, "ip") || textAt(entry, "hostname")).join(",");
}

function storageClassName(object: KubeObject): string {
  const name = object.metadata.name ?? "";
  const standard = object.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
  return standard ? `${name} (default)` : name;
}
