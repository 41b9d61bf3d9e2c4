import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Chance, wholeNumber } from "./fault_random.ts";
import { askedBy, withinNamespace } from "./fault_requests.ts";
import { FaultRules, type SeenRequest } from "./fault_rules.ts";
import { type FaultServer, Upstream } from "./fault_upstream.ts";
import { PassedWatch, PassedWatches } from "./fault_watches.ts";
import { WithheldEvents } from "./fault_withheld.ts";

export interface FaultProxyOptions {
  readonly server: FaultServer;
  /** The namespace that the client sees of the cluster. */
  readonly namespace: string;
  /** Where the kubeconfig and the token are written. */
  readonly folder: string;
  readonly chance: Chance;
  /** Objects that a page of a list has at most, whatever is asked for. */
  readonly pageLimit?: number | undefined;
}

/** A recording proxy in front of an API server that does what its rules say. */
export interface FaultProxy {
  readonly rules: FaultRules;
  readonly watches: PassedWatches;
  readonly seen: readonly SeenRequest[];
  /** A kubeconfig of the proxy, whose token is in a file. */
  readonly kubeconfig: string;
  /** Kills the process behind; set by who runs it. */
  onCrash: () => Promise<void>;
  /** Asks the process to end; set by who runs it. */
  onTerminate: () => Promise<void>;
  /** Milliseconds since the proxy began. */
  now(): number;
  /** Answers of "old" are those of this moment. */
  freeze(): Promise<void>;
  /** Only a new token is valid from now on; it is written into the file where `tell` says so. */
  rotateToken(tell: "written"): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the proxy on a free port of the loopback address, in plain HTTP/1.1. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const passing = new Passing(options);
  const server = createServer((request, response) => {
    passing.take(request, response);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", () => listening.resolve());
  await listening.promise;
  const { port } = server.address() as { port: number };
  const kubeconfig = join(options.folder, "kubeconfig");
  const tokenFile = join(options.folder, "token");
  await Deno.writeTextFile(tokenFile, passing.token);
  await Deno.writeTextFile(kubeconfig, kubeconfigText(`http://127.0.0.1:${port}`, tokenFile));
  return {
    rules: passing.rules,
    watches: passing.watches,
    seen: passing.seen,
    kubeconfig,
    get onCrash() {
      return passing.onCrash;
    },
    set onCrash(crash) {
      passing.onCrash = crash;
    },
    get onTerminate() {
      return passing.onTerminate;
    },
    set onTerminate(terminate) {
      passing.onTerminate = terminate;
    },
    now: () => passing.now(),
    freeze: () => passing.upstream.freeze(options.namespace),
    rotateToken: async () => {
      passing.token = crypto.randomUUID();
      await Deno.writeTextFile(tokenFile, passing.token);
    },
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
      await passing.ended();
    },
  };
}

function kubeconfigText(server: string, tokenFile: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "proxy", cluster: { server } }],
    users: [{ name: "proxy", user: { tokenFile } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "proxy", namespace: "default" } }],
    "current-context": "proxy",
  });
}

/** How long a request is under way while the process is asked to end. */
const UNDER_WAY_MS = 500;

/** One request on its way, with its answer's side. */
interface Exchange {
  readonly seen: SeenRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

class Passing {
  readonly rules = new FaultRules();
  readonly watches = new PassedWatches();
  readonly seen: SeenRequest[] = [];
  readonly upstream: Upstream;
  onCrash: () => Promise<void> = () => Promise.resolve();
  onTerminate: () => Promise<void> = () => Promise.resolve();
  token: string = crypto.randomUUID();
  readonly #options: FaultProxyOptions;
  readonly #startedAt = performance.now();
  readonly #running = new Set<Promise<void>>();

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.upstream = new Upstream(options.server);
  }

  now(): number {
    return performance.now() - this.#startedAt;
  }

  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const asked = askedBy(request.method ?? "GET", request.url ?? "/");
    const fault = this.rules.actionFor(asked);
    const seen: SeenRequest = { ...asked, at: this.now(), fault };
    this.seen.push(seen);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    response.on("error", () => gone.abort());
    this.#follow(
      this.#pass({ seen, request, response, gone: gone.signal }).catch(() => {
        response.socket?.destroy();
      }),
    );
  }

  #follow(work: Promise<void>): void {
    const running: Promise<void> = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #pass(exchange: Exchange): Promise<void> {
    const { seen, request, response } = exchange;
    const body = await bodyOf(request);
    if (seen.verb === "create") seen.named = identityIn(body).named;
    const { fault } = seen;
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      seen.refused = true;
      return answerWith(response, { status: 401, reason: "Unauthorized" });
    }
    if (fault?.kind === "answer") return answerWith(response, fault);
    if (fault?.kind === "drop") return void response.socket?.destroy();
    if (fault?.kind === "hang") return;
    if (fault?.kind === "delay") await elapsed(fault.ms);
    if (fault?.kind === "crash" && fault.when === "before") return await this.onCrash();
    if (fault?.kind === "terminate") {
      this.#follow(this.onTerminate());
      await elapsed(UNDER_WAY_MS);
    }
    if (seen.verb === "watch") return await this.#watch(exchange);
    const answer = await this.upstream.ask(this.#within(seen), { request, body });
    seen.status = answer.status;
    if (seen.writes && answer.status < 300) Object.assign(seen, identityIn(answer.body));
    if (fault?.kind === "crash") return await this.onCrash();
    if (fault?.kind === "lose") return void response.socket?.destroy();
    await this.#answer(exchange, answer);
  }

  async #answer(
    { seen, response }: Exchange,
    answer: { status: number; headers: Headers; body: Uint8Array },
  ): Promise<void> {
    const { fault } = seen;
    const { status, headers, body } = answer;
    // On a connection that was used before, the runtime sends a request whose answer is lost once more by itself.
    const plain = { "content-type": headers.get("content-type") ?? "application/json", connection: "close" };
    const retryAfter = headers.get("retry-after");
    response.writeHead(status, retryAfter === null ? plain : { ...plain, "retry-after": retryAfter });
    if (fault?.kind === "truncate") {
      const cut = Math.min(fault.bytes, Math.max(body.length - 1, 0));
      response.write(Buffer.from(body.subarray(0, cut)), () => response.socket?.destroy());
      return;
    }
    if (fault?.kind === "chop") {
      for (const piece of pieces(body, fault.most, this.#options.chance)) {
        response.write(Buffer.from(piece));
        await elapsed(0);
      }
      response.end();
      return;
    }
    response.end(Buffer.from(body));
  }

  async #watch(exchange: Exchange): Promise<void> {
    const { seen, request, response, gone } = exchange;
    const { fault } = seen;
    const answer = await this.upstream.open(this.#within(seen), { request, signal: gone });
    seen.status = answer.status;
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "application/json",
    });
    response.flushHeaders();
    const watch = new PassedWatch(seen, response);
    const remove = this.watches.add(watch);
    // It was on its way when the older state ended, and would bring nothing for good.
    if (fault?.kind === "old" && !this.rules.isSet(fault)) watch.strike("drop");
    const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
    const most = fault?.kind === "chop" ? fault.most : Infinity;
    const withheld = fault?.kind === "withhold" && new WithheldEvents(fault.ms, (line) => watch.pass(line));
    try {
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        if (fault?.kind === "old") continue;
        if (withheld) {
          withheld.take(read.value);
          continue;
        }
        for (const piece of pieces(read.value, most, this.#options.chance)) {
          if (!watch.pass(piece)) return;
          if (most !== Infinity) await elapsed(0);
        }
        if (gone.aborted) return;
      }
      response.end();
    } finally {
      if (withheld) withheld.stop();
      remove();
      await reader.cancel().catch(() => {});
    }
  }

  #within(seen: SeenRequest): SeenRequest {
    const { namespace, pageLimit } = this.#options;
    const path = withinNamespace(seen, namespace);
    return {
      ...seen,
      path: pageLimit === undefined ? path : path.replace(/([?&]limit=)\d+/, `$1${pageLimit}`),
    };
  }
}

function* pieces(body: Uint8Array, most: number, chance: Chance): Generator<Uint8Array> {
  for (let at = 0; at < body.length;) {
    const length = most === Infinity ? body.length : wholeNumber(chance, 1, most);
    yield body.subarray(at, at + length);
    at += length;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}

function answerWith(
  response: ServerResponse,
  fault: { status: number; reason: string; retryAfter?: number },
): void {
  const { status, reason, retryAfter } = fault;
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", reason, code: status };
  response.writeHead(status, {
    "content-type": "application/json",
    connection: "close",
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  response.end(JSON.stringify({ ...body, message: `${reason}: by a fault` }));
}

/** Of an object that is sent or answered, or of the Status that a deletion is answered with. */
function identityIn(body: Uint8Array): { named: string; uid: string } {
  const { metadata, details } = JSON.parse(new TextDecoder().decode(body)) as {
    metadata?: { name?: string; uid?: string };
    details?: { name?: string; uid?: string };
  };
  return { named: metadata?.name ?? details?.name ?? "", uid: metadata?.uid ?? details?.uid ?? "" };
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
