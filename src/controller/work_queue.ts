import type { Timers } from "./timers.ts";

/** What a queue tells its observer, for metrics. */
export interface QueueObserver {
  depth(count: number): void;
  added(): void;
  /** Seconds that a key waited for a worker. */
  waited(seconds: number): void;
}

const SILENT: QueueObserver = { depth() {}, added() {}, waited() {} };

/**
 * Keys that want a worker. A key is in the queue at most once; a key added while a worker has it comes again when the
 * worker is done, never beside it (client-go's workqueue rules). `addAfter` keeps the earliest of its times.
 */
export class WorkQueue {
  readonly #timers: Timers;
  readonly #observer: QueueObserver;
  readonly #ready = new Map<string, number>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { at: number; cancel: () => void }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(timers: Timers, observer: QueueObserver = SILENT) {
    this.#timers = timers;
    this.#observer = observer;
  }

  /** Asks for a reconcile of this key now. */
  add(key: string): void {
    if (this.#closed) return;
    this.#undelay(key);
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#observer.added();
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#ready.set(key, this.#timers.now());
      this.#observer.depth(this.#ready.size);
      return;
    }
    this.#working.add(key);
    this.#observer.waited(0);
    taker(key);
  }

  /** Asks for a reconcile of this key in `ms` at the latest. */
  addAfter(key: string, ms: number): void {
    if (this.#closed || this.#ready.has(key)) return;
    if (ms <= 0) return this.add(key);
    const at = this.#timers.now() + ms;
    const present = this.#delayed.get(key);
    if (present !== undefined && present.at <= at) return;
    present?.cancel();
    this.#delayed.set(key, { at, cancel: this.#timers.after(ms, () => this.add(key)) });
  }

  /** The next key, or undefined once the queue is closed. The taker must call `done`. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const first = this.#ready.entries().next();
    if (first.done) return new Promise((resolve) => this.#takers.push(resolve));
    const [key, since] = first.value;
    this.#ready.delete(key);
    this.#working.add(key);
    this.#observer.depth(this.#ready.size);
    this.#observer.waited((this.#timers.now() - since) / 1000);
    return Promise.resolve(key);
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Forgets a time that was asked for by `addAfter`. */
  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  close(): void {
    this.#closed = true;
    for (const key of [...this.#delayed.keys()]) this.#undelay(key);
    this.#ready.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  get depth(): number {
    return this.#ready.size;
  }
}
