import { type ApiServerCase, CaseClient, type ContractServer } from "./api_server_case.ts";
import { crdCases } from "./api_server_crds.ts";
import { deletionCases } from "./api_server_deletion.ts";
import { objectCases } from "./api_server_objects.ts";
import { readCases } from "./api_server_reads.ts";
import { watchCases } from "./api_server_watches.ts";
import { writeCases } from "./api_server_writes.ts";

/** What the sandbox and a real kube-apiserver must both do. */
export const apiServerCases: readonly ApiServerCase[] = [
  ...objectCases,
  ...writeCases,
  ...readCases,
  ...watchCases,
  ...crdCases,
  ...deletionCases,
];

/** Registers every case as a step of one test, each in a new namespace. */
export function apiServerTests(
  name: string,
  start: () => Promise<ContractServer & { stop(): Promise<void> }>,
): void {
  Deno.test(name, async (t) => {
    const server = await start();
    try {
      for (const one of apiServerCases) {
        await t.step(one.name, async () => {
          const client = new CaseClient(server, `contract-${crypto.randomUUID().slice(0, 8)}`);
          const made = await client.create("/api/v1/namespaces", { metadata: { name: client.namespace } });
          if (made.status !== 201) {
            throw new Error(`the namespace was not created: ${JSON.stringify(made.body)}`);
          }
          await one.run(client);
          await client.delete(`/api/v1/namespaces/${client.namespace}`);
        });
      }
    } finally {
      await server.stop();
    }
  });
}
