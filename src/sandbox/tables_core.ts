import type { KubeObject } from "../kube/object.ts";
import { at, listAt, numberAt, objectAt, textAt } from "./json.ts";
import { ageOf, labelText, orNone } from "./table_cells.ts";
import {
  ageColumn,
  countColumn,
  nameColumn,
  type TableColumn,
  templateColumns,
  textColumn,
  wideColumn,
} from "./table_column.ts";
import { podReadiness, podRestarts, podStatusText } from "./table_pods.ts";

/** Columns of the core group's kinds, by plural. */
export const coreTables: Readonly<Record<string, readonly TableColumn[]>> = {
  configmaps: [
    nameColumn,
    textColumn("Data", (object) => count(object, "data") + count(object, "binaryData")),
    ageColumn,
  ],
  endpoints: [nameColumn, textColumn("Endpoints", endpointsText), ageColumn],
  events: [
    { name: "Last Seen", type: "string", cell: (event, now) => ageOf(lastSeen(event), now) },
    textColumn("Type", (event) => textAt(event, "type")),
    textColumn("Reason", (event) => textAt(event, "reason")),
    textColumn("Object", eventObject),
    wideColumn(
      "Subobject",
      (event) => textAt(event, "involvedObject", "fieldPath") || textAt(event, "regarding", "fieldPath"),
    ),
    wideColumn(
      "Source",
      (event) => textAt(event, "source", "component") || textAt(event, "reportingController"),
    ),
    textColumn("Message", (event) => (textAt(event, "message") || textAt(event, "note")).trim()),
    { name: "First Seen", type: "string", priority: 1, cell: (event, now) => ageOf(firstSeen(event), now) },
    wideColumn(
      "Count",
      (event) => String(numberAt(event, "count") ?? numberAt(event, "series", "count") ?? 1),
    ),
    { ...nameColumn, priority: 1 },
  ],
  namespaces: [nameColumn, textColumn("Status", (object) => textAt(object, "status", "phase")), ageColumn],
  nodes: [
    nameColumn,
    textColumn("Status", nodeStatus),
    textColumn("Roles", nodeRoles),
    ageColumn,
    textColumn("Version", (node) => textAt(node, "status", "nodeInfo", "kubeletVersion")),
    wideColumn("Internal-IP", (node) => nodeAddress(node, "InternalIP")),
    wideColumn("External-IP", (node) => nodeAddress(node, "ExternalIP")),
    wideColumn("OS-Image", (node) => textAt(node, "status", "nodeInfo", "osImage") || "<unknown>"),
    wideColumn(
      "Kernel-Version",
      (node) => textAt(node, "status", "nodeInfo", "kernelVersion") || "<unknown>",
    ),
    wideColumn("Container-Runtime", (node) => textAt(node, "status", "nodeInfo", "containerRuntimeVersion")),
  ],
  persistentvolumeclaims: [
    nameColumn,
    textColumn(
      "Status",
      (claim) => claim.metadata.deletionTimestamp ? "Terminating" : textAt(claim, "status", "phase"),
    ),
    textColumn("Volume", (claim) => textAt(claim, "spec", "volumeName")),
    textColumn("Capacity", (claim) => boundText(claim, textAt(claim, "status", "capacity", "storage"))),
    textColumn(
      "Access Modes",
      (claim) => boundText(claim, accessModes(listAt(claim, "status", "accessModes"))),
    ),
    textColumn("StorageClass", (claim) => textAt(claim, "spec", "storageClassName")),
    textColumn(
      "VolumeAttributesClass",
      (claim) => textAt(claim, "spec", "volumeAttributesClassName") || "<unset>",
    ),
    ageColumn,
    wideColumn("VolumeMode", (claim) => textAt(claim, "spec", "volumeMode") || "<unset>"),
  ],
  persistentvolumes: [
    nameColumn,
    textColumn("Capacity", (volume) => textAt(volume, "spec", "capacity", "storage")),
    textColumn("Access Modes", (volume) => accessModes(listAt(volume, "spec", "accessModes"))),
    textColumn("Reclaim Policy", (volume) => textAt(volume, "spec", "persistentVolumeReclaimPolicy")),
    textColumn(
      "Status",
      (volume) => volume.metadata.deletionTimestamp ? "Terminating" : textAt(volume, "status", "phase"),
    ),
    textColumn("Claim", claimText),
    textColumn("StorageClass", (volume) => textAt(volume, "spec", "storageClassName")),
    textColumn(
      "VolumeAttributesClass",
      (volume) => textAt(volume, "spec", "volumeAttributesClassName") || "<unset>",
    ),
    textColumn("Reason", (volume) => textAt(volume, "status", "reason")),
    ageColumn,
    wideColumn("VolumeMode", (volume) => textAt(volume, "spec", "volumeMode") || "<unset>"),
  ],
  pods: [
    nameColumn,
    textColumn("Ready", podReadiness),
    textColumn("Status", podStatusText),
    textColumn("Restarts", podRestarts),
    ageColumn,
    wideColumn("IP", (pod) => orNone(textAt(pod, "status", "podIP"))),
    wideColumn("Node", (pod) => orNone(textAt(pod, "spec", "nodeName"))),
    wideColumn("Nominated Node", (pod) => orNone(textAt(pod, "status", "nominatedNodeName"))),
    wideColumn("Readiness Gates", () => "<none>"),
  ],
  podtemplates: [
    nameColumn,
    ...templateColumns("template").map((column) => ({ ...column, priority: 0 })),
    textColumn("Pod Labels", (object) => labelText(object, "template", "metadata", "labels")),
  ],
  replicationcontrollers: [
    nameColumn,
    countColumn("Desired", (object) => numberAt(object, "spec", "replicas") ?? 0),
    countColumn("Current", (object) => numberAt(object, "status", "replicas") ?? 0),
    countColumn("Ready", (object) => numberAt(object, "status", "readyReplicas") ?? 0),
    ageColumn,
    ...templateColumns("spec", "template"),
    wideColumn("Selector", (object) => labelText(object, "spec", "selector")),
  ],
  resourcequotas: [
    nameColumn,
    textColumn("Request", (quota) => quotaText(quota, (name) => !name.startsWith("limits."))),
    textColumn("Limit", (quota) => quotaText(quota, (name) => name.startsWith("limits."))),
    ageColumn,
  ],
  secrets: [
    nameColumn,
    textColumn("Type", (secret) => textAt(secret, "type")),
    textColumn("Data", (secret) => count(secret, "data")),
    ageColumn,
  ],
  serviceaccounts: [
    nameColumn,
    textColumn("Secrets", (account) => listAt(account, "secrets").length),
    ageColumn,
  ],
  services: [
    nameColumn,
    textColumn("Type", (service) => textAt(service, "spec", "type")),
    textColumn("Cluster-IP", (service) => orNone(textAt(service, "spec", "clusterIP"))),
    textColumn("External-IP", externalAddress),
    textColumn("Port(s)", servicePorts),
    ageColumn,
    wideColumn("Selector", (service) => labelText(service, "spec", "selector")),
  ],
};

function count(object: KubeObject, field: string): number {
  return Object.keys(objectAt(object, field)).length;
}

function lastSeen(event: KubeObject): string {
  return textAt(event, "series", "lastObservedTime") || textAt(event, "lastTimestamp") ||
    textAt(event, "deprecatedLastTimestamp") || firstSeen(event);
}

function firstSeen(event: KubeObject): string {
  return textAt(event, "firstTimestamp") || textAt(event, "deprecatedFirstTimestamp") ||
    textAt(event, "eventTime");
}

function eventObject(event: KubeObject): string {
  const about = Object.keys(objectAt(event, "involvedObject")).length > 0 ? "involvedObject" : "regarding";
  return `${textAt(event, about, "kind").toLowerCase()}/${textAt(event, about, "name")}`;
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, "status", "conditions").find((one) => at(one, "type") === "Ready");
  const status = ready === undefined ? "Unknown" : at(ready, "status") === "True" ? "Ready" : "NotReady";
  return at(node, "spec", "unschedulable") === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: KubeObject): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  return orNone(roles.sort().join(","));
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = listAt(node, "status", "addresses").find((one) => at(one, "type") === type);
  return orNone(textAt(found, "address"));
}

function boundText(claim: KubeObject, text: string): string {
  return textAt(claim, "spec", "volumeName") === "" ? "" : text;
}

function accessModes(modes: readonly unknown[]): string {
  const short: Readonly<Record<string, string>> = {
    ReadWriteOnce: "RWO",
    ReadOnlyMany: "ROX",
    ReadWriteMany: "RWX",
    ReadWriteOncePod: "RWOP",
  };
  return modes.map((mode) => short[String(mode)] ?? String(mode)).join(",");
}

function claimText(volume: KubeObject): string {
  const name = textAt(volume, "spec", "claimRef", "name");
  return name === "" ? "" : `${textAt(volume, "spec", "claimRef", "namespace")}/${name}`;
}

function quotaText(quota: KubeObject, wanted: (name: string) => boolean): string {
  const hard = objectAt(quota, "status", "hard");
  const used = objectAt(quota, "status", "used");
  return Object.keys(hard).filter(wanted).sort().map((name) => `${name}: ${used[name]}/${hard[name]}`).join(
    ", ",
  );
}

function endpointsText(object: KubeObject): string {
  const all = listAt(object, "subsets").flatMap((subset) =>
    listAt(subset, "ports").flatMap((port) =>
      listAt(subset, "addresses").map((address) => `${textAt(address, "ip")}:${numberAt(port, "port")}`)
    )
  );
  const shown = all.slice(0, 3).join(",");
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : orNone(shown);
}

function externalAddress(service: KubeObject): string {
  const type = textAt(service, "spec", "type");
  const external = listAt(service, "spec", "externalIPs").map(String).join(",");
  if (type === "ExternalName") return textAt(service, "spec", "externalName");
  if (type !== "LoadBalancer") return orNone(external);
  const given = listAt(service, "status", "loadBalancer", "ingress")
    .map((entry) => textAt(entry, "ip") || textAt(entry, "hostname")).join(",");
  return given === "" ? external || "<pending>" : external === "" ? given : `${given},${external}`;
}

function servicePorts(service: KubeObject): string {
  const ports = listAt(service, "spec", "ports").map((port) => {
    const node = numberAt(port, "nodePort") ?? 0;
    return `${numberAt(port, "port")}${node > 0 ? `:${node}` : ""}/${textAt(port, "protocol") || "TCP"}`;
  });
  return orNone(ports.join(","));
}
