import { Caller, type KubeClientOptions, READS, type Shared } from "./caller.ts";
import type { KubeConnection, Subject, WatchingClient } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import type { HeaderPair } from "./exchange.ts";
import * as requests from "./request.ts";
import { Turnstile, type TurnstileOptions } from "./turnstile.ts";
import type { Urgency } from "./waiting_line.ts";
import { Lane } from "./wire.ts";

export type { KubeClientOptions } from "./caller.ts";

const MOST = { read: 32, write: 32 };

const MACHINE: Pick<TurnstileOptions, "now" | "after"> = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A client over HTTP/1.1, whose watches share a connection by HTTP/2 (not for `http://`). Connects with the first request; `close` when done. */
export function createKubeClient(credentials: Credentials, options: KubeClientOptions = {}): KubeConnection {
  const shared: Shared = {
    credentials,
    options,
    calls: new Lane({ credentials, http2: false }),
    watches: new Lane({ credentials, http2: true }),
    turnstile: new Turnstile({
      most: { ...MOST, ...options.most },
      rate: options.rate,
      ...(options.clock ?? MACHINE),
    }),
  };
  const close = () => {
    shared.calls.close();
    shared.watches.close();
  };
  const subject = options.impersonate ?? credentials.subject;
  return {
    ...clientFor(shared, { subject }),
    fenced: (admit) => clientFor(shared, { subject, admit }),
    traffic: (of) => shared.turnstile.figures(of),
    close,
  };
}

/** For whom requests are made, and what may keep a write from being sent. */
interface Acting {
  readonly subject: Subject | undefined;
  readonly admit?: () => void;
  readonly urgency?: Urgency;
}

function clientFor(shared: Shared, acting: Acting): WatchingClient {
  const { subject, admit, urgency = "urgent" } = acting;
  const caller = new Caller(shared, {
    urgency,
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
    bulk: () => clientFor(shared, { ...acting, urgency: "bulk" }),
    as: (subject) => clientFor(shared, { ...acting, subject }),
  };
}

function headersFor(options: KubeClientOptions, subject: Subject | undefined): readonly HeaderPair[] {
  const headers: HeaderPair[] = [];
  if (options.userAgent !== undefined) headers.push(["user-agent", options.userAgent]);
  if (subject !== undefined) headers.push(["impersonate-user", subject.user]);
  for (const group of subject?.groups ?? []) headers.push(["impersonate-group", group]);
  return headers;
}
