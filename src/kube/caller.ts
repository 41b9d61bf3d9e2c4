import type { Applied, ListOptions, ListPage, Subject, WatchEvent, WatchOptions } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import { sleep } from "./deadline.ts";
import { isNotFound, KubeUnreachable } from "./error.ts";
import { type Answer, exchange, type ExchangeOptions, type RequestRecord } from "./exchange.ts";
import type { KubeObject } from "./object.ts";
import { withPatience } from "./patience.ts";
import * as requests from "./request.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";
import { asRecord, kubeError } from "./status.ts";
import type { Rate } from "./token_bucket.ts";
import type { Left, TrafficClass, Turnstile, TurnstileOptions } from "./turnstile.ts";
import type { Urgency } from "./waiting_line.ts";
import { watchCall } from "./watch_call.ts";
import type { Lane } from "./wire.ts";

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
  /** The most reads and writes under way at once; 32 of each unless told. */
  readonly most?: Partial<Readonly<Record<TrafficClass, number>>> | undefined;
  /** Requests a second; what the server bears unless told. */
  readonly rate?: Rate | undefined;
  /** Time as the limits see it; the machine's unless told. */
  readonly clock?: Pick<TurnstileOptions, "now" | "after"> | undefined;
}

/** What the clients of one connection share. */
export interface Shared {
  readonly credentials: Credentials;
  readonly options: KubeClientOptions;
  /** Reads and writes. Watches have connections of their own, so that neither poisons the other. */
  readonly calls: Lane;
  readonly watches: Lane;
  readonly turnstile: Turnstile;
}

export const READS: ReadonlySet<requests.KubeRequest["verb"]> = new Set(["get", "list", "watch"]);

/** For whom a caller asks. */
export interface CallerOptions extends Pick<ExchangeOptions, "headers" | "admit"> {
  readonly urgency: Urgency;
}

/** Requests of one caller, each sent when it is its turn and as often as that helps. */
export class Caller {
  readonly #shared: Shared;
  readonly #of: CallerOptions;

  constructor(shared: Shared, of: CallerOptions) {
    this.#shared = shared;
    this.#of = of;
  }

  /** The answer of a success; throws for every other. */
  async call(request: requests.KubeRequest, signal?: AbortSignal): Promise<Answer> {
    const options = this.#exchangeOptions(this.#shared.calls);
    const answer = await withPatience(
      this.#patience(request, signal),
      () => this.#inTurn(request, () => exchange(request, options, signal), signal),
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

  watch(options: WatchOptions, signal?: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
    const { watchSeconds = 300, watchIdleSeconds = 60 } = this.#shared.options;
    return watchCall(options, {
      exchange: this.#exchangeOptions(this.#shared.watches),
      seconds: watchSeconds,
      idleMs: watchIdleSeconds * 1000,
      patiently: (request, start) => withPatience(this.#patience(request, signal), start),
    }, signal);
  }

  /** Sends when it is its turn. A Lease is never kept waiting: it would be lost. */
  async #inTurn(
    { verb, kind }: requests.KubeRequest,
    send: () => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    if (kind === LEASES) return await send();
    const traffic = READS.has(verb) ? "read" : "write";
    const { turnstile } = this.#shared;
    const admission = await turnstile.enter({ traffic, kind, urgency: this.#of.urgency }, signal);
    try {
      const answer = await send();
      admission.leave(leftBy(answer));
      return answer;
    } catch (error) {
      const unanswered = error instanceof KubeUnreachable && error.code === "Deadline";
      admission.leave(unanswered ? { kind: "refused", retryAfterMs: 0 } : { kind: "dropped" });
      throw error;
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

const LEASES = "leases.coordination.k8s.io";

/** A 503 without Retry-After is one of an aggregated API that is away, not one of a server that sheds load. */
function leftBy({ status, retryAfterSeconds }: Answer): Left {
  const sheds = status === 429 || (status === 503 && retryAfterSeconds !== undefined);
  return sheds ? { kind: "refused", retryAfterMs: (retryAfterSeconds ?? 0) * 1000 } : { kind: "answered" };
}

/** Items of a list come without `apiVersion` and `kind`. */
function nameKind(item: KubeObject, type: ResourceType): void {
  item.apiVersion ??= apiVersionOf(type);
  item.kind ??= type.kind;
}
