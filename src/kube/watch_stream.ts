import type { WatchEvent } from "./client.ts";
import { DeadlineReached } from "./deadline.ts";
import { KubeError, KubeUnreachable } from "./error.ts";
import { type ExchangeOptions, type OpenAnswer, unreachable } from "./exchange.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { KubeObject } from "./object.ts";
import { asRecord, kubeError } from "./status.ts";

export interface WatchStreamOptions extends ExchangeOptions {
  /** What is watched, for messages. */
  readonly what: string;
  /** Silence, not even a bookmark, after which the stream counts as dead. */
  readonly idleMs: number;
}

/** Reads an open watch to its end and lets go of its connection. Errors as `WatchingClient.watch` tells them. */
export async function* readWatch(
  open: OpenAnswer,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, void, void> {
  const { wire, deadline, response } = open;
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const splitter = new LineSplitter();
  try {
    while (true) {
      deadline.restart(options.idleMs);
      const { done, value } = await read(reader, open, options);
      if (done) break;
      options.lane.heard(wire);
      for (const line of splitter.push(value)) yield watchEvent(line, options.what);
    }
    if (splitter.partial) {
      throw new KubeUnreachable(`${options.what}: the stream ended inside an event`, { code: "Reset" });
    }
  } finally {
    open.end();
    await reader.cancel().catch(() => {});
  }
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { wire, deadline }: OpenAnswer,
  options: WatchStreamOptions,
): Promise<{ done: true; value?: undefined } | { done: false; value: Uint8Array }> {
  try {
    const { done, value } = await reader.read();
    return done ? { done: true } : { done: false, value };
  } catch (error) {
    if (deadline.signal.reason instanceof DeadlineReached) options.lane.silent(wire, options.idleMs);
    throw await unreachable(error, { wire, deadline, options, what: options.what });
  }
}

const KINDS = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

/** One line of a watch as event. Throws `KubeError` for an ERROR line and for a line that is no event. */
export function watchEvent(line: string, what: string): WatchEvent {
  const event = parse(line);
  const object = asRecord(event?.object);
  const type = event?.type;
  if (object !== undefined && (type === "ADDED" || type === "MODIFIED" || type === "DELETED")) {
    return { kind: KINDS[type], object: object as unknown as KubeObject };
  }
  if (object !== undefined && type === "BOOKMARK") {
    return { kind: "bookmark", resourceVersion: String(asRecord(object.metadata)?.resourceVersion ?? "") };
  }
  if (object !== undefined && type === "ERROR") {
    const status = typeof object.code === "number" ? object.code : 500;
    throw kubeError({ what, status, body: object, retryAfterSeconds: undefined });
  }
  throw new KubeError(`${what}: the server sent a line that is no watch event`, {
    status: 200,
    reason: "NotAnEvent",
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(line));
  } catch {
    return undefined;
  }
}
