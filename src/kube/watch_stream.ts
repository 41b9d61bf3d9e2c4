import { Alarm } from "./alarm.ts";
import type { WatchEvent, WatchOptions } from "./client.ts";
import { KubeError, KubeUnreachable } from "./error.ts";
import { type ExchangeOptions, type OpenAnswer, unreachable } from "./exchange.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { KubeObject } from "./object.ts";
import { asRecord, kubeError } from "./status.ts";
import type { Wire } from "./wire.ts";

export interface WatchStreamOptions extends ExchangeOptions {
  /** What is watched, for messages. */
  readonly what: string;
  /** Where the stream begins. */
  readonly resourceVersion: string;
  readonly isKnown?: WatchOptions["isKnown"];
  /** Silence of the connection after which one of its watches is renewed. */
  readonly idleMs: number;
  /** After this the server has ended the stream, or it is dead. */
  readonly endMs: number;
}

/** Why a stream ended: the server ended it, or it is to be renewed from a version on the same wire. */
export type WatchEnd =
  | { readonly kind: "ended" }
  | { readonly kind: "renew"; readonly wire: Wire; readonly resourceVersion: string };

/**
 * Reads an open watch to its end and lets go of its connection. Errors as `WatchingClient.watch` tells them.
 *
 * Bookmarks are no heartbeat: kube-apiserver sends none as long as a kind does not change, and the runtime has no HTTP/2
 * PING. So on a silent connection one watch asks to be renewed: the answer shows that the connection lives. Over HTTP/1.1
 * each watch has a connection of its own, and is renewed when it is silent itself.
 */
export async function* readWatch(
  open: OpenAnswer,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent, WatchEnd, void> {
  const reader = (open.response.body ?? new ReadableStream<Uint8Array>()).getReader();
  const splitter = new LineSplitter();
  let { resourceVersion } = options;
  const alone = hasOwnConnection(open.response);
  let heardAt = options.lane.now();
  const silentMs = () => alone ? options.lane.now() - heardAt : options.lane.silentMs(open.wire);
  const silence = new Alarm(() => options.idleMs - silentMs());
  open.deadline.restart(options.endMs);
  try {
    while (true) {
      const chunk = await read({ reader, silence, silentMs, alone }, open, options);
      if (chunk.kind === "silent") {
        return { kind: "renew", wire: open.wire, resourceVersion };
      }
      if (chunk.kind === "done") break;
      heardAt = options.lane.now();
      options.lane.heard(open.wire);
      for (const line of splitter.push(chunk.value)) {
        const event = watchEvent(line, options);
        resourceVersion = versionOf(event) ?? resourceVersion;
        yield event;
      }
    }
    if (splitter.partial) {
      throw new KubeUnreachable(`${options.what}: the stream ended inside an event`, { code: "Reset" });
    }
    return { kind: "ended" };
  } finally {
    silence.end();
    open.end();
    await reader.cancel().catch(() => {});
  }
}

/** HTTP/2 knows no such header (RFC 9113, 8.2.2); an answer without end over HTTP/1.1 has one of them. */
function hasOwnConnection({ headers }: Response): boolean {
  return headers.has("transfer-encoding") || headers.has("connection");
}

function versionOf(event: WatchEvent): string | undefined {
  return event.kind === "bookmark" ? event.resourceVersion : event.object.metadata.resourceVersion;
}

type Chunk =
  | { readonly kind: "done" }
  | { readonly kind: "data"; readonly value: Uint8Array }
  /** Nothing came on the whole wire for the idle time, and no other watch of it is being renewed. */
  | { readonly kind: "silent" };

interface Reading {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly silence: Alarm;
  /** How long nothing came on the connection. */
  readonly silentMs: () => number;
  /** No other watch shares the connection. */
  readonly alone: boolean;
}

async function read(
  { reader, silence, silentMs, alone }: Reading,
  { wire, deadline }: OpenAnswer,
  options: WatchStreamOptions,
): Promise<Chunk> {
  const { idleMs, what } = options;
  try {
    const reading = reader.read();
    while (true) {
      const chunk = await silence.within(reading);
      if (chunk !== undefined) return chunk.done ? { kind: "done" } : { kind: "data", value: chunk.value };
      if (silentMs() < idleMs) continue;
      if (alone || wire.probing === undefined) return { kind: "silent" };
      await Promise.race([reading, wire.probing]);
    }
  } catch (error) {
    throw await unreachable(error, { wire, deadline, options, what });
  }
}

const KINDS = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

/** One line of a watch as event. Throws `KubeError` for an ERROR line and for a line that is no event. */
export function watchEvent(
  line: string,
  { what, isKnown }: Pick<WatchStreamOptions, "what" | "isKnown">,
): WatchEvent {
  const version = isKnown === undefined ? undefined : changedVersion(line);
  if (version !== undefined && isKnown?.(version)) {
    return { kind: "bookmark", resourceVersion: version, known: true };
  }
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

const CHANGE = /^\{"type":"(?:ADDED|MODIFIED)"/;
const VERSION = '"resourceVersion":"';

/** The version that a change gave its object, without reading the object: where the line has one field of that name. */
function changedVersion(line: string): string | undefined {
  const at = line.indexOf(VERSION);
  if (at < 0 || !CHANGE.test(line)) return undefined;
  const from = at + VERSION.length;
  return line.includes(VERSION, from) ? undefined : line.slice(from, line.indexOf('"', from));
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(line));
  } catch {
    return undefined;
  }
}
