import type { WatchEvent } from "./client.ts";
import { KubeError, KubeUnreachable } from "./error.ts";
import { type ExchangeOptions, type OpenAnswer, unreachable } from "./exchange.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { KubeObject } from "./object.ts";
import { ping } from "./ping.ts";
import { asRecord, kubeError } from "./status.ts";

export interface WatchStreamOptions extends ExchangeOptions {
  /** What is watched, for messages. */
  readonly what: string;
  /** Silence of the whole connection after which the server is asked whether it still answers. */
  readonly idleMs: number;
  /** After this the server has ended the stream, or it is dead. */
  readonly endMs: number;
}

/**
 * Reads an open watch to its end and lets go of its connection. Errors as `WatchingClient.watch` tells them.
 *
 * Bookmarks are no heartbeat: kube-apiserver sends none as long as a kind does not change. So a silent connection is asked
 * (`ping`), and one that does not answer is discarded with all its streams.
 */
export async function* readWatch(
  open: OpenAnswer,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, void, void> {
  const reader = (open.response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const splitter = new LineSplitter();
  open.deadline.restart(options.endMs);
  try {
    while (true) {
      const { done, value } = await read(reader, open, options);
      if (done) break;
      options.lane.heard(open.wire);
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

type Chunk = { readonly done: true; readonly value?: undefined } | {
  readonly done: false;
  readonly value: Uint8Array;
};

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { wire, deadline }: OpenAnswer,
  options: WatchStreamOptions,
): Promise<Chunk> {
  const { lane, idleMs, what } = options;
  try {
    const reading = reader.read();
    while (true) {
      const chunk = await within(reading, Math.max(idleMs - lane.silentMs(wire), 1));
      if (chunk !== undefined) return chunk.done ? { done: true } : { done: false, value: chunk.value };
      if (lane.silentMs(wire) >= idleMs && !await ping(wire, options)) lane.discard(wire);
    }
  } catch (error) {
    throw await unreachable(error, { wire, deadline, options, what });
  }
}

/** What `work` answers, or `undefined` when it takes longer; it goes on then. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
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
