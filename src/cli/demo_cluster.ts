import { GROUP, VERSION } from "../api/labels.ts";
import { findCondition } from "../api/conditions.ts";
import type { Condition } from "../api/primitives.ts";
import type { KubeConnection } from "../kube/client.ts";
import { fixedCredentials } from "../kube/credentials.ts";
import { createKubeClient } from "../kube/http_client.ts";
import { createInformer } from "../kube/informer.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { type Sandbox, startSandbox } from "../sandbox/mod.ts";
import type { DemoManifests } from "./demo_manifests.ts";

export interface DemoCluster {
  readonly sandbox: Sandbox;
  readonly client: KubeConnection;
  stop(): Promise<void>;
}

const MANAGER = { fieldManager: "lynq-demo" };
const CRDS: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
const NAMESPACES: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

/** Starts the API server; simulated workloads take `workloadDelayMs` to become ready. */
export async function startDemoCluster(
  of: { port: number; workloadDelayMs: number },
): Promise<DemoCluster> {
  const sandbox = await startSandbox(of);
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }), { userAgent: "lynq-demo" });
  return {
    sandbox,
    client,
    stop: async () => {
      client.close();
      await sandbox.stop();
    },
  };
}

/** Installs the kinds and waits until they are served, then the hub's namespace, the forms and the hub. */
export async function install(client: KubeConnection, manifests: DemoManifests): Promise<void> {
  for (const kind of manifests.kinds) await client.apply(refOf(CRDS, kind), kind, MANAGER);
  await established(client, manifests.kinds);
  const namespace = { metadata: { name: manifests.hub.metadata.namespace ?? "default" } };
  await client.apply(refOf(NAMESPACES, namespace), namespace, MANAGER);
  for (const form of manifests.forms) await client.apply(refOf(ours("LynqForm"), form), form, MANAGER);
  await client.apply(refOf(ours("LynqHub"), manifests.hub), manifests.hub, MANAGER);
}

function ours(kind: "LynqForm" | "LynqHub"): ResourceType {
  return { group: GROUP, version: VERSION, kind, plural: `${kind.toLowerCase()}s`, namespaced: true };
}

function refOf(type: ResourceType, { metadata }: KubeObject) {
  return { type, name: metadata.name ?? "", namespace: type.namespaced ? metadata.namespace : undefined };
}

async function established(client: KubeConnection, kinds: readonly KubeObject[]): Promise<void> {
  const missing = new Set(kinds.map(({ metadata }) => metadata.name ?? ""));
  const { promise, resolve } = Promise.withResolvers<void>();
  const informer = createInformer({
    client,
    type: CRDS,
    project: (crd) => findCondition(conditionsOf(crd), "Established")?.status === "True",
    onEvent: (event) => {
      if (event.kind !== "deleted" && event.now.value) missing.delete(event.now.key);
      if (missing.size === 0) resolve();
    },
  });
  try {
    await promise;
  } finally {
    await informer.stop();
  }
}

function conditionsOf(crd: KubeObject): Condition[] {
  return (crd["status"] as { conditions?: Condition[] } | undefined)?.conditions ?? [];
}
