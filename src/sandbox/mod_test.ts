import assert from "node:assert/strict";
import { parse } from "yaml";
import { withSandbox } from "../../tests/support/sandbox_client.ts";
import { startSandbox } from "./mod.ts";

const maps = "/api/v1/namespaces/default/configmaps";

async function watched(
  url: string,
  enough: (events: readonly { type: string; object: unknown }[]) => boolean,
) {
  const response = await fetch(url);
  const events: { type: string; object: { code?: number; metadata?: { resourceVersion?: string } } }[] = [];
  assert.ok(response.body);
  let rest = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) events.push(JSON.parse(line));
    if (enough(events)) break;
  }
  return events;
}

Deno.test("a watch from before the compaction ends with an ERROR event of 410", () =>
  withSandbox(async (client) => {
    const { metadata } = await client.get(maps);
    await client.send("POST", maps, { metadata: { name: "a" } });
    await client.send("POST", maps, { metadata: { name: "b" } });
    client.sandbox.compact();
    const from = `watch=1&resourceVersion=${metadata.resourceVersion}`;
    const events = await watched(`${client.sandbox.url}${maps}?${from}`, () => false);
    assert.deepEqual(events.map(({ type, object }) => `${type} ${object.code}`), ["ERROR 410"]);
  }));

Deno.test("a page of a compacted list is 410 with a token to go on", () =>
  withSandbox(async (client) => {
    for (const name of ["a", "b", "c"]) await client.send("POST", maps, { metadata: { name } });
    const first = await client.get(`${maps}?limit=1`);
    await client.send("POST", maps, { metadata: { name: "d" } });
    client.sandbox.compact();
    const next = (token: string) =>
      `${client.sandbox.url}${maps}?limit=1&continue=${encodeURIComponent(token)}`;
    const gone = await fetch(next(first.metadata.continue));
    const status = await gone.json();
    assert.equal(gone.status, 410);
    assert.equal(status.reason, "Expired");
    const inconsistent = await (await fetch(next(status.metadata.continue))).json();
    assert.equal(inconsistent.items[0].metadata.name, "b");
  }));

Deno.test("a quiet watch gets bookmarks with the newest version", () =>
  withSandbox(async (client) => {
    const { metadata } = await client.get(maps);
    await client.send("POST", "/api/v1/namespaces/default/secrets", { metadata: { name: "s" } });
    const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
    const [bookmark] = await watched(
      `${client.sandbox.url}${maps}?${query}`,
      (events) => events.length === 1,
    );
    assert.equal(bookmark?.type, "BOOKMARK");
    assert.ok(Number(bookmark?.object.metadata?.resourceVersion) > Number(metadata.resourceVersion));
  }, { bookmarkMs: 20 }));

Deno.test("requests are counted and shown, watches and applies by their own names", async () => {
  const seen: string[] = [];
  await withSandbox(async (client) => {
    await client.get(maps);
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    await client.send("APPLY", `${maps}/a?fieldManager=m`, body);
    await watched(`${client.sandbox.url}${maps}?watch=1&timeoutSeconds=1`, (events) => events.length > 0);
    const { total, byMethod } = client.sandbox.requests();
    assert.equal(total, 3);
    assert.deepEqual(Object.fromEntries(byMethod), { GET: 1, APPLY: 1, WATCH: 1 });
  }, { onRequest: ({ method, path }) => seen.push(`${method} ${path}`) });
  assert.deepEqual(seen, [`GET ${maps}`, `PATCH ${maps}/a`, `GET ${maps}`]);
});

Deno.test("stopping ends open watches and frees the port", async () => {
  const sandbox = await startSandbox();
  const open = watched(`${sandbox.url}${maps}?watch=1`, () => false);
  await fetch(`${sandbox.url}/readyz`).then((response) => response.text());
  await sandbox.stop();
  assert.ok((await open).every(({ type }) => type === "ADDED"));
  await assert.rejects(fetch(`${sandbox.url}/readyz`));
});

Deno.test("a port that is taken refuses the start and leaves nothing running", () =>
  withSandbox(async ({ sandbox }) => {
    await assert.rejects(startSandbox({ port: Number(new URL(sandbox.url).port) }), Deno.errors.AddrInUse);
  }));

Deno.test("the kubeconfig names the server", () =>
  withSandbox(({ sandbox }) => {
    const config = parse(sandbox.kubeconfig());
    assert.equal(config.clusters[0].cluster.server, sandbox.url);
    assert.equal(config["current-context"], config.contexts[0].name);
    return Promise.resolve();
  }));

Deno.test("time, chance and ids can be given", () =>
  withSandbox(async (client) => {
    const made = await client.send("POST", maps, { metadata: { generateName: "x-" } });
    assert.equal(made.metadata.creationTimestamp, "2001-02-03T04:05:06Z");
    assert.equal(made.metadata.name, "x-bbbbb");
    assert.match(made.metadata.uid, /^id-\d+$/);
  }, {
    clock: () => new Date("2001-02-03T04:05:06Z"),
    random: () => 0,
    uid: ((count) => () => `id-${count++}`)(0),
  }));

Deno.test("events and autoscalers are served in both of their versions", () =>
  withSandbox(async (client) => {
    await client.send("POST", "/apis/events.k8s.io/v1/namespaces/default/events", {
      metadata: { name: "e" },
      eventTime: "2001-02-03T04:05:06.000000Z",
      reportingController: "c",
      reportingInstance: "i",
      action: "Do",
      reason: "R",
      type: "Normal",
      note: "said",
      regarding: { kind: "ConfigMap", namespace: "default", name: "a" },
    });
    const old = await client.get("/api/v1/namespaces/default/events/e");
    assert.equal(old.message, "said");
    assert.equal(old.involvedObject.name, "a");
    const scaler = "/namespaces/default/horizontalpodautoscalers";
    await client.send("POST", `/apis/autoscaling/v1${scaler}`, {
      metadata: { name: "h" },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "w" },
        targetCPUUtilizationPercentage: 50,
      },
    });
    const { spec } = await client.get(`/apis/autoscaling/v2${scaler}/h`);
    assert.equal(spec.metrics[0].resource.target.averageUtilization, 50);
  }));
