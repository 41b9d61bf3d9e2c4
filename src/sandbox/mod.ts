import { stringify } from "yaml";
import { toResponse } from "./answers.ts";
import { answer } from "./api_server.ts";
import { createFieldManagement } from "./apply_engine.ts";
import { Programs } from "./cel_rules.ts";
import type { Cluster } from "./cluster.ts";
import { CrdController } from "./crd_controller.ts";
import { GarbageCollector } from "./garbage_collector.ts";
import type { HandlerContext } from "./handlers.ts";
import { NamespaceController } from "./namespaces.ts";
import { Registry } from "./registry.ts";
import { type ApiRequest, readRequest } from "./request_body.ts";
import { TimerSchedule } from "./schedule.ts";
import { Simulator } from "./simulator.ts";
import { Workbench } from "./simulator_workbench.ts";
import { ApiError } from "./status_error.ts";
import { Storage } from "./storage.ts";
import { WatchHub } from "./watch_stream.ts";

export interface SandboxOptions {
  /** 0 (default) takes a free port. */
  readonly port?: number | undefined;
  /** Milliseconds until simulated workloads are ready; 1000 unless told. */
  readonly workloadDelayMs?: number | undefined;
  /** How many changes stay readable for watches; 10,000 unless told. */
  readonly history?: number | undefined;
  /** Milliseconds between bookmarks of a quiet watch; one minute unless told. */
  readonly bookmarkMs?: number | undefined;
  readonly clock?: (() => Date) | undefined;
  readonly random?: (() => number) | undefined;
  readonly uid?: (() => string) | undefined;
  /** Called once for each request, before it is answered. */
  readonly onRequest?: ((request: SeenRequest) => void) | undefined;
  /** Called with what a background task of the sandbox threw; an uncaught error by default, refusals left out. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly userAgent: string | undefined;
}

/** How many requests came, by method; a watch counts as WATCH, a server-side apply as APPLY. */
export interface RequestCounts {
  readonly total: number;
  readonly byMethod: ReadonlyMap<string, number>;
}

export interface Sandbox {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** A kubeconfig for kubectl and clients, as YAML. */
  kubeconfig(): string;
  requests(): RequestCounts;
  /** Forgets the history of changes, so that older watches and pages answer 410. */
  compact(): void;
  stop(): Promise<void>;
}

class RequestCounter {
  readonly #byMethod = new Map<string, number>();
  #total = 0;

  count(request: ApiRequest): void {
    const method = request.method === "GET" && request.query.has("watch")
      ? "WATCH"
      : request.contentType === "application/apply-patch+yaml"
      ? "APPLY"
      : request.method;
    this.#total++;
    this.#byMethod.set(method, (this.#byMethod.get(method) ?? 0) + 1);
  }

  counts(): RequestCounts {
    return { total: this.#total, byMethod: new Map(this.#byMethod) };
  }
}

/**
 * Starts an API server in this process, on loopback, with everything in memory.
 *
 * Limits, on purpose:
 * - no TLS, no authentication and no authorization: everyone is the administrator;
 * - answers are JSON only; bodies may be JSON, YAML or protobuf (CustomResourceDefinitions not as protobuf);
 * - admission webhooks and policies, quotas and limit ranges are stored and not enforced;
 * - no containers run: no log, exec, port-forward or metrics; CronJobs and ReplicationControllers start nothing;
 * - the versions of a CRD convert by changing apiVersion only;
 * - the types in CEL rules are checked when a rule runs, not when its CRD is created, and there is no cost budget;
 * - doubled keys in JSON bodies are not seen, and a refusal carries no warnings beside it;
 * - PUT creates nothing, also for the few kinds (Lease, Endpoints) where kube-apiserver does.
 */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return Promise.resolve().then(() => start(options));
}

function start(options: SandboxOptions): Sandbox {
  const fields = createFieldManagement();
  const cluster: Cluster = {
    storage: new Storage(options.history ?? 10_000),
    registry: new Registry(fields),
    fields,
    programs: new Programs(),
    clock: options.clock ?? (() => new Date()),
    random: options.random ?? Math.random,
    uid: options.uid ?? (() => crypto.randomUUID()),
  };
  const schedule = new TimerSchedule(options.onError ?? reportUnexpected);
  const watches = new WatchHub(options.bookmarkMs ?? 60_000);
  const controllers = [
    new CrdController(cluster, schedule),
    new GarbageCollector(cluster, schedule),
    new NamespaceController(cluster, schedule),
  ];
  const simulator = new Simulator(new Workbench(cluster, schedule, options.workloadDelayMs ?? 1000));
  const counter = new RequestCounter();
  const context: HandlerContext = { cluster, watches, watchTimeoutMs: 30 * 60_000 };
  const server = listen(options.port ?? 0, async (request) => {
    const asked = await readRequest(request);
    counter.count(asked);
    options.onRequest?.(asked);
    return toResponse(answer(context, asked));
  }, () => schedule.stop());
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    url,
    kubeconfig: () => kubeconfigOf(url),
    requests: () => counter.counts(),
    compact: () => cluster.storage.compact(cluster.storage.revision),
    stop: async () => {
      watches.closeAll();
      schedule.stop();
      for (const controller of [simulator, ...controllers]) controller.stop();
      await server.shutdown();
    },
  };
}

function listen(
  port: number,
  handle: (request: Request) => Promise<Response>,
  onRefused: () => void,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, handle);
  } catch (error) {
    onRefused();
    throw error;
  }
}

/** A refused write of a controller is tried again at the next change; anything else is a bug. */
function reportUnexpected(error: unknown): void {
  if (!(error instanceof ApiError)) reportError(error);
}

function kubeconfigOf(server: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "sandbox", cluster: { server } }],
    users: [{ name: "sandbox", user: { token: "sandbox" } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "sandbox", namespace: "default" } }],
    "current-context": "sandbox",
  });
}
