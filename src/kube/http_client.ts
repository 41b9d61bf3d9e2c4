import type {
  Applied,
  KubeConnection,
  ListOptions,
  ListPage,
  Subject,
  WatchEvent,
  WatchingClient,
  WatchOptions,
} from "./client.ts";
import type { Credentials } from "./credentials.ts";
import { sleep } from "./deadline.ts";
import { isNotFound, KubeUnreachable } from "./error.ts";
import {
  type Answer,
  exchange,
  type ExchangeOptions,
  type HeaderPair,
  type OpenAnswer,
  openExchange,
  record,
  type RequestRecord,
} from "./exchange.ts";
import type { KubeObject } from "./object.ts";
import { withPatience } from "./patience.ts";
import * as requests from "./request.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";
import { asRecord, kubeError, retryAfterSeconds } from "./status.ts";
import { readWatch } from "./watch_stream.ts";
import { Lane, type Wire } from "./wire.ts";

export interface KubeClientOptions {
  /** For an answer to come whole, and for a watch to begin; 30 unless told. */
  readonly deadlineSeconds?: number | undefined;
  /** Silence of all watches after which the server is asked whether it still answers; 60 unless told. */
  readonly watchIdleSeconds?: number | undefined;
  /** How long the server keeps a watch; up to twice that, by chance, so that watches don't end together. 300 unless told. */
  readonly watchSeconds?: number | undefined;
  /** Act for another user in every request. */
  readonly impersonate?: Subject | undefined;
  readonly userAgent?: string | undefined;
  /** Told of every attempt; must not throw. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Waits before a request is sent again; a test may shorten it. */
  readonly wait?: typeof sleep | undefined;
}

/** What the clients of one connection share. */
interface Shared {
  readonly credentials: Credentials;
  readonly options: KubeClientOptions;
  /** Reads and writes. Watches have connections of their own, so that neither poisons the other. */
  readonly calls: Lane;
  readonly watches: Lane;
}

/** A client over HTTP/2 (HTTP/1.1 for `http://`). Connects with the first request; `close` when done. */
export function createKubeClient(credentials: Credentials, options: KubeClientOptions = {}): KubeConnection {
  const shared: Shared = {
    credentials,
    options,
    calls: new Lane({ credentials }),
    watches: new Lane({ credentials }),
  };
  const close = () => {
    shared.calls.close();
    shared.watches.close();
  };
  const subject = options.impersonate ?? credentials.subject;
  return {
    ...clientFor(shared, { subject }),
    as: (subject) => clientFor(shared, { subject }),
    fenced: (admit) => clientFor(shared, { subject, admit }),
    close,
  };
}

/** For whom requests are made, and what may keep a write from being sent. */
interface Acting {
  readonly subject: Subject | undefined;
  readonly admit?: () => void;
}

const READS: ReadonlySet<requests.KubeRequest["verb"]> = new Set(["get", "list", "watch"]);

function clientFor(shared: Shared, { subject, admit }: Acting): WatchingClient {
  const caller = new Caller(shared, {
    headers: headersFor(shared.options, subject),
    admit: ({ verb }) => {
      if (!READS.has(verb)) admit?.();
    },
  });
  return {
    get: (ref, options = {}) => caller.object(requests.getRequest(ref, options.metadataOnly), options.signal),
    list: (options, signal) => caller.list(options, signal),
    watch: (options, signal) => caller.watch(options, signal),
    create: (type, object, options = {}, signal) =>
      caller.object(requests.createRequest(type, object, options), signal),
    update: (ref, object, options = {}, signal) =>
      caller.object(requests.updateRequest(ref, object, options), signal),
    patch: (ref, patch, options = {}, signal) =>
      caller.object(requests.patchRequest(ref, patch, options), signal),
    apply: (ref, object, options, signal) =>
      caller.apply(requests.applyRequest(ref, object, options), signal),
    delete: (ref, options = {}, signal) => caller.delete(requests.deleteRequest(ref, options), signal),
    raw: async (path, options = {}) => {
      const request = requests.rawRequest(path, options.accept);
      return (await caller.call(request, options.signal)).body;
    },
  };
}

function headersFor(options: KubeClientOptions, subject: Subject | undefined): readonly HeaderPair[] {
  const headers: HeaderPair[] = [];
  if (options.userAgent !== undefined) headers.push(["user-agent", options.userAgent]);
  if (subject !== undefined) headers.push(["impersonate-user", subject.user]);
  for (const group of subject?.groups ?? []) headers.push(["impersonate-group", group]);
  return headers;
}

class Caller {
  readonly #shared: Shared;
  readonly #of: Pick<ExchangeOptions, "headers" | "admit">;

  constructor(shared: Shared, of: Pick<ExchangeOptions, "headers" | "admit">) {
    this.#shared = shared;
    this.#of = of;
  }

  /** The answer of a success; throws for every other. */
  async call(request: requests.KubeRequest, signal?: AbortSignal): Promise<Answer> {
    const options = this.#exchangeOptions(this.#shared.calls);
    const answer = await withPatience(
      this.#patience(request, signal),
      () => exchange(request, options, signal),
    );
    if (answer.status < 200 || answer.status > 299 || answer.body === undefined) {
      throw kubeError({ what: request.what, ...answer });
    }
    return answer;
  }

  async object(request: requests.KubeRequest, signal?: AbortSignal): Promise<KubeObject> {
    return (await this.call(request, signal)).body as KubeObject;
  }

  async apply(request: requests.KubeRequest, signal?: AbortSignal): Promise<Applied> {
    const answer = await this.call(request, signal);
    return { object: answer.body as KubeObject, created: answer.status === 201 };
  }

  async delete(request: requests.KubeRequest, signal?: AbortSignal): Promise<KubeObject | undefined> {
    try {
      return await this.object(request, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async *list(options: ListOptions, signal?: AbortSignal): AsyncGenerator<ListPage, void, void> {
    let continueAt: string | undefined;
    do {
      const { body } = await this.call(requests.listRequest(options, continueAt), signal);
      const list = asRecord(body);
      const metadata = asRecord(list?.metadata);
      const items = (Array.isArray(list?.items) ? list.items : []) as KubeObject[];
      if (!options.metadataOnly) items.forEach((item) => nameKind(item, options.type));
      yield { items, resourceVersion: String(metadata?.resourceVersion ?? "") };
      continueAt = typeof metadata?.continue === "string" && metadata.continue !== ""
        ? metadata.continue
        : undefined;
    } while (continueAt !== undefined);
  }

  async *watch(options: WatchOptions, signal?: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
    const seconds = this.#shared.options.watchSeconds ?? 300;
    const idleMs = (this.#shared.options.watchIdleSeconds ?? 60) * 1000;
    let { resourceVersion } = options;
    let wire: Wire | undefined;
    while (true) {
      const timeoutSeconds = Math.ceil(seconds * (1 + Math.random()));
      const request = requests.watchRequest({ ...options, resourceVersion }, timeoutSeconds);
      const exchangeOptions = { ...this.#exchangeOptions(this.#shared.watches), wire };
      const start = withPatience(
        this.#patience(request, signal),
        () => startWatch(request, exchangeOptions, signal),
      );
      const started = await (wire === undefined ? start : probing(start, wire, exchangeOptions));
      if (started.open === undefined) throw kubeError({ what: request.what, ...started });
      const endMs = timeoutSeconds * 1000 + exchangeOptions.deadlineMs;
      const { what } = request;
      const end = yield* readWatch(started.open, {
        ...exchangeOptions,
        what,
        resourceVersion,
        idleMs,
        endMs,
      });
      if (end.kind === "ended") return;
      ({ wire, resourceVersion } = end);
    }
  }

  #exchangeOptions(lane: Lane): ExchangeOptions {
    const { credentials, options } = this.#shared;
    return {
      credentials,
      lane,
      ...this.#of,
      deadlineMs: (options.deadlineSeconds ?? 30) * 1000,
      onRequest: options.onRequest,
    };
  }

  #patience(request: requests.KubeRequest, signal?: AbortSignal) {
    const { credentials, options, calls, watches } = this.#shared;
    const renew = () => [calls, watches].forEach((lane) => lane.renew());
    return { request, credentials, renew, signal, wait: options.wait ?? sleep };
  }
}

/** An open watch, or the answer that refused it. */
interface WatchStart extends Answer {
  readonly open: OpenAnswer | undefined;
}

/** Renews a watch on a silent wire; a wire on which no answer comes is discarded with all its streams. */
async function probing<T>(start: Promise<T>, wire: Wire, { lane }: ExchangeOptions): Promise<T> {
  const done = Promise.withResolvers<void>();
  wire.probing = done.promise;
  try {
    return await start;
  } catch (error) {
    if (error instanceof KubeUnreachable) lane.discard(wire);
    throw error;
  } finally {
    wire.probing = undefined;
    done.resolve();
  }
}

async function startWatch(
  request: requests.KubeRequest,
  options: ExchangeOptions,
  signal: AbortSignal | undefined,
): Promise<WatchStart> {
  const startedAt = performance.now();
  const open = await openExchange(request, options, signal);
  const { status, ok, headers } = open.response;
  record(request, options, { code: String(status), startedAt });
  if (ok) return { status, body: undefined, retryAfterSeconds: undefined, open };
  try {
    const body: unknown = await open.response.json().catch(() => undefined);
    return {
      status,
      body,
      retryAfterSeconds: retryAfterSeconds(headers.get("retry-after"), Date.now()),
      open: undefined,
    };
  } finally {
    open.end();
  }
}

/** Items of a list come without `apiVersion` and `kind`. */
function nameKind(item: KubeObject, type: ResourceType): void {
  item.apiVersion ??= apiVersionOf(type);
  item.kind ??= type.kind;
}
