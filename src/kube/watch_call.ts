import type { WatchEvent, WatchOptions } from "./client.ts";
import { KubeUnreachable } from "./error.ts";
import { type Answer, type ExchangeOptions, type OpenAnswer, openExchange, record } from "./exchange.ts";
import { type KubeRequest, watchRequest } from "./request.ts";
import { kubeError, retryAfterSeconds } from "./status.ts";
import { readWatch } from "./watch_stream.ts";
import type { Wire } from "./wire.ts";

export interface WatchCallOptions {
  readonly exchange: ExchangeOptions;
  /** How long the server keeps the watch; up to twice that, by chance. */
  readonly seconds: number;
  /** Silence of the whole connection after which one of its watches is renewed. */
  readonly idleMs: number;
  /** Sends a request again as long as that helps. */
  readonly patiently: (request: KubeRequest, start: () => Promise<WatchStart>) => Promise<WatchStart>;
}

/** One watch, as `WatchingClient.watch` tells; renewed in place when its connection was silent. */
export async function* watchCall(
  options: WatchOptions,
  call: WatchCallOptions,
  signal?: AbortSignal,
): AsyncGenerator<WatchEvent, void, void> {
  const { isKnown } = options;
  let { resourceVersion } = options;
  let wire: Wire | undefined;
  while (true) {
    const timeoutSeconds = Math.ceil(call.seconds * (1 + Math.random()));
    const request = watchRequest({ ...options, resourceVersion }, timeoutSeconds);
    const exchange = { ...call.exchange, wire };
    const start = call.patiently(request, () => startWatch(request, exchange, signal));
    const started = await (wire === undefined ? start : probing(start, wire, exchange));
    const { what } = request;
    if (started.open === undefined) throw kubeError({ what, ...started });
    const endMs = timeoutSeconds * 1000 + exchange.deadlineMs;
    const { idleMs } = call;
    const end = yield* readWatch(started.open, {
      ...exchange,
      what,
      resourceVersion,
      isKnown,
      idleMs,
      endMs,
    });
    if (end.kind === "ended") return;
    ({ wire, resourceVersion } = end);
  }
}

/** An open watch, or the answer that refused it. */
export interface WatchStart extends Answer {
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
  request: KubeRequest,
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
