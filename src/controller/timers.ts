/** Clock and timers, given so that tests can move time. Times are milliseconds since the epoch. */
export interface Timers {
  now(): number;
  /** Calls back once after `ms`; the returned function takes it back. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's own clock. */
export const systemTimers: Timers = {
  now: () => Date.now(),
  after(ms, callback) {
    // A timer above 2^31-1 ms would fire at once.
    const id = setTimeout(callback, Math.min(ms, 2 ** 31 - 1));
    return () => clearTimeout(id);
  },
};
