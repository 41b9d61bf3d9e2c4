/** So many repairs of one object within `WINDOW_MS` are a contention. */
export const CONTENDED_REPAIRS = 3;

const WINDOW_MS = 60_000;
const FIRST_GAP_MS = 10_000;
const LAST_GAP_MS = 300_000;
const KEPT_MS = 600_000;

/** A contention as it stands. */
export interface Contention {
  readonly message: string;
  /** Until it is over, if nobody changes the object back before. */
  readonly clearsInMs: number;
}

interface Streak {
  /** When the object was repaired, newest last; only what the window holds. */
  readonly times: readonly number[];
  /** Repairs since the contention began; 0 where there is none. */
  readonly level: number;
  readonly message: string;
}

/**
 * Slows the repairs of objects that somebody else changes back each time, so that two writers never chase each other:
 * three repairs within a minute are a contention, in which repairs come in growing gaps, from ten seconds to five
 * minutes. It is over when a gap, of at least a minute, passes without a change.
 */
export class RepairPace {
  readonly #streaks = new Map<string, Streak>();

  /** Milliseconds until this object may be repaired; 0 where it may be at once. */
  waitMs(key: string, now: Date): number {
    const streak = this.#streaks.get(key);
    return streak === undefined || streak.level === 0 ? 0 : rest(streak, gapMs(streak), now);
  }

  /** Counts a repair; `message` tells of the contention, should it be one. Answers whether one began with it. */
  repaired(key: string, now: Date, message: string): boolean {
    this.#forget(now);
    const found = this.#streaks.get(key);
    const before = found === undefined || rest(found, calmMs(found), now) === 0 ? undefined : found;
    const at = now.getTime();
    const times = [...(before?.times ?? []).filter((time) => at - time < WINDOW_MS), at];
    const contended = (before?.level ?? 0) > 0 || times.length >= CONTENDED_REPAIRS;
    const level = contended ? (before?.level ?? 0) + 1 : 0;
    this.#streaks.set(key, { times, level, message });
    return level === 1;
  }

  /** The contention that this object is in. */
  contention(key: string, now: Date): Contention | undefined {
    const streak = this.#streaks.get(key);
    if (streak === undefined || streak.level === 0) return undefined;
    const clearsInMs = rest(streak, calmMs(streak), now);
    return clearsInMs === 0 ? undefined : { message: streak.message, clearsInMs };
  }

  /** Goes on with a contention that an earlier process recorded. */
  resume(key: string, now: Date, message: string): void {
    if (this.#streaks.has(key)) return;
    this.#streaks.set(key, { times: [now.getTime()], level: 1, message });
  }

  #forget(now: Date): void {
    for (const [key, streak] of this.#streaks) {
      // A contention is kept until the record of its node has taken in that it is over.
      if (rest(streak, calmMs(streak) + KEPT_MS, now) === 0) this.#streaks.delete(key);
    }
  }
}

function gapMs({ level }: Streak): number {
  return Math.min(LAST_GAP_MS, FIRST_GAP_MS * 2 ** Math.min(level - 1, 20));
}

function calmMs(streak: Streak): number {
  return Math.max(WINDOW_MS, gapMs(streak));
}

/** What is left of a time after the last repair; a clock that went back lengthens nothing. */
function rest({ times }: Streak, ms: number, now: Date): number {
  return Math.min(ms, Math.max(0, (times.at(-1) ?? 0) + ms - now.getTime()));
}
