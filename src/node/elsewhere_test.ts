import assert from "node:assert/strict";
import { childOf } from "../../tests/support/child_objects.ts";
import { storedNode } from "../../tests/support/stored_objects.ts";
import type { StoredNode } from "../api/stored.ts";
import type { ListOptions } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import { NODE } from "../operator/kinds.ts";
import { belongings } from "./elsewhere.ts";
import { namespaceHolders } from "./namespace_holders.ts";

const LEAVING = storedNode({ row: "acme", form: "data" }, { deleting: true });
const HERE = storedNode({ row: "acme", form: "web" });
const signal = new AbortController().signal;
const WRITTEN = [{
  manager: "lynq",
  operation: "Apply" as const,
  fieldsType: "FieldsV1" as const,
  fieldsV1: {},
}];

/** A replica that has acme-data and acme-web; the API server has ConfigMaps of these nodes too. */
function world(stored: Readonly<Record<string, Partial<KubeObject["metadata"]> | undefined>>, here: boolean) {
  const asked: ListOptions[] = [];
  const configs = Object.keys(stored).map((node): KubeObject => ({
    metadata: {
      name: `${node}-config`,
      namespace: "ns",
      uid: `uid-of-${node}-config`,
      labels: { "lynq.sh/node": node, "lynq.sh/node-namespace": "ns", "lynq.sh/bucket": "7" },
      managedFields: WRITTEN,
    },
  }));
  const type = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
  return {
    asked,
    children: { inNamespace: () => here ? [childOf("web", { node: "acme-web" })] : [] },
    nodes: {
      type: NODE,
      get: (key: string): StoredNode | undefined => key === "ns/acme-web" ? HERE : undefined,
      labelled: (_: string, label: string) => label === "acme-web" ? [HERE] : [],
    },
    forms: { kinds: () => [{ apiVersion: "v1", kind: "ConfigMap" }] },
    discovery: { resolve: () => Promise.resolve({ kind: "found" as const, type }) },
    client: {
      async *list(options: ListOptions) {
        asked.push(options);
        const node = stored[options.fieldSelector?.replace("metadata.name=", "") ?? ""];
        const nodes = node === undefined ? [] : [{ metadata: node }];
        const items = options.type === type ? configs : nodes;
        yield await Promise.resolve({ items, resourceVersion: "1" });
      },
    },
    elsewhere: {
      buckets: ["0", "4"],
      has: (_: string, label: string) => !["acme-web", "acme-data"].includes(label),
    },
  };
}

async function holders(of: Parameters<typeof belongings>[0]): Promise<string[]> {
  const emptying = { node: LEAVING, namespace: "ns", orphans: [] };
  return namespaceHolders(await belongings(of, emptying, signal), emptying);
}

Deno.test("a child of another shard's node holds the Namespace, unless that node goes too", async () => {
  assert.deepEqual(await holders(world({ "bolt-web": { name: "bolt-web" } }, false)), [
    "ConfigMap bolt-web-config",
  ]);
  assert.deepEqual(await holders(world({ "bolt-web": { deletionTimestamp: "then" } }, false)), []);
  assert.deepEqual(await holders(world({ "bolt-web": undefined }, false)), []);
});

Deno.test("a name that was cut can't be asked for, and its node is believed to stay", async () => {
  const cut = "a".repeat(63);
  assert.deepEqual(await holders(world({ [cut]: undefined }, false)), [`ConfigMap ${cut}-config`]);
});

Deno.test("what is here is not asked for, and of the rest each node once", async () => {
  const of = world({ "bolt-web": { name: "bolt-web" } }, true);
  assert.deepEqual(await holders(of), ["ConfigMap acme-web", "ConfigMap bolt-web-config"]);
  assert.deepEqual(of.asked.map(({ labelSelector, fieldSelector }) => labelSelector ?? fieldSelector), [
    "lynq.sh/node,lynq.sh/bucket,lynq.sh/bucket notin (0,4)",
    "metadata.name=bolt-web",
  ]);
});

Deno.test("where one replica has all nodes nothing is asked", async () => {
  const { elsewhere: _, ...all } = world({ "bolt-web": { name: "bolt-web" } }, true);
  assert.deepEqual(await holders(all), ["ConfigMap acme-web"]);
  assert.deepEqual(all.asked, []);
});
