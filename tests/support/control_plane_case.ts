import type { KubeConnection } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import type { ControlPlane, ControlPlaneAnswer } from "./control_plane.ts";

export const CONFIG_MAP: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

export const NAMESPACE: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

export interface ClusterCase {
  readonly plane: ControlPlane;
  /** As admin; closed after the test. */
  readonly client: KubeConnection;
  /** A new namespace of this test alone. */
  readonly namespace: string;
}

/** Registers a test on the real control plane; without one it is skipped, with the reason in its name. */
export function clusterTest(
  answer: ControlPlaneAnswer,
  name: string,
  test: (on: ClusterCase) => Promise<void>,
): void {
  if (answer.kind === "skip") {
    Deno.test({ name: `${name} (skipped: ${answer.reason})`, ignore: true, fn: () => {} });
    return;
  }
  const { plane } = answer;
  Deno.test(name, async () => {
    const client = createKubeClient(plane.credentials("admin"));
    const namespace = `case-${crypto.randomUUID().slice(0, 8)}`;
    try {
      await client.create(NAMESPACE, { metadata: { name: namespace } });
      await test({ plane, client, namespace });
    } finally {
      client.close();
    }
  });
}

/** A ConfigMap to write. */
export function configMap(at: { namespace: string; name: string }, data: Record<string, string> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { ...at }, data };
}
