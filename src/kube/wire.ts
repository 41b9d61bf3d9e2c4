import type { Credentials, TlsMaterial } from "./credentials.ts";

/** One HTTP client, shared by `active` requests: over HTTP/2 one connection, over HTTP/1.1 one each, kept for the next. */
export interface Wire {
  readonly http: Deno.HttpClient;
  /** Aborted when the wire is given up as dead. */
  readonly gone: AbortSignal;
  /** Requests under way. */
  active: number;
  /** Deadlines missed since something last came in. */
  missed: number;
  /** When something last came in, in milliseconds of the lane's clock. */
  heardAt: number;
  /** A watch of this wire is being renewed, to see whether the server still answers; settles, never rejects. */
  probing: Promise<void> | undefined;
}

export interface LaneOptions {
  readonly credentials: Pick<Credentials, "tls">;
  /**
   * Watches share a connection by HTTP/2. Calls with a body don't: the runtime writes the head and a body of over 1 KB
   * apart without TCP_NODELAY, so that a lone one waits 40 ms for the server's acknowledgement; over HTTP/1.1 both go out
   * at once, and an answer costs either side less.
   */
  readonly http2: boolean;
  /** Requests a wire carries at most; kube-apiserver allows 100 streams a connection. */
  readonly maxActive?: number | undefined;
  /** Milliseconds that only grow. */
  readonly now?: (() => number) | undefined;
}

const MAX_ACTIVE = 90;
const MISSES_TO_DISCARD = 2;

/**
 * The HTTP clients of one kind of traffic.
 *
 * A half-open HTTP/2 connection poisons its client: the runtime goes on using it and every request on it hangs; over
 * HTTP/1.1 each connection of the pool would cost a deadline. So a client that missed two deadlines in a row is discarded
 * whole and the next request gets a new one.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #maxActive: number;
  readonly #now: () => number;
  readonly #wires = new Map<Wire, AbortController>();
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#maxActive = options.maxActive ?? MAX_ACTIVE;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * A wire with room, `preferred` where it has some, counted as used until `release`. Throws what reading the TLS material
   * throws.
   */
  async acquire(preferred?: Wire): Promise<Wire> {
    while (!this.#closed) {
      const wires = [...this.#wires.keys()].filter(({ active }) => active < this.#maxActive);
      const wire = wires.find((each) => each === preferred) ?? wires[0];
      if (wire !== undefined) {
        wire.active += 1;
        return wire;
      }
      this.#opening ??= this.#open();
      await this.#opening;
    }
    throw new DOMException("the client is closed", "AbortError");
  }

  release(wire: Wire): void {
    wire.active -= 1;
    if (wire.active === 0 && this.#wires.size > 1) this.#drop(wire);
  }

  /** Something came in on this wire. */
  heard(wire: Wire): void {
    wire.missed = 0;
    wire.heardAt = this.#now();
  }

  /** A request on this wire got no answer in time: the second in a row discards the wire. */
  missed(wire: Wire): void {
    wire.missed += 1;
    if (wire.missed >= MISSES_TO_DISCARD) this.#drop(wire);
  }

  /** Milliseconds of the lane's clock. */
  now(): number {
    return this.#now();
  }

  /** Milliseconds since something last came in on this wire. */
  silentMs(wire: Wire): number {
    return this.#now() - wire.heardAt;
  }

  /** The connection is dead: the wire is given up and everything on it ends. */
  discard(wire: Wire): void {
    this.#drop(wire)?.abort();
  }

  /** Requests from now on get new connections, made with the TLS material of now; those under way go on. */
  renew(): void {
    for (const wire of [...this.#wires.keys()]) this.#drop(wire);
  }

  close(): void {
    this.#closed = true;
    for (const wire of [...this.#wires.keys()]) this.#drop(wire)?.abort();
  }

  async #open(): Promise<void> {
    try {
      const tls = await this.#options.credentials.tls();
      if (this.#closed) return;
      const controller = new AbortController();
      const wire: Wire = {
        http: openHttpClient(tls, this.#options.http2),
        gone: controller.signal,
        active: 0,
        missed: 0,
        heardAt: this.#now(),
        probing: undefined,
      };
      this.#wires.set(wire, controller);
    } finally {
      this.#opening = undefined;
    }
  }

  #drop(wire: Wire): AbortController | undefined {
    const controller = this.#wires.get(wire);
    if (controller === undefined) return undefined;
    this.#wires.delete(wire);
    wire.http.close();
    return controller;
  }
}

/** In milliseconds; kube-apiserver closes a connection that was idle for 90 s, which a request must not meet. */
const IDLE_MS = 30_000;

/** HTTP/2 is agreed upon in the TLS handshake; a plain `http://` server is spoken to in HTTP/1.1. */
function openHttpClient(tls: TlsMaterial, http2: boolean): Deno.HttpClient {
  const options = { http2, poolIdleTimeout: IDLE_MS, caCerts: [...tls.caCerts] };
  return tls.certificate === undefined
    ? Deno.createHttpClient(options)
    : Deno.createHttpClient({ ...options, cert: tls.certificate.cert, key: tls.certificate.key });
}
