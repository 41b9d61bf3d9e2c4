import assert from "node:assert/strict";
import {
  type ApiServerCase,
  type CaseClient,
  configMap,
  type Reply,
  type WatchEvent,
} from "./api_server_case.ts";

async function version(on: CaseClient): Promise<string> {
  return (await on.get(on.core("/configmaps"))).body.metadata.resourceVersion;
}

function told(events: readonly WatchEvent[]): readonly string[] {
  return events.filter(({ object }) => object.metadata?.name !== "kube-root-ca.crt")
    .map(({ type, object }) => `${type} ${object.metadata?.name ?? object.reason}`);
}

const mine = "labelSelector=mine%3Dyes";

/** Watches: what they replay, select, end with. */
export const watchCases: readonly ApiServerCase[] = [
  {
    name: "a watch from a version replays what came after it, in order",
    run: async (on) => {
      const from = await version(on);
      await on.create(on.core("/configmaps"), configMap("a", { data: { k: "1" } }));
      await on.patch(on.core("/configmaps/a"), "merge", { data: { k: "2" } });
      await on.delete(on.core("/configmaps/a"));
      const path = on.core(`/configmaps?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=${from}`);
      const events = await on.watch(path, (seen) => seen.length === 3);
      assert.deepEqual(told(events), ["ADDED a", "MODIFIED a", "DELETED a"]);
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
      assert.deepEqual(versions, versions.toSorted((left, right) => left - right));
      assert.deepEqual(events[2]?.object.data, { k: "2" });
      assert.equal(events[0]?.object.kind, "ConfigMap");
    },
  },
  {
    name: "a watch without a version starts with what is there and goes on live",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("a", { metadata: { labels: { mine: "yes" } } }));
      let asked: Promise<Reply> | undefined;
      const events = await on.watch(on.core(`/configmaps?watch=true&${mine}`), (seen) => {
        if (asked === undefined && seen.length === 1) {
          asked = on.create(
            on.core("/configmaps"),
            configMap("b", { metadata: { labels: { mine: "yes" } } }),
          );
        }
        return seen.length === 2;
      });
      assert.equal((await asked)?.status, 201);
      assert.deepEqual(told(events), ["ADDED a", "ADDED b"]);
    },
  },
  {
    name: "a label-selected watch sends ADDED and DELETED when the label comes and goes",
    run: async (on) => {
      const from = await version(on);
      await on.create(on.core("/configmaps"), configMap("a"));
      await on.patch(on.core("/configmaps/a"), "merge", { metadata: { labels: { mine: "yes" } } });
      await on.patch(on.core("/configmaps/a"), "merge", { data: { k: "1" } });
      await on.patch(on.core("/configmaps/a"), "merge", { metadata: { labels: { mine: "no" } } });
      const path = on.core(`/configmaps?watch=1&${mine}&resourceVersion=${from}`);
      const events = await on.watch(path, (seen) => seen.length === 3);
      assert.deepEqual(told(events), ["ADDED a", "MODIFIED a", "DELETED a"]);
      assert.deepEqual(events[2]?.object.metadata.labels, { mine: "yes" });
    },
  },
  {
    name: "a watch-list sends what is there, then a bookmark that says so",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("a", { metadata: { labels: { mine: "yes" } } }));
      const query =
        "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
      const events = await on.watch(
        on.core(`/configmaps?${query}&${mine}`),
        (seen) => seen.some(({ type }) => type === "BOOKMARK"),
      );
      assert.deepEqual(events.map(({ type }) => type), ["ADDED", "BOOKMARK"]);
      const bookmark = events[1]?.object;
      assert.equal(bookmark?.kind, "ConfigMap");
      assert.equal(bookmark?.metadata.annotations["k8s.io/initial-events-end"], "true");
      assert.match(bookmark?.metadata.resourceVersion ?? "", /^\d+$/);
    },
  },
  {
    name: "sendInitialEvents needs its resourceVersionMatch",
    run: async (on) => {
      const refused = await on.get(on.core("/configmaps?watch=1&sendInitialEvents=true"));
      assert.equal(refused.status, 422);
      assert.equal(refused.body.details.causes[0].field, "resourceVersionMatch");
    },
  },
  {
    name: "a watch ends after timeoutSeconds",
    run: async (on) => {
      const from = await version(on);
      const path = on.core(`/configmaps?watch=1&timeoutSeconds=1&resourceVersion=${from}&${mine}`);
      assert.deepEqual(await on.watch(path, () => false), []);
    },
  },
  {
    name: "a watch of metadata sends no values",
    run: async (on) => {
      const from = await version(on);
      await on.create(on.core("/configmaps"), configMap("a", { data: { k: "1" } }));
      const [event] = await on.watch(
        on.core(`/configmaps?watch=1&fieldSelector=metadata.name%3Da&resourceVersion=${from}`),
        (seen) => seen.length === 1,
        { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" },
      );
      assert.equal(event?.type, "ADDED");
      assert.equal(event.object.kind, "PartialObjectMetadata");
      assert.equal(event.object.data, undefined);
    },
  },
  {
    name: "a watch of one object by its path",
    run: async (on) => {
      await on.create(on.core("/configmaps"), configMap("a"));
      const path = on.core("/configmaps?watch=1&fieldSelector=metadata.name%3Da");
      assert.deepEqual(told(await on.watch(path, (seen) => seen.length === 1)), ["ADDED a"]);
    },
  },
];
