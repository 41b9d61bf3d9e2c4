/** Tasks that run later, one after the other; all of them are dropped when the sandbox stops. */
export interface Schedule {
  /** Runs `task` after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

/** A schedule on real timers. A task that throws is given to `onError` and stops nothing else. */
export class TimerSchedule implements Schedule {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #onError: (error: unknown) => void;
  #stopped = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  after(milliseconds: number, task: () => void): () => void {
    if (this.#stopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      try {
        task();
      } catch (error) {
        this.#onError(error);
      }
    }, milliseconds);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
