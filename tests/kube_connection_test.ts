import assert from "node:assert/strict";
import { join } from "node:path";
import { fixedCredentials } from "../src/kube/credentials.ts";
import { createKubeClient, type KubeClientOptions } from "../src/kube/http_client.ts";
import type { KubeConnection } from "../src/kube/client.ts";
import { makePki, PKI } from "./support/control_plane_pki.ts";

const PODS = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** Answers a request; `connection` is the client's port, so equal ports are one connection. */
type Handler = (request: Request, connection: number) => Response | Promise<Response>;

/** Runs a client against a server with TLS that speaks HTTP/2 and HTTP/1.1. */
async function withTlsServer(
  handler: Handler,
  options: KubeClientOptions,
  test: (client: KubeConnection) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await makePki(directory);
    const read = (name: string) => Deno.readTextFile(join(directory, name));
    const [cert, key, ca] = await Promise.all([read(PKI.serverCert), read(PKI.serverKey), read(PKI.caCert)]);
    const at = { port: 0, hostname: "127.0.0.1", cert, key, onListen: () => {} };
    const server = Deno.serve(at, (request, info) => handler(request, info.remoteAddr.port));
    const url = `https://127.0.0.1:${server.addr.port}`;
    const client = createKubeClient(fixedCredentials({ server: url, tls: { caCerts: [ca] } }), options);
    try {
      await test(client);
    } finally {
      client.close();
      await server.shutdown();
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("requests reuse connections, and none of them once two deadlines in a row were missed", async () => {
  const used = new Map<string, number>();
  const late = Promise.withResolvers<void>();
  const four = Promise.withResolvers<void>();
  const handler: Handler = async (request, connection) => {
    const path = new URL(request.url).pathname;
    used.set(path, connection);
    if (path.startsWith("/hang")) await late.promise;
    if (used.size === 4) four.resolve();
    if (path.startsWith("/together")) await four.promise;
    return Response.json({});
  };
  await withTlsServer(handler, { deadlineSeconds: 5 }, async (client) => {
    await Promise.all([1, 2, 3, 4].map((n) => client.raw(`/together${n}`)));
    const first = new Set(used.values());
    assert.equal(first.size, 4);
    for (const path of ["/hang1", "/between", "/hang2", "/hang3", "/after"]) {
      const answer = client.raw(path);
      await (path.startsWith("/hang") ? assert.rejects(answer, { code: "Deadline" }) : answer);
    }
    late.resolve();
    const pooled = ["/hang1", "/between", "/hang2", "/hang3", "/after"].map((path) =>
      first.has(used.get(path) ?? 0)
    );
    assert.deepEqual(pooled, [true, true, true, true, false]);
  });
});

Deno.test("watches have a connection of their own, and its death ends all of them", async () => {
  const ports = { call: 0, watch: new Set<number>() };
  let watching = 0;
  const late = Promise.withResolvers<void>();
  const handler: Handler = async (request, connection) => {
    const url = new URL(request.url);
    if (url.searchParams.has("watch")) {
      ports.watch.add(connection);
      if (++watching > 2) await late.promise;
      return new Response(new ReadableStream());
    }
    ports.call = connection;
    return Response.json({});
  };
  await withTlsServer(handler, { watchIdleSeconds: 0.2, deadlineSeconds: 5 }, async (client) => {
    await client.raw("/a");
    const watches = ["1", "2"].map((resourceVersion) =>
      Array.fromAsync(client.watch({ type: PODS, resourceVersion }))
    );
    const ends = await Promise.allSettled(watches);
    const codes = ends.map((end) => end.status === "rejected" ? end.reason.code : "ended");
    assert.deepEqual(codes.toSorted(), ["Deadline", "Reset"]);
    assert.equal(watching, 3);
    assert.equal(ports.watch.size, 1);
    assert.equal(ports.watch.has(ports.call), false);
    late.resolve();
  });
});

Deno.test("of several watches on a silent connection one is renewed at a time", async () => {
  let watching = 0;
  const late = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<void>();
  const handler: Handler = async () => {
    if (++watching === 4) renewed.resolve();
    if (watching > 3) await late.promise;
    return new Response(new ReadableStream());
  };
  await withTlsServer(handler, { watchIdleSeconds: 0.2, deadlineSeconds: 60 }, async (client) => {
    const controller = new AbortController();
    const watches = [1, 2, 3].map((n) =>
      Array.fromAsync(client.watch({ type: PODS, resourceVersion: String(n) }, controller.signal))
        .catch(() => undefined)
    );
    await renewed.promise;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(watching, 4);
    controller.abort();
    late.resolve();
    await Promise.all(watches);
  });
});

Deno.test("more watches than one connection may carry go over a second one", async () => {
  const connections = new Set<number>();
  const all = Promise.withResolvers<void>();
  let open = 0;
  const handler: Handler = async (_request, connection) => {
    connections.add(connection);
    if (++open === 120) all.resolve();
    await all.promise;
    return new Response("");
  };
  await withTlsServer(handler, {}, async (client) => {
    const watch = () => Array.fromAsync(client.watch({ type: PODS, resourceVersion: "1" }));
    await Promise.all(Array.from({ length: 120 }, watch));
  });
  assert.equal(connections.size, 2);
});
