import assert from "node:assert/strict";
import type { ServedResource } from "./served_resource.ts";
import { Storage } from "./storage.ts";
import { WatchHub } from "./watch_stream.ts";

Deno.test("a watch whose client leaves ends without an error and is forgotten", async () => {
  const watches = new WatchHub(60_000);
  const storage = new Storage(10);
  const resource = { store: "configmaps" } as ServedResource;
  const selection = { resource, namespace: undefined, labels: [], fields: [] };
  const request = {
    selection,
    resourceVersion: "",
    bookmarks: true,
    initialEvents: false,
    timeoutMs: 60_000,
  };
  const stream = watches.stream({ storage }, request, (object) => ({ ...object }));
  assert.equal(watches.size, 1);
  await stream.cancel();
  assert.equal(watches.size, 0);
});
