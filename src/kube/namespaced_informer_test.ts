import assert from "node:assert/strict";
import type { WatchingClient } from "./client.ts";
import { KubeError } from "./error.ts";
import { createInformerIn } from "./namespaced_informer.ts";
import type { KubeObject } from "./object.ts";

const WIDGETS = { group: "x", version: "v1", kind: "Widget", plural: "widgets", namespaced: true };

function widget(namespace: string, name: string, version = "1"): KubeObject {
  return {
    metadata: { namespace, name, uid: `uid-${name}`, resourceVersion: version, labels: { like: "x" } },
  };
}

/** Two widgets a namespace; the watches end with the informer. Lists of "closed" are refused. */
function watched(namespaces: readonly string[] | undefined) {
  const asked: (string | undefined)[] = [];
  const client: Pick<WatchingClient, "list" | "watch"> = {
    async *list({ namespace = "all" }) {
      asked.push(namespace);
      if (namespace === "closed") throw new KubeError("no", { status: 403, reason: "Forbidden" });
      const items = [widget(namespace, "one"), widget(namespace, "two")];
      yield await Promise.resolve({ items, resourceVersion: "1" });
    },
    // deno-lint-ignore require-yield
    async *watch(_, signal) {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
    },
  };
  const events: string[] = [];
  const failed = Promise.withResolvers<void>();
  const informer = createInformerIn<string, "like">(namespaces, {
    client,
    type: WIDGETS,
    project: ({ metadata }) => metadata.resourceVersion ?? "",
    indexes: { like: () => ["x"] },
    onEvent: (event) =>
      events.push(`${event.kind} ${(event.kind === "deleted" ? event.was : event.now).key}`),
    onState: ({ kind }) => {
      if (kind === "retrying") failed.resolve();
    },
  });
  return { informer, asked, events, failed: failed.promise };
}

Deno.test("objects of several namespaces are found as those of one", async () => {
  const { informer, asked, events } = watched(["a", "b"]);
  assert.equal(await informer.synced, "synced");
  assert.deepEqual([asked.toSorted(), informer.size, events.length], [["a", "b"], 4, 4]);
  assert.deepEqual([...informer.values()].map(({ key }) => key), ["a/one", "a/two", "b/one", "b/two"]);
  assert.deepEqual([...informer.keysBy("like", "x")], ["a/one", "a/two", "b/one", "b/two"]);
  assert.deepEqual([...informer.keysBy("like", "y")], []);
  assert.equal(informer.get("b/two")?.value, "1");
  informer.observe(widget("b", "two", "2"));
  informer.observe(widget("c", "two", "2"));
  assert.deepEqual([informer.get("b/two")?.value, informer.get("c/two"), informer.get("two")], [
    "2",
    undefined,
    undefined,
  ]);
  assert.equal(events.at(-1), "modified b/two");
  assert.equal(informer.state().kind, "live");
  await informer.stop();
  assert.equal(informer.state().kind, "stopped");
});

Deno.test("without namespaces there is one list over all, with one a list of that", async () => {
  for (const [namespaces, asks] of [[undefined, "all"], [["a"], "a"]] as const) {
    const { informer, asked } = watched(namespaces);
    assert.equal(await informer.synced, "synced");
    assert.deepEqual(asked, [asks]);
    await informer.stop();
  }
});

Deno.test("one namespace that may not be listed shows, whatever the others do", async () => {
  const { informer, failed } = watched(["a", "closed"]);
  await failed;
  assert.equal(informer.state().kind, "retrying");
  await informer.stop();
  assert.equal(await informer.synced, "stopped");
});
