/**
 * Spaces out what changes more often than anybody reads it: a key is let through once in an interval, and whoever is not
 * comes again when the wait is over, so that the last state is never lost. All times are milliseconds.
 */
export class Pace {
  readonly #intervalMs: number;
  readonly #passedAt = new Map<string, number>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** How long this key must wait; 0 where it may pass. A clock that was set back makes nobody wait. */
  waitMs(key: string, now: number): number {
    const at = this.#passedAt.get(key);
    return at === undefined || now < at ? 0 : Math.max(0, at + this.#intervalMs - now);
  }

  /** The key passed, in its turn or out of it. */
  passed(key: string, now: number): void {
    this.#passedAt.set(key, now);
  }

  forget(key: string): void {
    this.#passedAt.delete(key);
  }
}
