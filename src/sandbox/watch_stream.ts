import type { KubeObject } from "../kube/object.ts";
import { apiVersionOf } from "../kube/resource_type.ts";
import type { Cluster } from "./cluster.ts";
import { toServed } from "./conversion.ts";
import { type JsonObject } from "./json.ts";
import { parseRevision, selected, type Selection } from "./list_objects.ts";
import { badRequest, expired, forbiddenValue, invalid } from "./status_error.ts";
import type { ServedResource } from "./served_resource.ts";
import type { StoredEvent } from "./storage.ts";

export interface WatchRequest {
  readonly selection: Selection;
  /** "" and "0" start with the present objects. */
  readonly resourceVersion: string;
  readonly bookmarks: boolean;
  /** Present objects first, then a bookmark that says so (watch-list). */
  readonly initialEvents: boolean;
  readonly timeoutMs: number;
}

/** How a watch event's object is sent: as it is, as metadata only, as a table. */
export type Shape = (object: KubeObject) => JsonObject;

/** Open watches: they are ended when the server stops. */
export class WatchHub {
  readonly #open = new Set<() => void>();
  readonly #bookmarkMs: number;

  /** @param bookmarkMs milliseconds between bookmarks of a quiet watch. */
  constructor(bookmarkMs: number) {
    this.#bookmarkMs = bookmarkMs;
  }

  get size(): number {
    return this.#open.size;
  }

  closeAll(): void {
    for (const close of [...this.#open]) close();
  }

  /** The body of a watch: JSON documents, one a line, until the timeout, the client or the server ends it. */
  stream(cluster: Pick<Cluster, "storage">, request: WatchRequest, shape: Shape): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    const timers: ReturnType<typeof setTimeout>[] = [];
    let leave = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        let open = true;
        const send = (type: string, object: unknown) => {
          if (open) controller.enqueue(encoder.encode(`${JSON.stringify({ type, object })}\n`));
        };
        const unsubscribe = cluster.storage.subscribe((event) =>
          sendEvent(request.selection, event, { send, shape })
        );
        leave = () => {
          open = false;
          unsubscribe();
          for (const timer of timers) clearTimeout(timer);
          this.#open.delete(close);
        };
        const close = () => {
          if (!open) return;
          leave();
          controller.close();
        };
        this.#open.add(close);
        if (!replay(cluster, request, { send, shape })) return close();
        const mark = () => send("BOOKMARK", shape(bookmark(cluster, request.selection.resource, {})));
        if (request.bookmarks) timers.push(setInterval(mark, this.#bookmarkMs));
        timers.push(setTimeout(() => {
          if (request.bookmarks) mark();
          close();
        }, request.timeoutMs));
      },
      // The client has gone: the stream is closed already.
      cancel: () => leave(),
    });
  }
}

interface Sink {
  readonly send: (type: string, object: unknown) => void;
  readonly shape: Shape;
}

/** Sends what came before now; false when the history is gone, after an ERROR event. */
function replay(cluster: Pick<Cluster, "storage">, request: WatchRequest, sink: Sink): boolean {
  const { selection, resourceVersion } = request;
  const { storage } = cluster;
  if (resourceVersion === "" || resourceVersion === "0" || request.initialEvents) {
    for (const [key, object] of storage.list(selection.resource.store)) {
      if (selected(selection, key, object)) {
        sink.send("ADDED", sink.shape(toServed(selection.resource, object)));
      }
    }
    if (request.initialEvents && request.bookmarks) {
      sink.send(
        "BOOKMARK",
        sink.shape(bookmark(cluster, selection.resource, { "k8s.io/initial-events-end": "true" })),
      );
    }
    return true;
  }
  const from = parseRevision(resourceVersion);
  const history = storage.since(from);
  if (history.kind === "compacted") {
    sink.send("ERROR", expired(`too old resource version: ${from} (${history.oldest})`).status);
    return false;
  }
  for (const event of history.events) sendEvent(selection, event, sink);
  return true;
}

/** An object that leaves the selection is DELETED for this watch, one that enters it is ADDED. */
function sendEvent(selection: Selection, event: StoredEvent, sink: Sink): void {
  if (event.store !== selection.resource.store) return;
  const before = event.previous !== undefined && selected(selection, event.key, event.previous);
  const after = event.type !== "DELETED" && selected(selection, event.key, event.object);
  if (!before && !after) return;
  const type = after ? (before ? "MODIFIED" : "ADDED") : "DELETED";
  const object = type === "DELETED" && event.type !== "DELETED" && event.previous !== undefined
    ? withVersion(event.previous, event.revision)
    : event.object;
  sink.send(type, sink.shape(toServed(selection.resource, object)));
}

function withVersion(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function bookmark(
  cluster: Pick<Cluster, "storage">,
  resource: ServedResource,
  annotations: Record<string, string>,
): KubeObject {
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: {
      resourceVersion: String(cluster.storage.revision),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

/** `?watch=` parameters; 422 for `sendInitialEvents` without its companions. */
export function watchRequest(
  selection: Selection,
  query: URLSearchParams,
  defaults: { timeoutMs: number },
): WatchRequest {
  const initial = query.get("sendInitialEvents");
  const match = query.get("resourceVersionMatch") ?? "";
  if (initial !== null && match !== "NotOlderThan") {
    throw invalid({ ...selection.resource, group: "meta.k8s.io", kind: "ListOptions" }, "", [
      forbiddenValue(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
      ),
    ]);
  }
  const seconds = query.get("timeoutSeconds") ?? "";
  if (seconds !== "" && !/^\d+$/.test(seconds)) {
    throw badRequest("timeoutSeconds must be a whole number of seconds");
  }
  return {
    selection,
    resourceVersion: query.get("resourceVersion") ?? "",
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    initialEvents: initial !== null && isTrue(initial),
    timeoutMs: Number(seconds) > 0 ? Number(seconds) * 1000 : defaults.timeoutMs,
  };
}

export function isTrue(text: string | null): boolean {
  return text === "true" || text === "1" || text === "";
}
