import { Backoff } from "./backoff.ts";
import type { Timers } from "./timers.ts";
import type { Verdict } from "./verdict.ts";
import { type QueueObserver, WorkQueue } from "./work_queue.ts";

/** What a controller tells its observer, for logs and metrics. */
export interface ControllerObserver extends QueueObserver {
  finished(result: "success" | "requeue_after" | "error", seconds: number): void;
  failed(key: string, error: unknown, retryMs: number): void;
  retried(): void;
  active(workers: number): void;
}

export interface ControllerOptions {
  readonly concurrency: number;
  /** Brings the named object to where it should be. Throws to be tried again with back-off. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Verdict>;
  readonly timers: Timers;
  readonly observer: ControllerObserver;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/** Workers over one queue. Never more than `concurrency` reconciles at once, never two of one key. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #backoff: Backoff;
  readonly #abort = new AbortController();
  #workers: Promise<void>[] = [];
  #active = 0;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.timers, options.observer);
    this.#backoff = new Backoff(options.backoff);
  }

  start(): void {
    this.#workers = Array.from({ length: this.#options.concurrency }, () => this.#work());
  }

  enqueue(key: string): void {
    this.#queue.add(key);
  }

  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /** Takes no new key, lets running reconciles end for `graceMs`, then aborts them. Whether none had to be aborted. */
  async stop(graceMs: number): Promise<boolean> {
    this.#queue.close();
    const cancel = this.#options.timers.after(graceMs, () => this.#abort.abort());
    await Promise.all(this.#workers);
    cancel();
    return !this.#abort.signal.aborted;
  }

  async #work(): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      this.#options.observer.active(++this.#active);
      await this.#once(key);
      this.#options.observer.active(--this.#active);
      this.#queue.done(key);
    }
  }

  async #once(key: string): Promise<void> {
    const { observer, timers } = this.#options;
    const start = timers.now();
    const seconds = () => (timers.now() - start) / 1000;
    try {
      const verdict = await this.#options.reconcile(key, this.#abort.signal);
      this.#backoff.reset(key);
      observer.finished(verdict.kind === "await" ? "success" : "requeue_after", seconds());
      if (verdict.kind === "requeue") this.#queue.addAfter(key, verdict.afterMs);
    } catch (error) {
      const retryMs = this.#backoff.next(key);
      observer.finished("error", seconds());
      observer.failed(key, error, retryMs);
      observer.retried();
      this.#queue.addAfter(key, retryMs);
    }
  }
}
