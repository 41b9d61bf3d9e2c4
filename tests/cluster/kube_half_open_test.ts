import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { createInformer, type Informer } from "../../src/kube/informer.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type ClusterCase, clusterTest, CONFIG_MAP, configMap } from "../support/control_plane_case.ts";
import { startTcpProxy, type TcpProxy } from "../support/fault_tcp.ts";

const answer = await requireControlPlane();

const SECRET: ResourceType = { ...CONFIG_MAP, kind: "Secret", plural: "secrets" };

clusterTest(answer, "watches whose connection went silent hear of what changed meanwhile", async (on) => {
  await throughProxy(on, async ({ proxy, informers: [maps, secrets] }) => {
    const { client, namespace } = on;
    await client.create(CONFIG_MAP, configMap({ namespace, name: "before" }));
    await until("a first change to be heard of", () => Promise.resolve(names(maps).includes("before")));

    const accepted = proxy.accepted;
    proxy.silence();
    await client.create(CONFIG_MAP, configMap({ namespace, name: "meanwhile" }));
    await client.create(SECRET, { ...configMap({ namespace, name: "meanwhile" }), kind: "Secret" });
    await client.delete({ type: CONFIG_MAP, namespace, name: "before" });
    await until(
      "both kinds to be followed again",
      () => Promise.resolve(names(maps).join() === "meanwhile" && names(secrets).join() === "meanwhile"),
    );
    assert(proxy.accepted > accepted, "a new connection was made");
  });
});

clusterTest(answer, "watches whose connections break off anywhere miss nothing", async (on) => {
  await throughProxy(on, async ({ proxy, informers: [maps] }) => {
    const { client, namespace } = on;
    const [made, removed] = [["a", "b", "c", "d", "e"], ["a", "c"]];
    // Behind the handshake, in the middle of an answer or of an event.
    for (const [index, name] of made.entries()) {
      proxy.behave({ kind: "resetAfter", bytes: 2_500 + index * 517 });
      proxy.cut();
      const accepted = proxy.accepted;
      await client.create(CONFIG_MAP, configMap({ namespace, name }, { text: "x".repeat(3_000) }));
      await until("another connection", () => Promise.resolve(proxy.accepted > accepted));
    }
    for (const name of removed) await client.delete({ type: CONFIG_MAP, namespace, name });
    proxy.behave({ kind: "pass" });
    await until("all to be followed", () => Promise.resolve(names(maps).join() === "b,d,e"));
  });
});

interface Followed {
  readonly proxy: TcpProxy;
  readonly informers: readonly [Informer<null>, Informer<null>];
}

/** Two kinds of the test's namespace are followed through a proxy that passes TLS on as it is, and so HTTP/2. */
async function throughProxy(
  { plane, namespace }: ClusterCase,
  test: (on: Followed) => Promise<void>,
): Promise<void> {
  const { hostname, port } = new URL(plane.server);
  const proxy = startTcpProxy({ host: hostname, port: Number(port) });
  const credentials = { ...plane.credentials("admin"), server: `https://127.0.0.1:${proxy.port}` };
  const client = createKubeClient(credentials, { watchIdleSeconds: 1, deadlineSeconds: 2 });
  const follow = (type: ResourceType) =>
    createInformer({
      client,
      type,
      namespace,
      fieldSelector: "metadata.name!=kube-root-ca.crt",
      project: () => null,
    });
  const informers = [follow(CONFIG_MAP), follow(SECRET)] as const;
  try {
    await Promise.all(informers.map(({ synced }) => synced));
    await test({ proxy, informers });
  } finally {
    await Promise.all(informers.map((informer) => informer.stop()));
    client.close();
    await proxy.stop();
  }
}

function names(informer: Informer<null>): string[] {
  return [...informer.values()].map(({ key }) => key.split("/")[1] ?? "").toSorted();
}
