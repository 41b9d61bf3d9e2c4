import type { SqliteReply, SqliteRequest } from "./sqlite_message.ts";

/** What a thread is begun with. */
export interface ThreadOrder {
  /** Where the thread hears requests, and answers. It moves into the thread. */
  readonly port: MessagePort;
  /** The thread is gone: no answer will come. */
  readonly lost: () => void;
}

/** Begins a thread that answers as `sqlite_message.ts` says; what is given back terminates it, whatever it does. */
export type StartThread = (order: ThreadOrder) => () => void;

const GONE: SqliteReply = { kind: "failed", failure: { reason: "thread-ended" } };

/** A thread that reads SQLite files, one after the other. */
export class SqliteReader {
  readonly #port: MessagePort;
  readonly #terminate: () => void;
  #reply = Promise.withResolvers<SqliteReply>();
  #isGone = false;
  #files = 0;

  constructor(start: StartThread) {
    const { port1, port2: port } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }: MessageEvent<SqliteReply>) => this.#reply.resolve(data);
    this.#terminate = start({
      port,
      lost: () => {
        this.#isGone = true;
        this.#reply.resolve(GONE);
      },
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** How many files it has opened so far. */
  get files(): number {
    return this.#files;
  }

  /** One request at a time. */
  ask(request: SqliteRequest): Promise<SqliteReply> {
    if (request.kind === "open") this.#files++;
    // No promise outlives its request: one that is kept holds on to every answer that it was raced with.
    this.#reply = Promise.withResolvers<SqliteReply>();
    if (this.#isGone) this.#reply.resolve(GONE);
    else this.#port.postMessage(request);
    return this.#reply.promise;
  }

  /** Terminates the thread. Never throws; may be called twice. */
  end(): void {
    this.#terminate();
    this.#port.close();
  }
}

/** Begins a thread of this one's that may read these files and folders, as far as this one may, and do nothing else. */
export function startThread(paths: readonly string[], { port, lost }: ThreadOrder): () => void {
  const read = paths.filter((path) => Deno.permissions.querySync({ name: "read", path }).state === "granted");
  try {
    const worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), {
      ...{ type: "module", name: "SQLite" },
      deno: { permissions: { ...NOTHING, read: read.length === 0 ? false : read } },
    });
    worker.onerror = (event) => {
      event.preventDefault();
      lost();
    };
    worker.postMessage(port, [port]);
    return () => worker.terminate();
  } catch {
    lost();
    return () => port.close();
  }
}

/** What a permission is left out of would be inherited. */
const NOTHING = { env: false, ffi: false, net: false, run: false, sys: false, write: false };
