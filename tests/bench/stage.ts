import { stringify } from "yaml";
import type { KubeConnection } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { type ClusterObjects, clusterObjects } from "../support/cluster_objects.ts";
import { installKinds } from "../support/operator_lab.ts";
import { type BenchRows, mariaDbRows, sqliteRows, whyNoMariaDb } from "./stage_rows.ts";
import { type BenchServer, realServer, sandboxServer, whyNoRealServer } from "./stage_server.ts";

/** What the operator is measured on: an API server with our kinds that counts its requests, and a database. */
export interface Stage {
  /** Server and database as the report names them, and why none better. */
  readonly description: string;
  readonly server: BenchServer;
  readonly client: KubeConnection;
  readonly objects: ClusterObjects;
  readonly rows: BenchRows;
  /** Requests of the operator so far by verb and resource; those for its Leases and watches are left out. */
  requests(): Promise<ReadonlyMap<string, number>>;
  /** Makes a namespace with the Secret that the hub needs. */
  makeNamespace(name: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver and MariaDB on the loopback address and installs the kinds; in place of what this machine
 * does not have, the sandbox in this process and a file of SQLite.
 */
export async function startStage(): Promise<Stage> {
  const noServer = whyNoRealServer();
  const noDatabase = whyNoMariaDb();
  const server = await (noServer === undefined ? realServer() : sandboxServer());
  const rows = await (noDatabase === undefined ? mariaDbRows() : sqliteRows());
  const client = createKubeClient(server.credentials);
  const objects = clusterObjects(client);
  const reasons = [noServer, noDatabase].filter((reason) => reason !== undefined);
  const stop = async () => {
    client.close();
    await rows.stop();
    await server.stop();
  };
  try {
    await installKinds(objects);
    // kube-apiserver holds creations back while a CustomResourceDefinition is younger than two seconds.
    if (noServer === undefined) await new Promise((resolve) => setTimeout(resolve, 3000));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    description: [`${server.name}, ${rows.name}`, ...reasons].join("; "),
    server,
    client,
    objects,
    rows,
    requests: () => server.requests(),
    makeNamespace: async (name) => {
      const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: name } };
      const documents = [
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        { ...secret, stringData: { password: rows.password } },
      ];
      await objects.apply(documents.map((document) => stringify(document)).join("---\n"));
    },
    stop,
  };
}
