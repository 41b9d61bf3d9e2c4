import assert from "node:assert/strict";
import { silentLog } from "../telemetry/log.ts";
import { RecordingLog } from "../telemetry/recording_log.ts";
import { startDashboard, startProbes } from "./http.ts";
import { parseBindAddress } from "./http_address.ts";
import { serve } from "./http_server.ts";

const ANY_PORT = parseBindAddress("f", "127.0.0.1:0");

async function answer(url: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
}

Deno.test("the probes say ok, and why the operator is not ready", async () => {
  const reasons = ["the LynqNode cache is not filled", "no lease"];
  const log = new RecordingLog();
  const server = startProbes({ address: ANY_PORT, ready: () => reasons, log });
  assert.ok(server !== undefined);
  assert.deepEqual(await answer(`${server.url}/healthz`), [200, "ok"]);
  assert.deepEqual(await answer(`${server.url}/readyz`), [
    503,
    "not ready: the LynqNode cache is not filled\nnot ready: no lease\n",
  ]);
  reasons.length = 0;
  assert.deepEqual(await answer(`${server.url}/readyz`), [200, "ok"]);
  assert.equal((await answer(`${server.url}/metrics`))[0], 404);
  assert.deepEqual(log.entries[0]?.fields, { name: "health probe", addr: server.address });
  await server.stop();
});

Deno.test("a server that is off is not there", () => {
  const off = parseBindAddress("f", "0");
  assert.equal(startProbes({ address: off, ready: () => [], log: silentLog }), undefined);
  assert.equal(
    startDashboard({ address: off, app: { fetch: () => new Response() }, log: silentLog }),
    undefined,
  );
});

Deno.test("an address without a host is reached by IPv4, and its port is free again after stop", async () => {
  const handler = { fetch: () => new Response("hello") };
  const server = serve({ address: { kind: "listen", hostname: undefined, port: 0 }, handler });
  const port = Number(new URL(server.url).port);
  assert.deepEqual(await answer(`http://127.0.0.1:${port}/`), [200, "hello"]);
  assert.throws(
    () => serve({ address: { kind: "listen", hostname: undefined, port }, handler }),
    (error) =>
      error instanceof Deno.errors.AddrInUse &&
      new RegExp(`\\]:${port} is in use by another process: .* --health-probe-bind-address`).test(
        error.message,
      ),
  );
  await server.stop();
  const again = serve({ address: { kind: "listen", hostname: undefined, port }, handler });
  await again.stop();
});

Deno.test("a handler that throws answers 500 without telling why", async () => {
  const handler = { fetch: () => Promise.reject(new Error("canary")) };
  const server = serve({ address: { kind: "listen", hostname: "127.0.0.1", port: 0 }, handler });
  assert.deepEqual(await answer(server.url), [500, "internal error\n"]);
  await server.stop();
});

Deno.test("the status page on loopback answers no request that came by another name", async () => {
  const server = startDashboard({
    address: ANY_PORT,
    app: { fetch: () => new Response("page") },
    log: silentLog,
  });
  assert.ok(server !== undefined);
  assert.deepEqual(await answer(server.url), [200, "page"]);
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
  );
  const text = await new Response(connection.readable).text();
  assert.match(text, /^HTTP\/1\.1 421 /);
  await server.stop();
});

Deno.test("the servers, their certificate and the status page need no permission but to listen", async () => {
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { dashboardApp } from ${from("../dashboard/app.ts")};
    import { silentLog as log } from ${from("../telemetry/log.ts")};
    import { createMetrics } from ${from("../telemetry/prometheus.ts")};
    import { startDashboard, startProbes } from ${from("./http.ts")};
    import { startMetrics } from ${from("./http_metrics.ts")};
    const address = { kind: "listen", hostname: "127.0.0.1", port: 0 };
    const status = { hubs: () => [], forms: () => [], nodes: () => [], node: () => undefined };
    const client = { create: () => Promise.reject(new Error("not asked")) };
    const security = { kind: "tls", client, certificate: { kind: "self-signed" } };
    const probes = startProbes({ address, ready: () => [], log });
    const dashboard = startDashboard({ address, app: dashboardApp({ status }), log });
    const metrics = await startMetrics({ address, metrics: createMetrics(), security, log });
    const page = await (await fetch(dashboard.url)).text();
    console.log(page.includes("No LynqHub yet."), await (await fetch(probes.url + "/healthz")).text());
    await Promise.all([probes, dashboard, metrics].map((server) => server.stop()));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--cached-only", "--allow-net=127.0.0.1", "-"],
    cwd: new URL("../..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stdout), "true ok\n");
});
