import type { KubeObject } from "../kube/object.ts";
import type { Cluster } from "./cluster.ts";
import { at, isObject, listAt, numberAt, objectAt, textAt } from "./json.ts";
import { invalid, invalidValue } from "./status_error.ts";

/**
 * Addresses and node ports of a Service: those of the live object are kept, asked-for ones are checked, missing ones are
 * taken from 10.96.0.0/16 and 30000-32767.
 */
export function allocateService(
  cluster: Cluster,
  change: { next: KubeObject; live: KubeObject | undefined },
): KubeObject {
  const { next, live } = change;
  const spec = { ...objectAt(next, "spec") };
  const type = textAt(spec, "type") || "ClusterIP";
  if (type === "ExternalName") {
    for (
      const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]
    ) {
      delete spec[field];
    }
    return { ...next, spec };
  }
  const services = cluster.storage.list("/services").map(([, service]) => service)
    .filter((service) => service.metadata.uid !== next.metadata.uid);
  const address = textAt(spec, "clusterIP") || textAt(live, "spec", "clusterIP") || freeAddress(services);
  if (address !== "None") checkAddress(cluster, { next, address, services });
  spec.clusterIP = address;
  spec.clusterIPs = [address];
  spec.ipFamilies ??= ["IPv4"];
  spec.ipFamilyPolicy ??= "SingleStack";
  spec.ports = withNodePorts(listAt(spec, "ports"), { type, services, live });
  if (listAt(spec, "ports").length === 0) delete spec.ports;
  for (const field of fieldsOfOtherTypes[type] ?? []) if (live !== undefined) delete spec[field];
  return { ...next, spec };
}

/** What a Service keeps of a type that it had before: nothing. */
const fieldsOfOtherTypes: Readonly<Record<string, readonly string[]>> = {
  ClusterIP: [
    "externalTrafficPolicy",
    "allocateLoadBalancerNodePorts",
    "healthCheckNodePort",
    "loadBalancerClass",
  ],
  NodePort: ["allocateLoadBalancerNodePorts", "healthCheckNodePort", "loadBalancerClass"],
};

function freeAddress(services: readonly KubeObject[]): string {
  const used = new Set(services.map((service) => textAt(service, "spec", "clusterIP")));
  for (let index = 2; index < 65_534; index++) {
    const address = `10.96.${Math.floor(index / 256)}.${index % 256}`;
    if (!used.has(address)) return address;
  }
  throw new RangeError("every address of 10.96.0.0/16 is taken: delete services that are not needed");
}

function checkAddress(
  cluster: Cluster,
  asked: { next: KubeObject; address: string; services: readonly KubeObject[] },
): void {
  const taken = asked.services.some((service) => textAt(service, "spec", "clusterIP") === asked.address);
  if (!taken) return;
  const cause = invalidValue(
    "spec.clusterIPs",
    [asked.address],
    `failed to allocate IP ${asked.address}: provided IP is already allocated`,
  );
  throw invalid(cluster.registry.builtin("", "services"), asked.next.metadata.name ?? "", [cause]);
}

function withNodePorts(
  ports: readonly unknown[],
  from: { type: string; services: readonly KubeObject[]; live: KubeObject | undefined },
): readonly unknown[] {
  if (from.type !== "NodePort" && from.type !== "LoadBalancer") {
    return ports.map((port) => {
      if (!isObject(port) || from.live === undefined) return port;
      const { nodePort: _dropped, ...rest } = port;
      return rest;
    });
  }
  const used = new Set(
    from.services.flatMap((service) => listAt(service, "spec", "ports").map((port) => at(port, "nodePort"))),
  );
  for (const port of ports) used.add(numberAt(port, "nodePort"));
  return ports.map((port) => {
    if (!isObject(port) || (numberAt(port, "nodePort") ?? 0) > 0) return port;
    const before = listAt(from.live, "spec", "ports").find((old) =>
      at(old, "port") === port.port && at(old, "protocol") === port.protocol
    );
    let nodePort = numberAt(before, "nodePort") ?? 30_000;
    if (numberAt(before, "nodePort") === undefined) { while (used.has(nodePort)) nodePort++; }
    used.add(nodePort);
    return { ...port, nodePort };
  });
}
