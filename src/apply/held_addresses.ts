import type { DesiredObject } from "../api/stages.ts";
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { refOf } from "./object_ref.ts";

/**
 * The object without the addresses and ports that the live Service of its name has for itself: nobody else can have
 * them as long as that one is there. Objects of other kinds are given back as they are, without a request.
 */
export async function withoutHeld(
  client: Pick<KubeClient, "get">,
  { object, type, key }: Pick<DesiredObject, "object" | "type" | "key">,
  signal: AbortSignal,
): Promise<KubeObject> {
  if (type.group !== "" || type.kind !== "Service") return object;
  try {
    return withoutHeldBy(object, await client.get(refOf(type, key), { signal }));
  } catch (error) {
    if (isNotFound(error)) return object;
    throw error;
  }
}

/** As `withoutHeld`, by the live Service. */
export function withoutHeldBy(wanted: KubeObject, live: KubeObject): KubeObject {
  const held = asRecord(live["spec"]);
  const addresses = new Set([held["clusterIP"], ...asList(held["clusterIPs"])].filter((ip) => ip !== "None"));
  const nodePorts = new Set(asList(held["ports"]).map((port) => asRecord(port)["nodePort"]));
  const { clusterIP, clusterIPs, ports, healthCheckNodePort, ...rest } = asRecord(wanted["spec"]);
  const taken = addresses.has(clusterIP) || asList(clusterIPs).some((ip) => addresses.has(ip));
  return {
    ...wanted,
    spec: {
      ...rest,
      ...(taken || clusterIP === undefined ? {} : { clusterIP }),
      ...(taken || clusterIPs === undefined ? {} : { clusterIPs }),
      ...(ports === undefined
        ? {}
        : { ports: asList(ports).map((port) => withoutNodePort(port, nodePorts)) }),
      ...(healthCheckNodePort === undefined || healthCheckNodePort === held["healthCheckNodePort"]
        ? {}
        : { healthCheckNodePort }),
    },
  };
}

function withoutNodePort(port: unknown, held: ReadonlySet<unknown>): unknown {
  const { nodePort, ...rest } = asRecord(port);
  return nodePort === undefined || held.has(nodePort) ? rest : { nodePort, ...rest };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
