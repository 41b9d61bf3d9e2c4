import assert from "node:assert/strict";
import { createDiscovery } from "../../src/kube/discovery.ts";
import type { WatchEvent } from "../../src/kube/client.ts";
import { type CacheEvent, createInformer } from "../../src/kube/informer.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { compareRevisions } from "../../src/kube/revision.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { clusterTest, CONFIG_MAP, configMap } from "../support/control_plane_case.ts";

const answer = await requireControlPlane();

/** A controller manager, where one runs, puts a ConfigMap into each namespace. */
const OWN = "metadata.name!=kube-root-ca.crt";

clusterTest(answer, "a bookmark tells the version behind which a watch goes on after its end", async (on) => {
  const client = createKubeClient(on.plane.credentials("admin"), { watchSeconds: 4 });
  const create = (namespace: string, name: string) =>
    client.create(CONFIG_MAP, configMap({ namespace, name }));
  try {
    const watched = { type: CONFIG_MAP, namespace: on.namespace, fieldSelector: OWN };
    const [page] = await Array.fromAsync(client.list(watched));
    const from = page?.resourceVersion ?? "";
    await create(on.namespace, "one");
    let bookmark = "";
    // It comes two seconds before the end; a server that was held up just then ends the watch without one.
    for (let attempt = 1; bookmark === "" && attempt <= 10; attempt++) {
      for await (const event of client.watch({ ...watched, resourceVersion: from })) {
        if (event.kind === "added") await create("default", `elsewhere-${on.namespace}-${attempt}`);
        if (event.kind === "bookmark") bookmark = event.resourceVersion;
      }
    }
    assert.ok((compareRevisions(bookmark, from) ?? 0) > 0);
    await create(on.namespace, "two");
    // A watch of minutes, so that neither a bookmark nor its end comes first.
    for await (const event of on.client.watch({ ...watched, resourceVersion: bookmark })) {
      assert.deepEqual(summary([event]), ["added two"]);
      break;
    }
  } finally {
    client.close();
  }
});

clusterTest(
  answer,
  "a kind installed later is found, and a version before its history answers 410",
  async (on) => {
    const discovery = createDiscovery({ client: on.client, refreshSeconds: 0, absentSeconds: 0 });
    const group = `${on.namespace}.example.org`;
    assert.deepEqual(await discovery.resolve(`${group}/v1`, "Widget"), { kind: "absent" });
    await on.client.create(CUSTOM_RESOURCE_DEFINITION, widgetDefinition(group));
    const type = await eventually(async () => {
      const answer = await discovery.resolve(`${group}/v1`, "Widget");
      return answer.kind === "found" ? answer.type : undefined;
    });
    const { namespace } = on;
    await eventually(async () => {
      const pages = await Array.fromAsync(on.client.list({ type, namespace })).catch(() => []);
      return pages[0];
    });
    await assert.rejects(
      Array.fromAsync(on.client.watch({ type, namespace, resourceVersion: "1" })),
      { name: "KubeError", status: 410, reason: "Expired" },
    );
  },
);

clusterTest(answer, "a metadata watch carries managedFields and no data", async ({ client, namespace }) => {
  const watched = { type: CONFIG_MAP, namespace, fieldSelector: OWN, metadataOnly: true };
  const [page] = await Array.fromAsync(client.list(watched));
  const at = { namespace, name: "secretive" };
  await client.apply({ type: CONFIG_MAP, ...at }, configMap(at, { a: "1" }), { fieldManager: "lynq" });
  for await (const event of client.watch({ ...watched, resourceVersion: page?.resourceVersion ?? "" })) {
    assert.ok(event.kind === "added");
    assert.equal(event.object.kind, "PartialObjectMetadata");
    assert.equal(event.object.metadata.managedFields?.[0]?.manager, "lynq");
    assert.ok(!("data" in event.object));
    break;
  }
});

clusterTest(
  answer,
  "an informer follows writes, keeps its index and lets its own write in at once",
  async (on) => {
    const { client, namespace } = on;
    const events: string[] = [];
    const told = new EventTarget();
    const informer = createInformer<string, "value">({
      client,
      type: CONFIG_MAP,
      namespace,
      fieldSelector: OWN,
      project: (object) => (object.data as Record<string, string> | undefined)?.a ?? "",
      indexes: { value: (entry) => [entry.value] },
      onEvent: (event) => {
        events.push(line(event));
        told.dispatchEvent(new Event("told"));
      },
    });
    const until = async (count: number) => {
      while (events.length < count) {
        await new Promise((resolve) => told.addEventListener("told", resolve, { once: true }));
      }
    };
    try {
      assert.equal(await informer.synced, "synced");
      const at = { namespace, name: "one" };
      const ref = { type: CONFIG_MAP, ...at };
      const { object } = await client.apply(ref, configMap(at, { a: "x" }), { fieldManager: "lynq" });
      informer.observe(object);
      assert.equal(informer.get(`${namespace}/one`)?.value, "x");
      await client.apply(ref, configMap(at, { a: "y" }), { fieldManager: "lynq" });
      await until(2);
      assert.deepEqual([...informer.keysBy("value", "y")], [`${namespace}/one`]);
      assert.equal(informer.keysBy("value", "x").size, 0);
      await client.delete(ref, { uid: object.metadata.uid });
      await until(3);
      assert.deepEqual(events.map((event) => event.replace(/ by (watch|write)$/, "")), [
        "added x",
        "modified x y",
        "deleted y",
      ]);
      assert.equal(informer.size, 0);
    } finally {
      await informer.stop();
    }
  },
);

function line(event: CacheEvent<string>): string {
  switch (event.kind) {
    case "added":
      return `added ${event.now.value} by ${event.by}`;
    case "modified":
      return `modified ${event.was.value} ${event.now.value} by ${event.by}`;
    case "deleted":
      return `deleted ${event.was.value} by ${event.by}`;
  }
}

function summary(events: readonly WatchEvent[]): string[] {
  return events.map((event) =>
    event.kind === "bookmark" ? "bookmark" : `${event.kind} ${event.object.metadata.name}`
  );
}

const CUSTOM_RESOURCE_DEFINITION = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

function widgetDefinition(group: string) {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

/** Asks again until there is an answer. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no answer in half a minute");
}
