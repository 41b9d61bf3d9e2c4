/** Exponential back-off per key: `baseMs * 2^failures`, at most `maxMs`. */
export class Backoff {
  readonly #failures = new Map<string, number>();
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

  reset(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
