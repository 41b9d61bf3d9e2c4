import type { Urgency } from "../kube/waiting_line.ts";
import type { Timers } from "./timers.ts";

/** What a queue tells its observer, for metrics. */
export interface QueueObserver {
  depth(count: number): void;
  added(): void;
  /** Seconds that a key waited for a worker. */
  waited(seconds: number): void;
}

const SILENT: QueueObserver = { depth() {}, added() {}, waited() {} };

export interface WorkQueueOptions {
  readonly timers: Timers;
  readonly observer?: QueueObserver;
  /** A key is there to be taken; told at once, for each. */
  readonly onReady?: () => void;
}

/** A key to work on. */
export interface Work {
  readonly key: string;
  readonly urgency: Urgency;
}

/** After so many urgent keys in a row one of the bulk is given, so that it never starves. */
const URGENT_IN_A_ROW = 8;

/**
 * Keys that want a worker. A key is in the queue at most once; a key added while a worker has it comes again when the
 * worker is done, never beside it (client-go's workqueue rules). `addAfter` keeps the earliest of its times. The urgent
 * come before the bulk; a key that is asked for as both is urgent.
 */
export class WorkQueue {
  readonly #timers: Timers;
  readonly #observer: QueueObserver;
  readonly #onReady: () => void;
  /** Since when each key waits. */
  readonly #ready: Readonly<Record<Urgency, Map<string, number>>> = { urgent: new Map(), bulk: new Map() };
  readonly #working = new Set<string>();
  readonly #again = new Map<string, Urgency>();
  readonly #delayed = new Map<string, { at: number; cancel: () => void }>();
  #urgentInARow = 0;
  #closed = false;

  constructor({ timers, observer = SILENT, onReady = () => {} }: WorkQueueOptions) {
    this.#timers = timers;
    this.#observer = observer;
    this.#onReady = onReady;
  }

  /** Asks for a reconcile of this key now. */
  add(key: string, urgency: Urgency = "bulk"): void {
    if (this.#closed) return;
    this.#undelay(key);
    if (this.#working.has(key)) {
      this.#again.set(key, this.#again.get(key) === "urgent" ? "urgent" : urgency);
      return;
    }
    const { urgent, bulk } = this.#ready;
    if (urgent.has(key) || (urgency === "bulk" && bulk.has(key))) return;
    const since = bulk.get(key);
    if (since === undefined) this.#observer.added();
    bulk.delete(key);
    this.#ready[urgency].set(key, since ?? this.#timers.now());
    this.#observer.depth(this.depth);
    this.#onReady();
  }

  /** Asks for a reconcile of this key in `ms` at the latest. */
  addAfter(key: string, ms: number): void {
    if (this.#closed || this.#isReady(key)) return;
    if (ms <= 0) return this.add(key);
    const at = this.#timers.now() + ms;
    const present = this.#delayed.get(key);
    if (present !== undefined && present.at <= at) return;
    present?.cancel();
    this.#delayed.set(key, { at, cancel: this.#timers.after(ms, () => this.add(key)) });
  }

  /** The next key of those whose urgency `mayBe`; undefined where there is none. The taker must call `done`. */
  take(mayBe: (urgency: Urgency) => boolean = () => true): Work | undefined {
    const order: readonly Urgency[] = this.#urgentInARow < URGENT_IN_A_ROW
      ? ["urgent", "bulk"]
      : ["bulk", "urgent"];
    const urgency = order.find((each) => this.#ready[each].size > 0 && mayBe(each));
    const first = urgency === undefined ? undefined : this.#ready[urgency].entries().next().value;
    if (urgency === undefined || first === undefined) return undefined;
    const [key, since] = first;
    this.#ready[urgency].delete(key);
    this.#urgentInARow = urgency === "urgent" ? this.#urgentInARow + 1 : 0;
    this.#working.add(key);
    this.#observer.depth(this.depth);
    this.#observer.waited((this.#timers.now() - since) / 1000);
    return { key, urgency };
  }

  done(key: string): void {
    this.#working.delete(key);
    const again = this.#again.get(key);
    if (this.#again.delete(key)) this.add(key, again);
  }

  #isReady(key: string): boolean {
    return this.#ready.urgent.has(key) || this.#ready.bulk.has(key);
  }

  /** Forgets a time that was asked for by `addAfter`. */
  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  /** Takes no more keys, and forgets those that wait. */
  close(): void {
    this.#closed = true;
    for (const key of [...this.#delayed.keys()]) this.#undelay(key);
    this.#ready.urgent.clear();
    this.#ready.bulk.clear();
    this.#observer.depth(0);
  }

  get depth(): number {
    return this.#ready.urgent.size + this.#ready.bulk.size;
  }
}
