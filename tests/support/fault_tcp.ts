/** What a proxy does to a connection. */
export type TcpFault =
  | { readonly kind: "pass" }
  /** Nobody listens. */
  | { readonly kind: "refuse" }
  /** It is accepted, and nothing ever comes back. */
  | { readonly kind: "hang" }
  /** The server's answer comes up to this byte, then nothing; the connection stays. */
  | { readonly kind: "hangAfter"; readonly bytes: number }
  /** The connection ends behind this byte of the server's answer. */
  | { readonly kind: "resetAfter"; readonly bytes: number }
  /** Each piece of the server's answer comes so much later, in pieces of so many bytes. */
  | { readonly kind: "slow"; readonly ms: number; readonly most: number };

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
}

/** A proxy on the loopback address, in front of a database or an API server. */
export interface TcpProxy {
  readonly port: number;
  /** Connections since it began. */
  readonly accepted: number;
  /** What happens to connections from now on. Those that are open go on, but that "refuse" ends them. */
  behave(fault: TcpFault): void;
  /** Nothing passes any more on the connections that are open; they stay: half open. */
  silence(): void;
  /** The connections that are open end. */
  cut(): void;
  /** Connections from now on go to these, one after another. */
  aim(...targets: readonly TcpTarget[]): void;
  stop(): Promise<void>;
}

/** Passes everything on until it is told otherwise. */
export function startTcpProxy(target: TcpTarget): TcpProxy {
  return new PassingProxy(target);
}

const PIECE = 16_384;

class PassingProxy implements TcpProxy {
  readonly port: number;
  accepted = 0;
  #listener: Deno.TcpListener | undefined;
  #targets: readonly TcpTarget[];
  #fault: TcpFault = { kind: "pass" };
  readonly #open = new Set<{ client: Deno.Conn; server: Deno.Conn | undefined; silent: boolean }>();
  readonly #running = new Set<Promise<void>>();

  constructor(target: TcpTarget) {
    this.#targets = [target];
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.port = this.#listener.addr.port;
    this.#run(this.#accept(this.#listener));
  }

  behave(fault: TcpFault): void {
    this.#fault = fault;
    if (fault.kind === "refuse") {
      this.#listener?.close();
      this.#listener = undefined;
      this.#endAll();
      return;
    }
    if (this.#listener !== undefined) return;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#run(this.#accept(this.#listener));
  }

  silence(): void {
    for (const each of this.#open) each.silent = true;
  }

  cut(): void {
    this.#endAll();
  }

  aim(...targets: readonly TcpTarget[]): void {
    this.#targets = targets;
  }

  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    this.#endAll();
    await Promise.all(this.#running);
  }

  #run(work: Promise<void>): void {
    const running: Promise<void> = work.catch(() => {}).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #accept(listener: Deno.TcpListener): Promise<void> {
    for await (const client of listener) {
      const target = this.#targets[this.accepted % this.#targets.length];
      this.accepted += 1;
      if (target !== undefined) this.#run(this.#pass(client, target));
    }
  }

  async #pass(client: Deno.Conn, target: TcpTarget): Promise<void> {
    const fault = this.#fault;
    const pair = { client, server: undefined as Deno.Conn | undefined, silent: fault.kind === "hang" };
    this.#open.add(pair);
    try {
      pair.server = await Deno.connect({ hostname: target.host, port: target.port });
      const isSilent = () => pair.silent;
      const ways = [copy(client, pair.server, { isSilent }), copy(pair.server, client, { isSilent, fault })];
      await Promise.race(ways);
      end(pair.server);
      end(client);
      await Promise.all(ways);
    } finally {
      end(client);
      if (pair.server !== undefined) end(pair.server);
      this.#open.delete(pair);
    }
  }

  #endAll(): void {
    for (const { client, server } of this.#open) {
      end(client);
      if (server !== undefined) end(server);
    }
  }
}

interface Copying {
  readonly isSilent: () => boolean;
  readonly fault?: TcpFault;
}

/** Passes bytes until one side ends, or as many as the fault lets through. */
async function copy(from: Deno.Conn, to: Deno.Conn, { isSilent, fault }: Copying): Promise<void> {
  const buffer = new Uint8Array(PIECE);
  const limit = fault?.kind === "resetAfter" || fault?.kind === "hangAfter" ? fault.bytes : Infinity;
  const most = fault?.kind === "slow" ? fault.most : PIECE;
  let passed = 0;
  try {
    for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
      for (let at = 0; at < read; at += most) {
        if (isSilent()) continue;
        if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms));
        const part = buffer.subarray(at, Math.min(at + most, read, at + limit - passed));
        await writeAll(to, part);
        passed += part.length;
        if (passed < limit) continue;
        if (fault?.kind === "resetAfter") return;
        at = read;
      }
    }
  } catch {
    // The other side is gone: so ends the connection.
  }
}

async function writeAll(to: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

function end(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}
