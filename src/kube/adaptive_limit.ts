/** How many requests may be under way at once, and what that was learned from. Times are milliseconds. */
export interface LimitState {
  /** At least `min`, at most `max`; its whole part counts. */
  readonly limit: number;
  /** Smoothed strain of the answers: above 1 the server takes much longer than it has to. */
  readonly strain: number;
  /** When it was last cut. */
  readonly cutAt: number;
  /** "start": doubles with every round of answers, until the first cut; then it grows by one a round. */
  readonly phase: "start" | "steady";
}

export interface LimitBounds {
  readonly min: number;
  readonly max: number;
}

export type LimitEvent =
  | {
    readonly kind: "answered";
    readonly strain: number;
    readonly inFlight: number;
    /** When it was sent. */
    readonly sentAt: number;
    readonly now: number;
  }
  /** The server sheds load: 429, 503 with Retry-After, or no answer in time. */
  | { readonly kind: "refused"; readonly sentAt: number; readonly now: number };

/** Answers that take longer than four times the best ones of their kind, and a little, are a queue at the server. */
const TOLERANCE = 4;
const SLACK_MS = 25;

const SMOOTHING = 0.1;
const STRAIN_CUT = 0.9;
const REFUSED_CUT = 0.5;
const FIRST = 8;

export function startLimit({ min, max }: LimitBounds): LimitState {
  return { limit: clamp(FIRST, { min, max }), strain: 0, cutAt: -Infinity, phase: "start" };
}

/** How long an answer took, as a part of what is tolerated for its kind, whose best answers took `bestMs`. */
export function strainOf(ms: number, bestMs: number): number {
  return ms / (bestMs * TOLERANCE + SLACK_MS);
}

/**
 * Additive increase, multiplicative decrease: grows while the limit is used and answers are quick, shrinks a little while
 * they are slow, and by half when the server refuses. Requests that were under way together tell the same: what was sent
 * before a cut asks for no other.
 */
export function adapt(state: LimitState, event: LimitEvent, bounds: LimitBounds): LimitState {
  if (event.kind === "refused") {
    if (event.sentAt < state.cutAt) return state;
    return { ...cut(state, REFUSED_CUT, bounds), cutAt: event.now };
  }
  const strain = state.strain + SMOOTHING * (event.strain - state.strain);
  if (strain > 1) {
    if (event.sentAt < state.cutAt) return { ...state, strain };
    return { ...cut(state, STRAIN_CUT, bounds), strain, cutAt: event.now };
  }
  // What is not used says nothing about what the server could take.
  if (event.inFlight * 2 < Math.floor(state.limit)) return { ...state, strain };
  const grown = state.limit + (state.phase === "start" ? 1 : 1 / state.limit);
  return { ...state, strain, limit: clamp(grown, bounds) };
}

function cut(state: LimitState, factor: number, bounds: LimitBounds): LimitState {
  return { ...state, limit: clamp(state.limit * factor, bounds), phase: "steady" };
}

function clamp(limit: number, { min, max }: LimitBounds): number {
  return Math.min(max, Math.max(min, limit));
}

/** The best time of a kind's answers within the last one to two windows. */
export interface BestTime {
  readonly best: number;
  readonly before: number;
  readonly since: number;
}

const WINDOW_MS = 60_000;

export const NO_TIME: BestTime = { best: Infinity, before: Infinity, since: -Infinity };

export function withTime(state: BestTime, ms: number, now: number): BestTime {
  if (now - state.since < WINDOW_MS) return { ...state, best: Math.min(state.best, ms) };
  const before = now - state.since < 2 * WINDOW_MS ? state.best : Infinity;
  return { best: ms, before, since: now };
}

export function bestOf({ best, before }: BestTime): number {
  return Math.min(best, before);
}
