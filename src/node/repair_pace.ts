/** So many repairs of the same field within `WINDOW_MS`, or times that the object is made again, are a contention. */
export const CONTENDED_REPAIRS = 3;

/** So many repairs of one object are, whatever is repaired. */
const MANY_REPAIRS = 10;

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

/** What was repaired. */
export interface Repair {
  /** What to tell of the contention, should it be one. */
  readonly message: string;
  /** What tells one field from another; a field that is repaired again is a sign of a contention. */
  readonly fields: readonly string[];
}

interface Streak {
  /** When what of the object was repaired, newest last; only what the window holds. */
  readonly repairs: readonly { readonly at: number; readonly fields: readonly string[] }[];
  /** Repairs since the contention began; 0 where there is none. */
  readonly level: number;
  readonly message: string;
}

/**
 * Slows the repairs of objects that somebody else changes back each time, so that two writers never chase each other:
 * three repairs of the same field within a minute are a contention, in which repairs come in growing gaps, from ten
 * seconds to five minutes. It is over when a gap, of at least a minute, passes without a change. Somebody who edits one
 * field after the other is no contention.
 */
export class RepairPace {
  readonly #streaks = new Map<string, Streak>();

  /** Milliseconds until this object may be repaired; 0 where it may be at once. */
  waitMs(key: string, now: Date): number {
    const streak = this.#streaks.get(key);
    return streak === undefined || streak.level === 0 ? 0 : rest(streak, gapMs(streak), now);
  }

  /** Counts a repair. Answers whether a contention began with it. */
  repaired(key: string, now: Date, { message, fields }: Repair): boolean {
    this.#forget(now);
    const found = this.#streaks.get(key);
    const before = found === undefined || rest(found, calmMs(found), now) === 0 ? undefined : found;
    const at = now.getTime();
    const repairs = [...(before?.repairs ?? []).filter((repair) => at - repair.at < WINDOW_MS), {
      at,
      fields,
    }];
    const contended = (before?.level ?? 0) > 0 || isFight(repairs);
    const level = contended ? (before?.level ?? 0) + 1 : 0;
    this.#streaks.set(key, { repairs, level, message });
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
    this.#streaks.set(key, { repairs: [{ at: now.getTime(), fields: [] }], level: 1, message });
  }

  #forget(now: Date): void {
    for (const [key, streak] of this.#streaks) {
      // A contention is kept until the record of its node has taken in that it is over.
      if (rest(streak, calmMs(streak) + KEPT_MS, now) === 0) this.#streaks.delete(key);
    }
  }
}

/** The last one repaired what was repaired often before. */
function isFight(repairs: Streak["repairs"]): boolean {
  const last = repairs.at(-1)?.fields ?? [];
  return repairs.length >= MANY_REPAIRS ||
    last.some((field) => repairs.filter(({ fields }) => fields.includes(field)).length >= CONTENDED_REPAIRS);
}

function gapMs({ level }: Streak): number {
  return Math.min(LAST_GAP_MS, FIRST_GAP_MS * 2 ** Math.min(level - 1, 20));
}

function calmMs(streak: Streak): number {
  return Math.max(WINDOW_MS, gapMs(streak));
}

/** What is left of a time after the last repair; a clock that went back lengthens nothing. */
function rest({ repairs }: Streak, ms: number, now: Date): number {
  return Math.min(ms, Math.max(0, (repairs.at(-1)?.at ?? 0) + ms - now.getTime()));
}
