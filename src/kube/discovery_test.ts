import assert from "node:assert/strict";
import { createDiscovery } from "./discovery.ts";
import { KubeError } from "./error.ts";

const notFound = () => new KubeError("no", { status: 404, reason: "NotFound" });

/** A server whose paths answer with documents or errors. */
function serverOf(documents: Record<string, unknown>) {
  const paths: string[] = [];
  const raw = (path: string) => {
    paths.push(path);
    const document = documents[path];
    if (document instanceof Error) return Promise.reject(document);
    return document === undefined ? Promise.reject(notFound()) : Promise.resolve(document);
  };
  return { client: { raw }, paths, documents };
}

function aggregated(group: string, kinds: string[], freshness = "Current") {
  const resources = kinds.map((kind) => ({
    resource: `${kind.toLowerCase()}s`,
    responseKind: { group, version: "v1", kind },
    scope: "Namespaced",
    verbs: ["get", "list"],
    subresources: [{ subresource: "status" }],
  }));
  return { metadata: { name: group }, versions: [{ version: "v1", freshness, resources }] };
}

const listOf = (...items: unknown[]) => ({ kind: "APIGroupDiscoveryList", items });
const CORE = listOf(aggregated("", ["Pod"]));

Deno.test("aggregated discovery answers every kind with two requests", async () => {
  const server = serverOf({ "/api": CORE, "/apis": listOf(aggregated("apps", ["Deployment"])) });
  const discovery = createDiscovery(server);
  const found = await discovery.resolve("apps/v1", "Deployment");
  const type = { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true };
  assert.deepEqual(found, { kind: "found", type });
  assert.equal((await discovery.resolve("v1", "Pod")).kind, "found");
  assert.deepEqual((await discovery.list()).map((served) => served.subresources), [["status"], ["status"]]);
  assert.deepEqual(server.paths, ["/api", "/apis"]);
});

Deno.test("a server without aggregated discovery is read group by group", async () => {
  const resources = [
    { name: "jobs", kind: "Job", namespaced: true, verbs: ["get"], shortNames: ["j"] },
    { name: "jobs/status", kind: "Job", namespaced: true, verbs: ["get"] },
  ];
  const groups = [{ name: "batch", versions: [{ version: "v1" }, { version: "v1beta1" }] }];
  const server = serverOf({
    "/api": { kind: "APIVersions", versions: ["v1"] },
    "/api/v1": { resources: [{ name: "nodes", kind: "Node", namespaced: false, verbs: ["get"] }] },
    "/apis": { kind: "APIGroupList", groups },
    "/apis/batch/v1": { resources },
    "/apis/batch/v1beta1": new KubeError("down", { status: 503, reason: "ServiceUnavailable" }),
  });
  const discovery = createDiscovery(server);
  const job = await discovery.resolve("batch/v1", "Job");
  assert.ok(job.kind === "found" && job.type.plural === "jobs");
  const node = await discovery.resolve("v1", "Node");
  assert.ok(node.kind === "found" && !node.type.namespaced);
  await assert.rejects(discovery.resolve("batch/v1beta1", "CronJob"), { status: 503 });
  assert.deepEqual(await discovery.resolve("batch/v2", "Job"), { kind: "absent" });
  assert.deepEqual((await discovery.list()).map((served) => served.subresources), [[], ["status"]]);
});

Deno.test("a group whose API server does not answer is an error, not an absence", async () => {
  const stale = aggregated("metrics.k8s.io", ["NodeMetrics"], "Stale");
  const discovery = createDiscovery(serverOf({ "/api": CORE, "/apis": listOf(stale) }));
  assert.equal((await discovery.resolve("metrics.k8s.io/v1", "NodeMetrics")).kind, "found");
  await assert.rejects(discovery.resolve("metrics.k8s.io/v1", "PodMetrics"), { status: 503 });
  assert.deepEqual(await discovery.resolve("other/v1", "PodMetrics"), { kind: "absent" });
});

Deno.test("a miss reads again, though not in a loop, and finds a kind that was installed since", async () => {
  let now = 0;
  const server = serverOf({ "/api": CORE, "/apis": listOf() });
  const discovery = createDiscovery({ ...server, now: () => now, refreshSeconds: 2, absentSeconds: 10 });
  const absent = { kind: "absent" };
  assert.deepEqual(await discovery.resolve("x/v1", "Widget"), absent);
  assert.deepEqual(await discovery.resolve("x/v1", "Gadget"), absent);
  assert.equal(server.paths.length, 2);
  server.documents["/apis"] = listOf(aggregated("x", ["Widget"]));
  now = 9_000;
  assert.deepEqual(await discovery.resolve("x/v1", "Widget"), absent);
  assert.equal(server.paths.length, 2);
  now = 10_000;
  assert.equal((await discovery.resolve("x/v1", "Widget")).kind, "found");
  assert.equal(server.paths.length, 4);
});

Deno.test("many misses at once share one reading, and a failed reading is not remembered", async () => {
  const server = serverOf({ "/api": CORE, "/apis": new KubeError("down", { status: 500, reason: "" }) });
  const discovery = createDiscovery(server);
  const answers = await Promise.allSettled(["A", "B"].map((kind) => discovery.resolve("x/v1", kind)));
  assert.deepEqual(answers.map((answer) => answer.status), ["rejected", "rejected"]);
  assert.equal(server.paths.length, 2);
  server.documents["/apis"] = listOf(aggregated("x", ["A"]));
  assert.equal((await discovery.resolve("x/v1", "A")).kind, "found");
});

Deno.test("invalidate forgets what was found", async () => {
  const server = serverOf({ "/api": CORE, "/apis": listOf(aggregated("x", ["Widget"])) });
  const discovery = createDiscovery(server);
  await discovery.resolve("x/v1", "Widget");
  server.documents["/apis"] = listOf();
  discovery.invalidate();
  assert.deepEqual(await discovery.resolve("x/v1", "Widget"), { kind: "absent" });
});
