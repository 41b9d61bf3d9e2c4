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
  /** Called with what a background task of the sandbox threw; thrown into the log of the process by default. */
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
 * Limits, on purpose: no TLS, no authentication and no authorization (everyone is the administrator); JSON
 * in answers, JSON, YAML and protobuf in bodies; admission webhooks, policies, quotas and limit ranges are stored and not enforced; containers are
 * simulated, so there is no log, exec or port-forward; CRD versions convert by changing apiVersion only; the types in
 * CEL rules are checked when they run, not when the CRD is created; duplicate keys in JSON bodies are not seen.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
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
  const schedule = new TimerSchedule(options.onError ?? reportError);
  const watches = new WatchHub(options.bookmarkMs ?? 60_000);
  const controllers = [
    new CrdController(cluster, schedule),
    new GarbageCollector(cluster, schedule),
    new NamespaceController(cluster, schedule),
  ];
  const simulator = new Simulator(new Workbench(cluster, schedule, options.workloadDelayMs ?? 1000));
  const counter = new RequestCounter();
  const context: HandlerContext = { cluster, watches, watchTimeoutMs: 30 * 60_000 };
  const server = Deno.serve(
    { port: options.port ?? 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const asked = await readRequest(request);
      counter.count(asked);
      options.onRequest?.(asked);
      return toResponse(answer(context, asked));
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return await Promise.resolve({
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
  });
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
