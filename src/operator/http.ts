import { Hono } from "hono";
import type { Log } from "../telemetry/log.ts";
import { type BindAddress, isLoopback } from "./http_address.ts";
import { type HttpHandler, type RunningServer, serve } from "./http_server.ts";

export interface ProbesOptions {
  /** `--health-probe-bind-address`, `:8081` unless told. */
  readonly address: BindAddress;
  /** Why the operator is not ready yet, one sentence each; empty when it is. */
  readonly ready: () => readonly string[];
  readonly log: Log;
}

/** `/healthz` answers 200 `ok` as long as the process can; `/readyz` 200 `ok` or 503 with the reasons. */
export function startProbes(options: ProbesOptions): RunningServer | undefined {
  if (options.address.kind === "off") return undefined;
  const app = new Hono();
  app.get("/healthz", (context) => context.text("ok"));
  app.get("/readyz", (context) => {
    const reasons = options.ready();
    if (reasons.length === 0) return context.text("ok");
    return context.text(reasons.map((reason) => `not ready: ${reason}\n`).join(""), 503);
  });
  const server = serve({ address: options.address, handler: app });
  options.log.info("starting server", { name: "health probe", addr: server.address });
  return server;
}

export interface DashboardOptions {
  /** `--dashboard-bind-address`, `127.0.0.1:8082` unless told. */
  readonly address: BindAddress;
  readonly app: HttpHandler;
  readonly log: Log;
}

/**
 * The status page has no login, so it listens on loopback unless told otherwise: `kubectl port-forward` reaches it there.
 * On loopback it answers only requests that name this machine, so that no web page can read it through a DNS name of its own.
 */
export function startDashboard(options: DashboardOptions): RunningServer | undefined {
  if (options.address.kind === "off") return undefined;
  const handler = isLoopback(options.address) ? onlyLocalNames(options.app) : options.app;
  const server = serve({ address: options.address, handler });
  options.log.info("starting server", { name: "dashboard", addr: server.address });
  return server;
}

const LOCAL_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

function onlyLocalNames(app: HttpHandler): HttpHandler {
  return {
    fetch: (request) => {
      const { hostname } = new URL(request.url);
      if (LOCAL_NAMES.has(hostname) || /^127\.[0-9.]+$/.test(hostname)) return app.fetch(request);
      return new Response("this page is served to localhost only\n", { status: 421 });
    },
  };
}
