import type { Credentials } from "./credentials.ts";
import { type Deadline, DeadlineReached, startDeadline } from "./deadline.ts";
import { KubeUnreachable } from "./error.ts";
import { probe } from "./probe.ts";
import type { KubeRequest } from "./request.ts";
import { retryAfterSeconds } from "./status.ts";
import type { Lane, Wire } from "./wire.ts";

export type HeaderPair = readonly [name: string, value: string];

/** One attempt of a request, as told to `onRequest`. */
export interface RequestRecord {
  readonly verb: KubeRequest["verb"];
  /** The plural name, or "raw" for discovery and other bare paths. */
  readonly resource: string;
  /** The HTTP status, or the code of `KubeUnreachable`, or "Aborted" when the caller's signal ended it. */
  readonly code: string;
  /** Until the answer was read; of a watch until it began. */
  readonly seconds: number;
}

/** What an attempt is made with. */
export interface ExchangeOptions {
  readonly credentials: Credentials;
  readonly lane: Lane;
  /** Used where it has room. */
  readonly wire?: Wire | undefined;
  /** Sent with every request; a name may come more than once. */
  readonly headers: readonly HeaderPair[];
  readonly deadlineMs: number;
  /** Asked last before a request is sent; throws to keep it from being sent. */
  readonly admit?: ((request: KubeRequest) => void) | undefined;
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

/** An answer, whatever its status. */
export interface Answer {
  readonly status: number;
  /** The parsed body; `undefined` where it was no JSON. */
  readonly body: unknown;
  readonly retryAfterSeconds: number | undefined;
}

/** An answer whose body is read as it comes. `end` must be called. */
export interface OpenAnswer {
  readonly response: Response;
  readonly wire: Wire;
  readonly deadline: Deadline;
  end(): void;
}

/** Sends once and reads the whole answer. Throws `KubeUnreachable`, or the reason of `signal`. */
export async function exchange(
  request: KubeRequest,
  options: ExchangeOptions,
  signal?: AbortSignal,
): Promise<Answer> {
  const startedAt = performance.now();
  const open = await openExchange(request, options, signal);
  try {
    const text = await open.response.text();
    options.lane.heard(open.wire);
    record(request, options, { code: String(open.response.status), startedAt });
    return {
      status: open.response.status,
      body: parse(text),
      retryAfterSeconds: retryAfterSeconds(open.response.headers.get("retry-after"), Date.now()),
    };
  } catch (error) {
    return await fail(error, { request, options, open, startedAt });
  } finally {
    open.end();
  }
}

/** Sends once and waits for status and headers. */
export async function openExchange(
  request: KubeRequest,
  options: ExchangeOptions,
  signal?: AbortSignal,
): Promise<OpenAnswer> {
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const { credentials, lane } = options;
  const authorization = await credentials.authorization();
  const wire = await lane.acquire(options.wire);
  try {
    options.admit?.(request);
  } catch (error) {
    lane.release(wire);
    throw error;
  }
  const deadline = startDeadline(options.deadlineMs, [signal, wire.gone]);
  const end = () => {
    deadline.end();
    lane.release(wire);
  };
  try {
    const response = await fetch(credentials.server + request.path, {
      method: request.method,
      headers: headersOf(request, options.headers, authorization),
      ...(request.body === undefined ? {} : { body: request.body }),
      client: wire.http,
      signal: deadline.signal,
      redirect: "manual",
    });
    lane.heard(wire);
    return { response, wire, deadline, end };
  } catch (error) {
    end();
    return await fail(error, { request, options, open: { wire, deadline }, startedAt });
  }
}

function headersOf(
  request: KubeRequest,
  base: readonly HeaderPair[],
  authorization: string | undefined,
): [string, string][] {
  const headers: [string, string][] = [...base.map(([name, value]): [string, string] => [name, value])];
  headers.push(["accept", request.accept]);
  if (authorization !== undefined) headers.push(["authorization", authorization]);
  if (request.contentType !== undefined) headers.push(["content-type", request.contentType]);
  return headers;
}

interface Failing {
  readonly request: KubeRequest;
  readonly options: ExchangeOptions;
  readonly open: Pick<OpenAnswer, "wire" | "deadline">;
  readonly startedAt: number;
}

async function fail(error: unknown, failing: Failing): Promise<never> {
  const { request, options, open, startedAt } = failing;
  const ended = await unreachable(error, { ...failing.open, options, what: request.what });
  if (ended instanceof KubeUnreachable && ended.code === "Deadline") options.lane.missed(open.wire);
  if (ended instanceof KubeUnreachable && ended.code === "Tls") options.lane.renew();
  record(request, options, { code: ended instanceof KubeUnreachable ? ended.code : "Aborted", startedAt });
  throw ended;
}

/** Why no answer came: the deadline, a dead connection, the network, or the caller's own signal (then its reason). */
export async function unreachable(
  error: unknown,
  at: { deadline: Deadline; wire: Wire; options: ExchangeOptions; what: string },
): Promise<unknown> {
  const { server } = at.options.credentials;
  const told = (code: KubeUnreachable["code"], why: string) =>
    new KubeUnreachable(`${at.what}: ${server} ${why}`, { code, cause: error });
  const { signal } = at.deadline;
  if (signal.aborted) {
    if (signal.reason instanceof DeadlineReached) return told("Deadline", "did not answer in time");
    return at.wire.gone.aborted ? told("Reset", "stopped answering on this connection") : signal.reason;
  }
  const code = await probe(server, await at.options.credentials.tls());
  return told(code, EXPLAINED[code]);
}

const EXPLAINED: Record<KubeUnreachable["code"], string> = {
  Refused: "refused the connection; is the API server running there?",
  Reset: "closed the connection before it answered",
  Deadline: "does not accept connections",
  Tls: "has a certificate that is not trusted; check certificate-authority in the credentials",
  Dns: "has a host name without address",
};

/** Tells `onRequest` of an attempt. */
export function record(
  request: KubeRequest,
  options: ExchangeOptions,
  end: { code: string; startedAt: number },
): void {
  options.onRequest?.({
    verb: request.verb,
    resource: request.resource,
    code: end.code,
    seconds: (performance.now() - end.startedAt) / 1000,
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
