/** Exponential back-off per key: `baseMs * 2^failures`, at most `maxMs`. */
export class Backoff {
  readonly #failures = new Map<string, number>();
  /** When the last wait of a key is over, in milliseconds of whoever asks. */
  readonly #until = new Map<string, number>();
  readonly #baseMs: number;
  readonly #maxMs: number;

  constructor(limits: { baseMs: number; maxMs: number }) {
    this.#baseMs = limits.baseMs;
    this.#maxMs = limits.maxMs;
  }

  /** The wait before the next try of this key, in milliseconds; grows with each call. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    return Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(failures, 30));
  }

  /** As `next`; a try before the wait is over, for another reason, only waits for the rest of it. */
  again(key: string, now: number): number {
    const rest = (this.#until.get(key) ?? now) - now;
    if (rest > 0 && rest <= this.#maxMs) return rest;
    const wait = this.next(key);
    this.#until.set(key, now + wait);
    return wait;
  }

  reset(key: string): void {
    this.#until.delete(key);
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
