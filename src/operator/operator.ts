import { systemTimers } from "../controller/timers.ts";
import { dashboardApp } from "../dashboard/app.ts";
import type { KubeConnection } from "../kube/client.ts";
import type { Credentials } from "../kube/credentials.ts";
import { createKubeClient } from "../kube/http_client.ts";
import { holdLease, type LeaseHold } from "../kube/lease.ts";
import { loadCredentials } from "../kube/load_credentials.ts";
import { EventWriter } from "../telemetry/event_writer.ts";
import { createLog, type Log } from "../telemetry/log.ts";
import { parseLogOptions } from "../telemetry/log_options.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/prometheus.ts";
import { startDashboard, startProbes } from "./http.ts";
import { parseBindAddress } from "./http_address.ts";
import { startMetrics } from "./http_metrics.ts";
import type { RunningServer } from "./http_server.ts";
import { type Manager, startManager } from "./manager.ts";
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
}

/** How long running reconciles may go on after a stop, and events may be flushed, in milliseconds. */
const GRACE_MS = 5000;
const FLUSH_MS = 1000;

export const LEASE_NAME = "f2130106.lynq.sh";

/** Lost leadership: another replica may be working already, so this process must end. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  constructor() {
    super(`the lease ${LEASE_NAME} was lost`);
  }
}

/** Starts everything in this thread. With leader election the controllers start once the lease is held. */
export async function startOperator(options: OperatorOptions, hooks: OperatorHooks): Promise<Operator> {
  const log = hooks.log ?? createLog(parseLogOptions(options));
  const metrics = createMetrics();
  const credentials = hooks.credentials ?? await loadCredentials(options);
  const { host } = new URL(credentials.server);
  const client = createKubeClient(credentials, {
    userAgent: "lynq-operator",
    onRequest: ({ verb, code }) => {
      const status = Number(code);
      metrics.restRequest({ code: Number.isNaN(status) ? "<error>" : status, method: verb, host });
    },
  });
  log.info("connecting", { server: credentials.server, origin: credentials.origin });
  const events = new EventWriter({ client, component: "lynq", log, metrics });
  const state: { manager?: Manager } = {};
  const lease = options.leaderElect ? await candidate({ client, options, credentials, log }) : undefined;
  const run = () => {
    const manager = startManager({
      client,
      openSource: sourceOpener(options),
      concurrency: {
        hub: options.hubConcurrency,
        form: options.formConcurrency,
        node: options.nodeConcurrency,
        writes: options.writeConcurrency,
      },
      events,
      metrics,
      log,
      timers: systemTimers,
    });
    state.manager = manager;
    manager.started.catch(hooks.fail);
  };
  const { servers, dashboardUrl } = await startServers({ options, client, metrics, log, state });
  if (lease === undefined) run();
  else watchLease({ lease, metrics, run, fail: hooks.fail });
  return {
    dashboardUrl,
    stop: async () => {
      await state.manager?.stop(GRACE_MS);
      await events.close(FLUSH_MS);
      await lease?.stop();
      await Promise.all(servers.map((server) => server.stop()));
      client.close();
    },
  };
}

interface Candidacy {
  readonly client: KubeConnection;
  readonly options: OperatorOptions;
  readonly credentials: Credentials;
  readonly log: Log;
}

function candidate({ client, options, credentials, log }: Candidacy): Promise<LeaseHold> {
  const namespace = options.leaderElectionNamespace ?? credentials.namespace ?? "lynq-system";
  log.info("attempting to acquire leader lease", { lease: `${namespace}/${LEASE_NAME}` });
  return Promise.resolve(holdLease({
    client,
    namespace,
    name: LEASE_NAME,
    identity: `${Deno.env.get("POD_NAME") ?? "lynq"}_${crypto.randomUUID()}`,
    onHolder: (identity) => log.info("leader", { identity }),
    onError: (error) => log.error("leader election", { error }),
  }));
}

function watchLease(
  of: { lease: LeaseHold; metrics: Metrics; run: () => void; fail: (error: unknown) => void },
): void {
  const { lease, metrics, run, fail } = of;
  metrics.leader(LEASE_NAME, false);
  lease.acquired.then((outcome) => {
    if (outcome !== "acquired") return;
    metrics.leader(LEASE_NAME, true);
    run();
  }).catch(fail);
  lease.ended.then((outcome) => {
    if (outcome === "lost") fail(new LeaseLost());
  }).catch(fail);
}

interface Serving {
  readonly options: OperatorOptions;
  readonly client: KubeConnection;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly state: { readonly manager?: Manager };
}

interface Servers {
  readonly servers: readonly RunningServer[];
  readonly dashboardUrl: string | undefined;
}

async function startServers({ options, client, metrics, log, state }: Serving): Promise<Servers> {
  const probes = startProbes({
    address: parseBindAddress("health-probe-bind-address", options.healthProbeBindAddress),
    // A replica that waits for the lease is as ready as it can be.
    ready: () =>
      state.manager?.notReady() ?? (options.leaderElect ? [] : ["the controllers have not started yet"]),
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
    app: dashboardApp({ status: statusPort(() => state.manager?.caches) }),
    log,
  });
  return {
    servers: [probes, metricsServer, dashboard].filter((server) => server !== undefined),
    dashboardUrl: dashboard?.url,
  };
}
