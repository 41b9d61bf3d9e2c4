import assert from "node:assert/strict";
import { clusterObjects, until } from "../../tests/support/cluster_objects.ts";
import { fixedCredentials } from "../kube/credentials.ts";
import { createKubeClient } from "../kube/http_client.ts";
import { ChildCaches } from "../node/child_caches.ts";
import { startSandbox } from "../sandbox/mod.ts";
import { LOOSE_CHILDREN, ownChildren, ShardChildren } from "./shard_children.ts";

const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const NODE = { namespace: "default", name: "acme-web", uid: "n1" };
const BUCKETS = ["1", "3"];

function config(name: string, labels: string): string {
  return `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default, labels: {${labels}}}}`;
}

const TRACK = "lynq.sh/node: acme-web, lynq.sh/node-namespace: default";
const key = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name });
const names = (children: readonly { name: string }[]) => children.map(({ name }) => name).toSorted();

Deno.test("a shard sees the children in its buckets and those in none, wherever they move", async () => {
  const sandbox = await startSandbox({ workloadDelayMs: 3_600_000 });
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }));
  const objects = clusterObjects(client);
  const caches = (labelSelector: string) =>
    new ChildCaches({ client, labelSelector, onChange: () => {}, onError: (error) => reportError(error) });
  const [own, loose] = [caches(ownChildren(BUCKETS)), caches(LOOSE_CHILDREN)];
  const children = new ShardChildren({ buckets: BUCKETS, own, loose });
  try {
    for (
      const text of [
        config("own", `${TRACK}, lynq.sh/bucket: "3"`),
        config("loose", TRACK),
        config("other", `${TRACK}, lynq.sh/bucket: "2"`),
        config("nobody", `app: x`),
      ]
    ) await objects.apply(text);
    assert.equal((await children.ensure([CONFIG_MAP])).size, 0);
    assert.deepEqual(names(children.ownedBy(NODE)), ["loose", "own"]);
    assert.deepEqual(names(children.inNamespace("default")), ["loose", "own"]);
    assert.equal(children.find(CONFIG_MAP, key("other")), undefined);

    // The answer of an own write is known at once, in the bucket that it has by now; after it the watches tell the same.
    const which = key("own");
    const moved = await objects.merge(which, { metadata: { labels: { "lynq.sh/bucket": null } } });
    assert.equal(children.observe(CONFIG_MAP, moved, NODE).uid, moved.metadata.uid);
    assert.equal(children.ownedBy(NODE).length, 2, "in one of the caches, or in both, it is one");
    await until("the move to be told", () => Promise.resolve(own.find(CONFIG_MAP, which) === undefined));
    assert.equal(children.find(CONFIG_MAP, which)?.uid, moved.metadata.uid);
    const left = await objects.merge(which, { metadata: { labels: { "lynq.sh/bucket": "2" } } });
    assert.equal(children.observe(CONFIG_MAP, left, NODE).uid, moved.metadata.uid);
    await until("it to be gone", () => Promise.resolve(children.find(CONFIG_MAP, which) === undefined));
    assert.equal(children.observe(CONFIG_MAP, left, NODE).name, "own");
    assert.equal(children.find(CONFIG_MAP, which), undefined, "what no watch tells of is not kept");
    const orphan = await objects.merge(key("loose"), { metadata: { labels: { "lynq.sh/node": null } } });
    await until(
      "it to be gone",
      () => Promise.resolve(children.find(CONFIG_MAP, key("loose")) === undefined),
    );
    children.observe(
      CONFIG_MAP,
      { ...orphan, metadata: { ...orphan.metadata, resourceVersion: "999999" } },
      NODE,
    );
    assert.equal(children.find(CONFIG_MAP, key("loose")), undefined, "an orphan is in no watch either");
  } finally {
    await Promise.all([own.stop(), loose.stop()]);
    client.close();
    await sandbox.stop();
  }
});
