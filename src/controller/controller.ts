import { Backoff } from "./backoff.ts";
import type { Urgency } from "../kube/waiting_line.ts";
import type { Place, Places } from "./places.ts";
import type { Timers } from "./timers.ts";
import type { Verdict } from "./verdict.ts";
import { type QueueObserver, type Work, WorkQueue } from "./work_queue.ts";

/** What a controller tells its observer, for logs and metrics. */
export interface ControllerObserver extends QueueObserver {
  finished(result: "success" | "requeue_after" | "error", seconds: number): void;
  failed(key: string, error: unknown, retryMs: number): void;
  retried(): void;
  active(workers: number): void;
}

export interface ControllerOptions {
  /** Where its reconciles run; others may run there too. */
  readonly places: Places;
  /** Brings the named object to where it should be. Throws to be tried again with back-off. */
  readonly reconcile: (key: string, signal: AbortSignal, urgency: Urgency) => Promise<Verdict>;
  readonly timers: Timers;
  readonly observer: ControllerObserver;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

/** Reconciles over one queue: as many at once as there are places, never two of one key, the urgent first. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #queue: WorkQueue;
  readonly #backoff: Backoff;
  /** One for each reconcile: requests add listeners to it, which cost the more the more there are. */
  readonly #aborts = new Set<AbortController>();
  readonly #running = new Set<Promise<void>>();
  #state: "idle" | "started" | "stopped" = "idle";
  #looking = false;
  #unsubscribe: () => void = () => {};

  constructor(options: ControllerOptions) {
    this.#options = options;
    const { timers, observer } = options;
    this.#queue = new WorkQueue({ timers, observer, onReady: () => this.#look() });
    this.#backoff = new Backoff(options.backoff);
  }

  start(): void {
    this.#state = "started";
    this.#unsubscribe = this.#options.places.whenFree(() => this.#look());
    this.#look();
  }

  enqueue(key: string, urgency?: Urgency): void {
    this.#queue.add(key, urgency);
  }

  enqueueAfter(key: string, ms: number): void {
    this.#queue.addAfter(key, ms);
  }

  /** Takes no new key, lets running reconciles end for `graceMs`, then aborts them. Whether none had to be aborted. */
  async stop(graceMs: number): Promise<boolean> {
    this.#state = "stopped";
    this.#unsubscribe();
    this.#queue.close();
    let aborted = false;
    const cancel = this.#options.timers.after(graceMs, () => {
      aborted = true;
      for (const abort of this.#aborts) abort.abort();
    });
    await Promise.all(this.#running);
    cancel();
    return !aborted;
  }

  /** Soon, and once for many calls: whoever adds a key is not in the middle of a reconcile then. */
  #look(): void {
    if (this.#looking || this.#state !== "started") return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      this.#begin();
    });
  }

  #begin(): void {
    const { places } = this.#options;
    while (this.#state === "started") {
      const work = this.#queue.take((urgency) => places.hasRoom(urgency));
      if (work === undefined) return;
      const running: Promise<void> = this.#work(work, places.take()).finally(() =>
        this.#running.delete(running)
      );
      this.#running.add(running);
      this.#options.observer.active(this.#running.size);
    }
  }

  async #work(work: Work, place: Place): Promise<void> {
    await this.#once(work);
    this.#options.observer.active(this.#running.size - 1);
    this.#queue.done(work.key);
    place.leave();
  }

  async #once({ key, urgency }: Work): Promise<void> {
    const { observer, timers } = this.#options;
    const start = timers.now();
    const seconds = () => (timers.now() - start) / 1000;
    const abort = new AbortController();
    this.#aborts.add(abort);
    try {
      const verdict = await this.#options.reconcile(key, abort.signal, urgency);
      this.#backoff.reset(key);
      observer.finished(verdict.kind === "await" ? "success" : "requeue_after", seconds());
      if (verdict.kind === "requeue") this.#queue.addAfter(key, verdict.afterMs);
    } catch (error) {
      const retryMs = this.#backoff.next(key);
      observer.finished("error", seconds());
      observer.failed(key, error, retryMs);
      observer.retried();
      this.#queue.addAfter(key, retryMs);
    } finally {
      this.#aborts.delete(abort);
    }
  }
}
