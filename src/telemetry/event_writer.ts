import type { KubeClient } from "../kube/client.ts";
import { sleep } from "../kube/deadline.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { type CorrelatedEvent, EventCorrelator, SIMILAR_WINDOW_MS } from "./event_correlator.ts";
import type { EventInput, EventRecorder } from "./events.ts";
import type { Log } from "./log.ts";
import { Lru } from "./lru.ts";
import type { EventDropReason, Metrics } from "./metrics.ts";

const EVENTS: ResourceType = { group: "", version: "v1", kind: "Event", plural: "events", namespaced: true };

/** client-go's limits: 1,000 events waiting, 12 tries for one. */
const QUEUE_LIMIT = 1000;
const MAX_TRIES = 12;
const RETRY_MS = 10_000;
/** What stands for many events is written when so many milliseconds have brought more of them. */
const GATHER_MS = 5_000;

export interface EventWriterOptions {
  readonly client: Pick<KubeClient, "create" | "patch">;
  /** Says events that name no component; also every event's `reportingInstance`. */
  readonly component: string;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "eventDropped">;
  readonly now?: (() => Date) | undefined;
  /** Between two tries where no answer came, in milliseconds; 10,000 unless told. */
  readonly retryMs?: number | undefined;
  /** How long what stands for many events waits for more of them, in milliseconds; 5,000 unless told. */
  readonly gatherMs?: number | undefined;
}

/** What became of one write. `again` is only for an answer that never came, or one that asked to come back. */
type WriteResult =
  | { readonly kind: "written" }
  | { readonly kind: "rejected"; readonly error: unknown }
  | { readonly kind: "again"; readonly afterMs: number; readonly error: unknown };

/**
 * Writes recorded events as core/v1 Events, one request at a time, in the order in which they were first recorded.
 *
 * An event that is recorded again while it waits is one request with the higher count. Names are chosen here, so that
 * a try repeated after a lost answer writes the same Event: a create that finds it there is done, a patch sets a count.
 */
export class EventWriter implements EventRecorder {
  readonly #options: EventWriterOptions;
  readonly #correlator = new EventCorrelator();
  readonly #waiting = new Map<string, CorrelatedEvent>();
  /** What stands for many events, until it is written. */
  readonly #gathering = new Map<
    string,
    { event: CorrelatedEvent; readonly timer: ReturnType<typeof setTimeout> }
  >();
  /** Names of Events that exist as far as is known, and when each was last written, in milliseconds since the epoch. */
  readonly #written = new Lru<string, number>(4096);
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: EventWriterOptions) {
    this.#options = options;
  }

  record(input: EventInput): void {
    const now = this.#now();
    const component = input.component ?? this.#options.component;
    const correlation = this.#correlator.correlate({ ...input, component }, now);
    if (this.#closed) return this.#drop("shutdown");
    if (correlation.kind === "rate_limited") return this.#drop("rate_limited");
    if (correlation.kind === "grouped") return this.#gather(correlation.event);
    this.#enqueue(correlation.event);
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  #gather(event: CorrelatedEvent): void {
    const present = this.#gathering.get(event.key);
    if (present !== undefined) {
      present.event = event;
      return;
    }
    const timer = setTimeout(() => this.#gathered(event.key), this.#options.gatherMs ?? GATHER_MS);
    this.#gathering.set(event.key, { event, timer });
  }

  #gathered(key: string): void {
    const present = this.#gathering.get(key);
    if (present === undefined) return;
    this.#gathering.delete(key);
    clearTimeout(present.timer);
    this.#enqueue(present.event);
  }

  #enqueue(event: CorrelatedEvent): void {
    if (!this.#waiting.has(event.key) && this.#waiting.size >= QUEUE_LIMIT) return this.#drop("queue_full");
    this.#waiting.set(event.key, event);
    this.#running ??= this.#run();
  }

  /** Takes no more events and waits for those that wait to be written; after `deadlineMs` the rest is dropped. */
  async close(deadlineMs: number): Promise<void> {
    this.#closed = true;
    for (const key of [...this.#gathering.keys()]) this.#gathered(key);
    const timer = setTimeout(() => this.#abort.abort(), deadlineMs);
    await this.#running;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    for (let next = this.#waiting.values().next(); !next.done; next = this.#waiting.values().next()) {
      const event = next.value;
      this.#waiting.delete(event.key);
      await this.#deliver(event);
    }
    this.#running = undefined;
  }

  async #deliver(first: CorrelatedEvent): Promise<void> {
    let event = first;
    for (let tries = 1; !this.#abort.signal.aborted; tries++) {
      const result = await this.#write(event);
      if (result.kind === "written") return;
      if (result.kind === "rejected") {
        this.#explain("The API server refused an event", event, result.error);
        return this.#drop("rejected");
      }
      if (tries >= MAX_TRIES) {
        this.#explain("An event could not be written", event, result.error);
        return this.#drop("unreachable");
      }
      await sleep(result.afterMs, this.#abort.signal).catch(() => {});
      event = this.#takeNewer(event);
    }
    this.#drop("shutdown");
  }

  /** The same Event with the count that it has reached while its write was tried. */
  #takeNewer(event: CorrelatedEvent): CorrelatedEvent {
    const newer = this.#waiting.get(event.key);
    this.#waiting.delete(event.key);
    return newer ?? event;
  }

  async #write(event: CorrelatedEvent): Promise<WriteResult> {
    try {
      if (event.count > 1 && this.#written.get(event.name) !== undefined) await this.#update(event);
      else await this.#create(event);
      this.#wrote(event);
      return { kind: "written" };
    } catch (error) {
      return this.#judge(error);
    }
  }

  /** A count that goes on after this is a patch: an Event of which nothing was recorded for longer is over. */
  #wrote({ name }: CorrelatedEvent): void {
    const now = this.#now().getTime();
    this.#written.set(name, now);
    this.#written.forgetWhile((at) => now - at > SIMILAR_WINDOW_MS);
  }

  async #update(event: CorrelatedEvent): Promise<void> {
    try {
      await this.#patch(event);
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
      this.#written.delete(event.name);
      await this.#create(event);
    }
  }

  async #create(event: CorrelatedEvent): Promise<void> {
    try {
      await this.#options.client.create(
        EVENTS,
        eventObject(event, this.#options.component),
        {},
        this.#abort.signal,
      );
    } catch (error) {
      if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
      if (event.count > 1) await this.#patch(event);
    }
  }

  async #patch(event: CorrelatedEvent): Promise<void> {
    const body = { count: event.count, lastTimestamp: timestamp(event.last), message: event.message };
    await this.#options.client.patch(
      { type: EVENTS, name: event.name, namespace: namespaceOf(event) },
      { type: "merge", body },
      {},
      this.#abort.signal,
    );
  }

  #judge(error: unknown): WriteResult {
    const retryMs = this.#options.retryMs ?? RETRY_MS;
    if (error instanceof KubeUnreachable || this.#abort.signal.aborted) {
      return { kind: "again", afterMs: retryMs, error };
    }
    const seconds = error instanceof KubeError ? error.retryAfterSeconds : undefined;
    if (seconds === undefined) return { kind: "rejected", error };
    return { kind: "again", afterMs: Math.min(seconds * 1000, 60_000), error };
  }

  #explain(msg: string, event: CorrelatedEvent, error: unknown): void {
    const { kind, namespace, name } = event.regarding;
    this.#options.log.error(msg, { error, reason: event.reason, object: { kind, namespace, name } });
  }

  #drop(reason: EventDropReason): void {
    this.#options.metrics.eventDropped(reason);
  }
}

/** The Event as `kubectl describe` shows it: with counts and times, not the newer series. */
function eventObject(event: CorrelatedEvent, instance: string): KubeObject {
  const { apiVersion, kind, name, namespace, uid } = event.regarding;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: event.name, namespace: namespaceOf(event) },
    involvedObject: { apiVersion, kind, name, uid, ...(namespace === undefined ? {} : { namespace }) },
    type: event.type,
    reason: event.reason,
    message: event.message,
    count: event.count,
    firstTimestamp: timestamp(event.first),
    lastTimestamp: timestamp(event.last),
    source: { component: event.component },
    reportingComponent: event.component,
    reportingInstance: instance,
  };
}

function namespaceOf(event: CorrelatedEvent): string {
  return event.regarding.namespace ?? "default";
}

/** Whole seconds, as metav1.Time is. */
function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, "Z");
}
