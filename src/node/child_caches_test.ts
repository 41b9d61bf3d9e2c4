import assert from "node:assert/strict";
import { clusterObjects, until } from "../../tests/support/cluster_objects.ts";
import { keptByEach } from "../../tests/support/live_heap.ts";
import { fixedCredentials } from "../kube/credentials.ts";
import { KubeError } from "../kube/error.ts";
import { createKubeClient } from "../kube/http_client.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { ChildCaches, objectId } from "./child_caches.ts";

const INGRESS: ResourceType = {
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  namespaced: true,
};
const CONFIG_MAP: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const NODE = { namespace: "default", name: "acme-web", uid: "n1" };
const LABELS = `labels: {lynq.sh/node: acme-web, lynq.sh/node-namespace: default}`;
const WEB = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "default", name: "web" };
const CONFIG = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "config" };

interface Lab {
  readonly caches: ChildCaches;
  readonly objects: ReturnType<typeof clusterObjects>;
  /** Nodes that were woken. */
  readonly woken: string[];
  /** Objects that nodes have let go of. */
  readonly freed: string[];
}

async function withCaches(test: (lab: Lab) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ workloadDelayMs: 3_600_000 });
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }));
  const woken: string[] = [];
  const freed: string[] = [];
  const caches = new ChildCaches({
    client,
    onChange: ({ namespace, label }) => void woken.push(`${namespace}/${label}`),
    onFreed: (object) => void freed.push(object),
    onError: (error) => reportError(error),
  });
  try {
    await test({ caches, objects: clusterObjects(client), woken, freed });
  } finally {
    await caches.stop();
    client.close();
    await sandbox.stop();
  }
}

async function addresses({ objects }: Lab, ...ips: string[]): Promise<void> {
  await objects.merge(WEB, { status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } } }, "status");
}

Deno.test("a status that leaves the readiness as it is wakes nobody, by the kind's rule and by readyWhen", async () => {
  await withCaches(async (lab) => {
    const { caches, objects, woken } = lab;
    await objects.apply(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: default, ${LABELS}}
spec: {rules: [{host: a.example.org}]}
`);
    const readyWhen = "size(object.status.loadBalancer.ingress) == 2";
    caches.rules.claim("default/acme-web", [{ object: objectId(INGRESS, WEB), readyWhen }]);
    await addresses(lab, "10.0.0.1");
    await caches.ensure([INGRESS]);
    woken.length = 0;
    await addresses(lab, "10.0.0.2");
    await addresses(lab, "10.0.0.3", "10.0.0.4", "10.0.0.5");
    await addresses(lab, "10.0.0.6", "10.0.0.7");
    await until("the watch to tell of it", () => Promise.resolve(woken.length > 0));
    assert.deepEqual(woken, ["default/acme-web"]);
    assert.deepEqual(caches.find(INGRESS, WEB)?.judged?.get(readyWhen), { kind: "ready" });
  });
});

Deno.test("a kind watched as metadata only is judged when it was read, until it changes", async () => {
  await withCaches(async ({ caches, objects, woken }) => {
    await objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: config, namespace: default, ${LABELS}}
data: {state: new}
`);
    await caches.ensure([CONFIG_MAP]);
    const readyWhen = "object.data.state == 'done'";
    caches.rules.claim("default/acme-web", [{ object: objectId(CONFIG_MAP, CONFIG), readyWhen }]);
    const judged = () => caches.find(CONFIG_MAP, CONFIG)?.judged?.get(readyWhen)?.kind;
    assert.equal(judged(), undefined);
    const read = async () => {
      const object = await objects.get(CONFIG);
      if (object !== undefined) caches.refresh(CONFIG_MAP, object, NODE);
    };
    await read();
    assert.equal(judged(), "progressing");
    woken.length = 0;
    await objects.merge(CONFIG, { data: { state: "done" } });
    await until("the watch to tell of it", () => Promise.resolve(woken.length > 0));
    assert.equal(judged(), undefined);
    await read();
    assert.equal(judged(), "ready");
    assert.deepEqual(woken, ["default/acme-web"]);
  });
});

Deno.test("what a node lets go of is told: a deleted object, one without its labels, and one without its claim", async () => {
  await withCaches(async ({ caches, objects, freed }) => {
    const names = ["deleted", "untracked", "unclaimed"];
    for (const name of names) {
      await objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
  ${LABELS}
  annotations: {claim.lynq.sh/n1: any Delete default/acme-web/acme, claim.lynq.sh/n2: any Delete default/b-web/b}
`);
    }
    await caches.ensure([CONFIG_MAP]);
    const [deleted, untracked, unclaimed] = names.map((name) => ({ ...CONFIG, name })) as [
      typeof CONFIG,
      typeof CONFIG,
      typeof CONFIG,
    ];
    await objects.merge(deleted, { data: { x: "1" }, metadata: { annotations: { other: "x" } } });
    await objects.remove(deleted);
    await objects.merge(untracked, { metadata: { labels: { "lynq.sh/node": null } } });
    await objects.merge(unclaimed, { metadata: { annotations: { "claim.lynq.sh/n2": null } } });
    await until("the watch to tell of it", () => Promise.resolve(freed.length > 2));
    assert.deepEqual(freed, [deleted, untracked, unclaimed].map((of) => objectId(CONFIG_MAP, of)));
  });
});

Deno.test("asking for a kind that may not be listed leaves nothing behind, however often it is asked", async () => {
  const forbidden = new KubeError("no", { status: 403, reason: "Forbidden" });
  // deno-lint-ignore require-yield
  async function* refuse(): AsyncGenerator<never, void, void> {
    await Promise.reject(forbidden);
  }
  const caches = new ChildCaches({
    client: { list: refuse, watch: refuse },
    onChange: () => {},
    onError: (error) => reportError(error),
  });
  assert.ok(await keptByEach(() => caches.ensure([CONFIG_MAP])) < 100);
  assert.deepEqual([...(await caches.ensure([CONFIG_MAP])).values()], [forbidden]);
  await caches.stop();
});
