import { type BindAddress, hostnamesOf, hostPort } from "./http_address.ts";

/** A server that listens. */
export interface RunningServer {
  /** `127.0.0.1:8081`, with the port that was really taken. */
  readonly address: string;
  readonly url: string;
  /** Takes no more connections, lets answers under way end for 5 seconds, then cuts them. */
  stop(): Promise<void>;
}

/** What answers requests: a hono app is one. */
export interface HttpHandler {
  fetch(request: Request): Response | Promise<Response>;
}

/** PEM text. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface ServeOptions {
  readonly address: BindAddress & { readonly kind: "listen" };
  readonly handler: HttpHandler;
  /** HTTPS when given. */
  readonly certificate?: Certificate | undefined;
}

const STOP_MS = 5_000;

/**
 * Starts to listen. Throws `Deno.errors.AddrInUse` and whatever else the machine refuses. Where the machine does not
 * have IPv6, "every address" is every IPv4 address.
 */
export function serve(options: ServeOptions): RunningServer {
  const [first = "::", second] = hostnamesOf(options.address.hostname);
  try {
    return listen(options, first);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw taken(options.address, first);
    if (error instanceof Deno.errors.NotCapable || second === undefined) throw error;
    return listen(options, second);
  }
}

function taken({ port }: ServeOptions["address"], hostname: string): Error {
  return new Deno.errors.AddrInUse(
    `${hostPort(hostname, port)} is in use by another process: end that one, or listen elsewhere by ` +
      "--health-probe-bind-address, --metrics-bind-address or --dashboard-bind-address",
  );
}

function listen(options: ServeOptions, hostname: string): RunningServer {
  const abort = new AbortController();
  const { certificate } = options;
  const server = Deno.serve(
    {
      hostname,
      port: options.address.port,
      signal: abort.signal,
      onListen: () => {},
      onError: () => new Response("internal error\n", { status: 500 }),
      ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }),
    },
    (request) => options.handler.fetch(request),
  );
  const { port } = server.addr;
  const scheme = certificate === undefined ? "http" : "https";
  const reachable = hostname === "::" || hostname === "0.0.0.0" ? "localhost" : hostname;
  return {
    address: hostPort(hostname, port),
    url: `${scheme}://${hostPort(reachable, port)}`,
    stop: async () => {
      const timer = setTimeout(() => abort.abort(), STOP_MS);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}
