import { DEAD_END_GRACE_MS } from "./dead_end.ts";

/** How long a workload is unready. */
export interface Wait {
  readonly since: Date;
  /** Until its first look, in milliseconds. */
  readonly graceMs: number;
}

/** Looks at the pods of one workload lie twice as far apart each time; all looks together come no closer than this. */
const APART_MS = 50;
/** How long a kind that may not be listed is left alone. */
const REFUSED_MS = 600_000;
const FORGOTTEN_MS = 7_200_000;
const MANY = 1000;

interface Looks {
  /** When the workload began to be unready. */
  readonly since: number;
  /** The last look, or the time that one is kept free for. */
  readonly at: number;
  readonly kept: boolean;
}

/** When to look at the pods of which workload, so that looking costs little however large the fleet. */
export class LookPace {
  readonly #looks = new Map<string, Looks>();
  readonly #refused = new Map<string, number>();
  #next = 0;

  /** Milliseconds until the look; 0 is now, and counts as done. */
  askMs(key: string, { since, graceMs }: Wait, now: Date): number {
    const [begun, time] = [since.getTime(), now.getTime()];
    const last = this.#looks.get(key);
    const same = last?.since === begun ? last : undefined;
    const due = same === undefined ? begun + graceMs : same.kept ? same.at : nextLook(begun, same.at);
    if (time < due) return due - time;
    // Its turn was kept free, or it takes the next free one.
    const turn = same?.kept === true ? time : Math.max(time, this.#next);
    if (same?.kept !== true) this.#next = turn + APART_MS;
    this.#forgetOld(time);
    this.#looks.set(key, { since: begun, at: turn, kept: turn > time });
    return turn - time;
  }

  /** Lists of this kind are refused. */
  refuse(kind: string, now: Date): void {
    this.#refused.set(kind, now.getTime());
  }

  isRefused(kind: string, now: Date): boolean {
    return now.getTime() < (this.#refused.get(kind) ?? -Infinity) + REFUSED_MS;
  }

  #forgetOld(time: number): void {
    if (this.#looks.size < MANY) return;
    for (const [key, { at }] of this.#looks) if (time - at > FORGOTTEN_MS) this.#looks.delete(key);
  }
}

function nextLook(since: number, last: number): number {
  return last + Math.max(DEAD_END_GRACE_MS, last - since);
}
