import { stringify } from "yaml";
import type { KubeConnection } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { ControlPlane } from "../support/control_plane.ts";
import { startControlPlane } from "../support/control_plane.ts";
import { type ClusterObjects, clusterObjects } from "../support/cluster_objects.ts";
import { cannotStart, type DatabaseServer, startMariaDb } from "../support/databases.ts";
import { installKinds } from "../support/operator_lab.ts";
import { requestsIn } from "./api_audit.ts";

/** What the operator is measured on: an API server with our kinds that counts its requests, and a database. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly client: KubeConnection;
  readonly objects: ClusterObjects;
  readonly db: DatabaseServer;
  readonly kubeconfig: string;
  /** Requests of the operator so far by verb and resource; those for its Leases are left out. */
  requests(): Promise<ReadonlyMap<string, number>>;
  /** Makes a namespace with the Secret that the hub needs. */
  makeNamespace(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be no stage here; undefined where there can. */
export function whyNoStage(): string | undefined {
  if ((Deno.env.get("KUBEBUILDER_ASSETS") ?? "") === "") return "KUBEBUILDER_ASSETS is not set";
  return cannotStart("mariadb");
}

/** Starts etcd, kube-apiserver and MariaDB on the loopback address and installs the kinds. */
export async function startStage(): Promise<Stage> {
  const plane = await startControlPlane({ auditLog: true });
  const db = await startMariaDb();
  const client = createKubeClient(plane.credentials("admin"));
  const objects = clusterObjects(client);
  await installKinds(objects);
  // kube-apiserver holds creations back while a CustomResourceDefinition is younger than two seconds.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return {
    plane,
    client,
    objects,
    db,
    kubeconfig: await plane.kubeconfig("operator"),
    requests: async () => requestsIn(await plane.audit()),
    makeNamespace: async (name) => {
      const documents = [
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "db", namespace: name },
          stringData: { password: db.password },
        },
      ];
      await objects.apply(documents.map((document) => stringify(document)).join("---\n"));
    },
    stop: async () => {
      client.close();
      await db.stop();
      await plane.stop();
    },
  };
}
