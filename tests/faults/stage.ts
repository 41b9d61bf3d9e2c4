import { createKubeClient } from "../../src/kube/http_client.ts";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import { startSandbox } from "../../src/sandbox/mod.ts";
import { clearStage } from "../support/clear_stage.ts";
import { type ClusterObjects, clusterObjects } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import type { FaultServer } from "../support/fault_upstream.ts";
import { installKinds } from "../support/operator_lab.ts";

export type ServerKind = "kube-apiserver" | "sandbox";

/** An API server with our kinds that many scenarios share, each in a namespace of its own. */
export interface FaultStage {
  readonly kind: ServerKind;
  readonly server: FaultServer;
  readonly objects: ClusterObjects;
  stop(): Promise<void>;
}

/** What this machine has: a real server where KUBEBUILDER_ASSETS is set, the sandbox otherwise. */
export async function bestStage(): Promise<FaultStage> {
  const answer = await requireControlPlane();
  if (answer.kind === "skip") return await sandboxStage();
  const { plane } = answer;
  const http = Deno.createHttpClient({ http2: true, caCerts: [plane.caPem] });
  const client = createKubeClient(plane.credentials("admin"));
  const objects = clusterObjects(client);
  await installKinds(objects);
  await clearStage(objects);
  return {
    kind: "kube-apiserver",
    server: { url: plane.server, token: "operator", http },
    objects,
    stop: () => {
      client.close();
      http.close();
      return Promise.resolve();
    },
  };
}

/** The sandbox in this process: no other program, and quick. */
export async function sandboxStage(): Promise<FaultStage> {
  const sandbox = await startSandbox({ workloadDelayMs: 20 });
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }));
  const objects = clusterObjects(client);
  await installKinds(objects);
  const http = Deno.createHttpClient({});
  return {
    kind: "sandbox",
    server: { url: sandbox.url, token: undefined, http },
    objects,
    stop: async () => {
      client.close();
      http.close();
      await sandbox.stop();
    },
  };
}
