/** Repairs of one object that are made at once; then each one waits twice as long as the one before. */
export const FREE_REPAIRS = 5;

const FIRST_MS = 1000;
const LAST_MS = 300_000;
/** After this without a repair an object is calm again. */
const CALM_MS = 900_000;

/** Slows the repairs of objects that somebody else changes back each time, so that two writers never chase each other. */
export class RepairPace {
  readonly #streaks = new Map<string, { readonly count: number; readonly at: number }>();

  /** Milliseconds until this object may be repaired; 0 where it may be at once. */
  waitMs(key: string, now: Date): number {
    const streak = this.#streaks.get(key);
    if (streak === undefined || streak.count < FREE_REPAIRS) return 0;
    const gap = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(streak.count - FREE_REPAIRS, 20));
    return Math.min(gap, Math.max(0, streak.at + gap - now.getTime()));
  }

  /** Counts a repair, and returns how many it were in a row. */
  repaired(key: string, now: Date): number {
    const at = now.getTime();
    for (const [other, streak] of this.#streaks) if (at - streak.at > CALM_MS) this.#streaks.delete(other);
    const count = (this.#streaks.get(key)?.count ?? 0) + 1;
    this.#streaks.set(key, { count, at });
    return count;
  }
}
