import type { SqliteReply } from "./sqlite_message.ts";

/** What a thread is begun with. */
export interface ReaderOrder {
  readonly path: string;
  /** Where the thread hears requests, and answers. It moves into the thread. */
  readonly port: MessagePort;
  /** The thread is gone: no answer will come. */
  readonly lost: () => void;
}

/** A thread that reads one SQLite file. */
export interface Reader {
  /** Terminates it, whatever it does. Never throws. */
  end(): void;
}

/** Begins a thread. What hinders it is told at the order's port or by `lost`. */
export type StartReader = (order: ReaderOrder) => Reader;

/** Begins a thread of this one's that may read this file and do nothing else. */
export function startReader(order: ReaderOrder): Reader {
  const { path, port, lost } = order;
  let worker: Worker;
  try {
    worker = new Worker(new URL("./sqlite_worker.ts", import.meta.url), {
      ...{ type: "module", name: `SQLite file ${path}` },
      deno: { permissions: { ...NOTHING, read: [path] } },
    });
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) return refuseReader(order);
    lost();
    return { end: () => port.close() };
  }
  worker.onerror = (event) => {
    event.preventDefault();
    lost();
  };
  worker.postMessage(port, [port]);
  return { end: () => worker.terminate() };
}

/** What a permission is left out of would be inherited. */
const NOTHING = { env: false, ffi: false, net: false, read: false, run: false, sys: false, write: false };

/** Begins none: the file may not be read. */
export function refuseReader({ port }: ReaderOrder): Reader {
  const reply: SqliteReply = { kind: "failed", failure: { reason: "no-read-permission" } };
  port.postMessage(reply);
  return { end: () => port.close() };
}
