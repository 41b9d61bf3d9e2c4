import { Hono } from "hono";
import type { KubeClient } from "../kube/client.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Access, AccessReviewer } from "./http_access.ts";
import type { BindAddress } from "./http_address.ts";
import { type CertificateFiles, selfSignedCertificate } from "./http_certificate.ts";
import { startRotating } from "./http_rotation.ts";
import { type HttpHandler, type RunningServer, serve } from "./http_server.ts";

/** `--metrics-secure`: TLS and a bearer token that may `get /metrics`, or neither. */
export type MetricsSecurity =
  | { readonly kind: "plain" }
  | {
    readonly kind: "tls";
    readonly client: Pick<KubeClient, "create">;
    readonly certificate: { readonly kind: "self-signed" } | ({ readonly kind: "files" } & CertificateFiles);
  };

export interface MetricsServerOptions {
  /** `--metrics-bind-address`, off unless told. */
  readonly address: BindAddress;
  readonly metrics: Pick<Metrics, "render" | "contentType" | "certificateRead">;
  readonly security: MetricsSecurity;
  readonly log: Log;
  /** How often certificate files are looked at, in milliseconds; 10,000 unless told. */
  readonly pollMs?: number | undefined;
}

type Listening = MetricsServerOptions & { readonly address: { readonly kind: "listen" } };

/** Serves `GET /metrics`. Throws when a certificate cannot be read or the address is taken. */
export async function startMetrics(options: MetricsServerOptions): Promise<RunningServer | undefined> {
  const { address, security } = options;
  if (address.kind === "off") return undefined;
  const log = options.log.with({ logger: "controller-runtime.metrics" });
  log.info("Starting metrics server");
  const listening: Listening = { ...options, address, log };
  const handler = metricsApp(listening);
  const server = await startSecured(listening, handler);
  log.info("Serving metrics server", { bindAddress: server.address, secure: security.kind === "tls" });
  return server;
}

async function startSecured(options: Listening, handler: HttpHandler): Promise<RunningServer> {
  const { address, security } = options;
  if (security.kind === "plain") return serve({ address, handler });
  if (security.certificate.kind === "self-signed") {
    return serve({ address, handler, certificate: await selfSignedCertificate(new Date()) });
  }
  return await startRotating({ ...options, handler, files: security.certificate });
}

function metricsApp(options: Listening): Hono {
  const { metrics, security, log } = options;
  const app = new Hono();
  if (security.kind === "tls") {
    const reviewer = new AccessReviewer({ client: security.client });
    app.use("*", async (context, next) => {
      const access = await reviewer.review(context.req.raw);
      return access.kind === "allowed" ? await next() : refusal(access, log);
    });
  }
  app.get("/metrics", async (context) => {
    return context.body(await metrics.render(), 200, { "content-type": metrics.contentType });
  });
  return app;
}

function refusal(access: Exclude<Access, { kind: "allowed" }>, log: Log): Response {
  switch (access.kind) {
    case "unauthenticated":
      return new Response("Unauthorized\n", { status: 401, headers: { "www-authenticate": "Bearer" } });
    case "forbidden":
      return new Response(`Authorization denied for user ${access.user}\n`, { status: 403 });
    case "busy":
      return new Response("Too many requests\n", { status: 429, headers: { "retry-after": "1" } });
    case "unknown":
      log.error("Authentication failed", { error: access.error });
      return new Response("Authentication failed\n", { status: 500 });
  }
}
