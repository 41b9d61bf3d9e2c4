import assert from "node:assert/strict";
import { KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/prometheus.ts";
import { RecordingLog } from "../telemetry/recording_log.ts";
import { parseBindAddress } from "./http_address.ts";
import { AccessReviewer } from "./http_access.ts";
import { selfSignedCertificate } from "./http_certificate.ts";
import { startMetrics } from "./http_metrics.ts";

const ANY_PORT = parseBindAddress("f", "127.0.0.1:0");

/** Knows the token "good" of prometheus, "other" of somebody without the right, and no other token. */
function reviews() {
  const asked: { kind: string; spec: Record<string, unknown> }[] = [];
  const create = (type: ResourceType, object: KubeObject): Promise<KubeObject> => {
    const spec = object["spec"] as Record<string, unknown>;
    asked.push({ kind: type.kind, spec });
    if (type.kind === "SubjectAccessReview") {
      return Promise.resolve({ metadata: {}, status: { allowed: spec["user"] === "prometheus" } });
    }
    if (spec["token"] === "broken") {
      return Promise.reject(new KubeError("no", { status: 500, reason: "InternalError" }));
    }
    const username = { good: "prometheus", other: "somebody" }[String(spec["token"])];
    return Promise.resolve({
      metadata: {},
      status: username === undefined
        ? { authenticated: false }
        : { authenticated: true, user: { username, groups: ["g"] } },
    });
  };
  return { asked, client: { create } };
}

const request = (token?: string) =>
  new Request(
    "https://x/metrics",
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );

Deno.test("plain metrics are served in Prometheus' format at /metrics only", async () => {
  const metrics = createMetrics();
  metrics.hubStatus({ namespace: "apps", name: "crm" }, { desired: 7, ready: 6, failed: 1 });
  const log = new RecordingLog();
  const server = await startMetrics({ address: ANY_PORT, metrics, security: { kind: "plain" }, log });
  assert.ok(server !== undefined);
  const response = await fetch(`${server.url}/metrics`);
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await response.text(), /^hub_desired\{hub="crm",namespace="apps"\} 7$/m);
  const other = await fetch(server.url);
  await other.body?.cancel();
  assert.equal(other.status, 404);
  assert.deepEqual([log.entries[0]?.msg, log.entries[0]?.fields["logger"]], [
    "Starting metrics server",
    "controller-runtime.metrics",
  ]);
  await server.stop();
});

Deno.test("who may get /metrics is asked of the API server, with the user's groups", async () => {
  const { asked, client } = reviews();
  const reviewer = new AccessReviewer({ client });
  assert.deepEqual(await reviewer.review(request("good")), { kind: "allowed" });
  assert.deepEqual(asked, [
    { kind: "TokenReview", spec: { token: "good" } },
    {
      kind: "SubjectAccessReview",
      spec: {
        user: "prometheus",
        groups: ["g"],
        uid: undefined,
        extra: undefined,
        nonResourceAttributes: { path: "/metrics", verb: "get" },
      },
    },
  ]);
  assert.deepEqual(await reviewer.review(request("other")), { kind: "forbidden", user: "somebody" });
  assert.deepEqual(await reviewer.review(request("unknown")), { kind: "unauthenticated" });
  assert.deepEqual(await reviewer.review(request()), { kind: "unauthenticated" });
});

Deno.test("an answer is kept for its time, and none is kept of a review that failed", async () => {
  let now = 0;
  const { asked, client } = reviews();
  const reviewer = new AccessReviewer({ client, now: () => now });
  await Promise.all([1, 2, 3].map(() => reviewer.review(request("good"))));
  assert.equal(asked.length, 2);
  now = 59_999;
  await reviewer.review(request("good"));
  assert.equal(asked.length, 2);
  now = 60_000;
  await reviewer.review(request("good"));
  assert.equal(asked.length, 4);
  assert.equal((await reviewer.review(request("broken"))).kind, "unknown");
  assert.equal((await reviewer.review(request("broken"))).kind, "unknown");
  assert.equal(asked.length, 6);
});

Deno.test("a flood of unknown tokens asks the API server for eight at once", async () => {
  const { asked, client } = reviews();
  const gate = Promise.withResolvers<void>();
  const slow = {
    create: (type: ResourceType, object: KubeObject) => gate.promise.then(() => client.create(type, object)),
  };
  const reviewer = new AccessReviewer({ client: slow });
  const kinds: string[] = [];
  const flood = Array.from({ length: 30 }, async (_, i) => {
    kinds.push((await reviewer.review(request(`t${i}`))).kind);
  });
  while (kinds.length < 22) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(kinds, Array(22).fill("busy"));
  gate.resolve();
  await Promise.all(flood);
  assert.deepEqual(kinds.slice(22), Array(8).fill("unauthenticated"));
  assert.equal(asked.length, 8);
});

Deno.test("secure metrics are HTTPS from files, refuse strangers, and follow a new certificate", async () => {
  const directory = await Deno.makeTempDir();
  const files = { certFile: `${directory}/tls.crt`, keyFile: `${directory}/tls.key` };
  const write = async (pair: { cert: string; key: string }) => {
    await Deno.writeTextFile(files.certFile, pair.cert);
    await Deno.writeTextFile(files.keyFile, pair.key);
  };
  const [first, second] = [await selfSignedCertificate(new Date()), await selfSignedCertificate(new Date())];
  await write(first);
  const log = new RecordingLog();
  const server = await startMetrics({
    address: ANY_PORT,
    metrics: createMetrics(),
    security: { kind: "tls", client: reviews().client, certificate: { kind: "files", ...files } },
    log,
    pollMs: 5,
  });
  assert.ok(server !== undefined);
  const status = async (cert: string, token?: string) => {
    using client = Deno.createHttpClient({ caCerts: [cert] });
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/metrics`, { client, headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual(
    [
      await status(first.cert, "good"),
      await status(first.cert, "other"),
      await status(first.cert, "x"),
      await status(first.cert),
    ],
    [200, 403, 401, 401],
  );
  await assert.rejects(status(second.cert, "good"));
  await write(second);
  while (!log.entries.some((entry) => entry.msg === "Updated current TLS certificate")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  while (await status(second.cert, "good").catch(() => 0) !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await server.stop();
  await Deno.remove(directory, { recursive: true });
});

Deno.test("secure metrics without files use a certificate of their own", async () => {
  const server = await startMetrics({
    address: ANY_PORT,
    metrics: createMetrics(),
    security: { kind: "tls", client: reviews().client, certificate: { kind: "self-signed" } },
    log: silentLog,
  });
  assert.ok(server !== undefined);
  await assert.rejects(fetch(`${server.url}/metrics`), TypeError);
  const plain = await fetch(server.url.replace("https:", "http:")).then(() => "answered", () => "refused");
  assert.equal(plain, "refused");
  await server.stop();
});

Deno.test("certificate files that are not there stop the start", async () => {
  await assert.rejects(
    startMetrics({
      address: ANY_PORT,
      metrics: createMetrics(),
      security: {
        kind: "tls",
        client: reviews().client,
        certificate: { kind: "files", certFile: "/nonexistent/tls.crt", keyFile: "/nonexistent/tls.key" },
      },
      log: silentLog,
    }),
    Deno.errors.NotFound,
  );
});
