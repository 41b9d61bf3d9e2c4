/** Thrown by `withDeadline` when the time was up. */
export class DeadlineReached extends Error {
  override readonly name = "DeadlineReached";
}

export interface Deadline {
  /** Aborted at the deadline and by the caller's own signals. */
  readonly signal: AbortSignal;
  /** Starts the time anew, with `ms` from now. */
  restart(ms: number): void;
  /** Ends the timer and lets go of the caller's signals. */
  end(): void;
}

/** A signal that aborts with `DeadlineReached` after `ms`, or with the reason of any of `signals`. Call `end` always. */
export function startDeadline(ms: number, signals: readonly (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController();
  const stop = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  const expire = () => controller.abort(new DeadlineReached("the deadline was reached"));
  for (const signal of signals) {
    if (signal?.aborted) controller.abort(signal.reason);
    signal?.addEventListener("abort", stop, { once: true });
  }
  let timer = setTimeout(expire, ms);
  return {
    signal: controller.signal,
    restart: (again) => {
      clearTimeout(timer);
      timer = setTimeout(expire, again);
    },
    end: () => {
      clearTimeout(timer);
      for (const signal of signals) signal?.removeEventListener("abort", stop);
    },
  };
}

/** Waits; ends early by rejecting with the signal's reason. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}
