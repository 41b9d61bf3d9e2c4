import { systemTimers } from "../controller/timers.ts";
import { dashboardApp } from "../dashboard/app.ts";
import type { KubeConnection } from "../kube/client.ts";
import type { Credentials } from "../kube/credentials.ts";
import { createKubeClient, type KubeClientOptions } from "../kube/http_client.ts";
import { loadCredentials } from "../kube/load_credentials.ts";
import { type StartThread, startThread } from "../source/sqlite_reader.ts";
import { KeptReaders } from "../source/sqlite_readers.ts";
import { EventWriter } from "../telemetry/event_writer.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { parseLogOptions } from "../telemetry/log_options.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/prometheus.ts";
import { startDashboard, startProbes } from "./http.ts";
import { parseBindAddress } from "./http_address.ts";
import { startMetrics } from "./http_metrics.ts";
import type { RunningServer } from "./http_server.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { OperatorOptions } from "./options.ts";
import { sourceOpener } from "./source_opener.ts";
import { statusPort } from "./status_port.ts";

/** A running operator: controllers and the servers beside them. */
export interface Operator {
  /** Where the status page is; undefined where it is off. */
  readonly dashboardUrl: string | undefined;
  stop(): Promise<void>;
}

export interface OperatorHooks {
  /** Something that it can't recover from: the lease is lost, the kinds are not installed. */
  readonly fail: (error: unknown) => void;
  /** Credentials to use in place of those that flags and environment name. */
  readonly credentials?: Credentials;
  readonly log?: Log;
  /** Begins the threads that read SQLite files; they are this thread's unless told. */
  readonly startThread?: StartThread;
}

/** How long running reconciles may go on after a stop, and events may be flushed, in milliseconds. */
const GRACE_MS = 5000;
const FLUSH_MS = 1000;

/** Starts everything in this thread. With leader election the controllers start once the lease is held. */
export async function startOperator(options: OperatorOptions, hooks: OperatorHooks): Promise<Operator> {
  const log = hooks.log ?? createLog(parseLogOptions(options));
  const metrics = createMetrics();
  const credentials = hooks.credentials ?? await loadCredentials(options);
  const { host } = new URL(credentials.server);
  const told: KubeClientOptions = {
    userAgent: "lynq-operator",
    onRequest: ({ verb, code }) => {
      const status = Number(code);
      metrics.restRequest({ code: Number.isNaN(status) ? "<error>" : status, method: verb, host });
    },
  };
  const client = createKubeClient(credentials, {
    ...told,
    most: { write: options.writeConcurrency },
    rate: rateOf(options),
  });
  const leaseClient = createKubeClient(credentials, told);
  metrics.apiTraffic((of) => client.traffic(of));
  log.info("connecting", { server: credentials.server, origin: credentials.origin });
  const engine = createEngine({
    client,
    leaseClient,
    options,
    namespace: options.leaderElectionNamespace ?? credentials.namespace ?? "lynq-system",
    log,
    metrics,
    fail: hooks.fail,
  });
  const events = new EventWriter({ client: engine.writer.bulk(), component: "lynq", log, metrics });
  const readers = new KeptReaders(hooks.startThread ?? ((order) => startThread(options.sourcePaths, order)));
  const { servers, dashboardUrl } = await startServers({ options, client, metrics, log, engine });
  engine.run({
    namespaces: options.namespaces,
    targetNamespaces: options.targetNamespaces,
    defaultAccount: options.defaultServiceAccount,
    operatorNamespace: options.leaderElectionNamespace ?? credentials.namespace,
    openSource: sourceOpener({ ...options, apiServer: credentials.server, readers }),
    concurrency: concurrencyOf(options),
    events,
    metrics,
    log,
    timers: systemTimers,
  });
  return {
    dashboardUrl,
    stop: async () => {
      log.info("stopping", { graceSeconds: GRACE_MS / 1000 });
      const ended = await engine.manager()?.stop(GRACE_MS) ?? true;
      readers.close();
      await events.close(FLUSH_MS);
      await engine.leave(ended ? "release" : "expire");
      await Promise.all(servers.map((server) => server.stop()));
      client.close();
      leaseClient.close();
    },
  };
}

function concurrencyOf(options: OperatorOptions) {
  const { hubConcurrency: hub, formConcurrency: form, nodeConcurrency: node } = options;
  return { hub, form, node, writes: options.writeConcurrency };
}

/** A burst of less than one request would let none pass. */
function rateOf({ kubeApiQps: qps, kubeApiBurst }: OperatorOptions) {
  if (qps === 0) return undefined;
  return { qps, burst: Math.max(1, kubeApiBurst === 0 ? 2 * qps : kubeApiBurst) };
}

interface Serving {
  readonly options: OperatorOptions;
  readonly client: KubeConnection;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly engine: Pick<Engine, "manager" | "scope">;
}

interface Servers {
  readonly servers: readonly RunningServer[];
  readonly dashboardUrl: string | undefined;
}

async function startServers({ options, client, metrics, log, engine }: Serving): Promise<Servers> {
  const probes = startProbes({
    address: parseBindAddress("health-probe-bind-address", options.healthProbeBindAddress),
    // A replica that waits for the lease is as ready as it can be.
    ready: () =>
      engine.manager()?.notReady() ?? (options.leaderElect ? [] : ["the controllers have not started yet"]),
    log,
  });
  const certificate = options.metricsCertPath === "" ? { kind: "self-signed" as const } : {
    kind: "files" as const,
    certFile: `${options.metricsCertPath}/${options.metricsCertName}`,
    keyFile: `${options.metricsCertPath}/${options.metricsCertKey}`,
  };
  const metricsServer = await startMetrics({
    address: parseBindAddress("metrics-bind-address", options.metricsBindAddress),
    metrics,
    security: options.metricsSecure ? { kind: "tls", client, certificate } : { kind: "plain" },
    log,
  });
  const dashboard = startDashboard({
    address: parseBindAddress("dashboard-bind-address", options.dashboardBindAddress),
    app: dashboardApp({ status: statusPort(() => engine.manager()?.caches, () => engine.scope()) }),
    log,
  });
  return {
    servers: [probes, metricsServer, dashboard].filter((server) => server !== undefined),
    dashboardUrl: dashboard?.url,
  };
}
