import {
  adapt,
  bestOf,
  type BestTime,
  type LimitBounds,
  type LimitState,
  NO_TIME,
  startLimit,
  strainOf,
  withTime,
} from "./adaptive_limit.ts";
import { type Bucket, fullBucket, type Rate, takeToken } from "./token_bucket.ts";
import { type Urgency, WaitingLine } from "./waiting_line.ts";

/** Reads and writes have limits of their own, as the API server's `--max-requests-inflight` and `--max-mutating-...`. */
export type TrafficClass = "read" | "write";

export interface TurnstileOptions {
  /** The most requests of a class under way at once. */
  readonly most: Readonly<Record<TrafficClass, number>>;
  /** A cap over both classes; none unless told. */
  readonly rate?: Rate | undefined;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Calls back once after `ms`; the answer takes it back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Who wants to pass. */
export interface Entry {
  readonly traffic: TrafficClass;
  /** Plural and group of what is asked for: a pool of its own. */
  readonly kind: string;
  readonly urgency: Urgency;
}

/** How the attempt ended. `refused` is an answer that asks to come back later, or none in time. */
export type Left =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly retryAfterMs: number }
  /** Says nothing about the server: the caller gave up. */
  | { readonly kind: "dropped" };

/** One request that may be sent. `leave` must be called when it ended. */
export interface Admission {
  leave(how: Left): void;
}

export interface TrafficFigures {
  readonly inFlight: number;
  readonly limit: number;
  readonly waiting: number;
  /** Refusals so far. */
  readonly refused: number;
  /** Requests so far that the rate held up. */
  readonly rateLimited: number;
}

/** A pool may have this part of the limit's maximum, so that the others always find room. */
const POOL_PART = 0.75;
/** A request that takes longer waits behind something other than the server: it counts in its pool only. */
const OVERDUE_MS = 1000;
/** With those that are overdue, so many times the maximum are under way at most. */
const MOST_PARTS = 4;
const LEAST = 4;

interface Pool {
  best: BestTime;
  inFlight: number;
  /** Nothing is sent before: the server asked for it. */
  heldUntil: number;
}

interface Underway {
  readonly pool: Pool;
  readonly startedAt: number;
}

interface Class {
  readonly bounds: LimitBounds;
  readonly line: WaitingLine<Admission>;
  readonly pools: Map<string, Pool>;
  /** Oldest first; the overdue are in no class. */
  readonly young: Set<Underway>;
  /** With those that are overdue. */
  inFlight: number;
  limit: LimitState;
  refused: number;
  rateLimited: number;
}

/**
 * Lets requests pass in such numbers that the server keeps up: an adaptive limit for reads and one for writes, in each a
 * pool for every kind, of which none can take all places, and in each pool the urgent before the bulk.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #classes: Readonly<Record<TrafficClass, Class>>;
  #bucket: Bucket | undefined;
  /** When `#dispatch` is called by time alone. */
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: TurnstileOptions) {
    this.#options = options;
    const { read, write } = options.most;
    this.#classes = { read: newClass(read), write: newClass(write) };
    if (options.rate !== undefined) this.#bucket = fullBucket(options.rate, options.now());
  }

  /** Waits for a place; rejects with the signal's reason. */
  async enter(entry: Entry, signal?: AbortSignal): Promise<Admission> {
    signal?.throwIfAborted();
    const of = this.#classes[entry.traffic];
    const { line } = of;
    const now = this.#options.now();
    if (line.size === 0 && hasRoom(of) && isOpen(of, entry.kind, now) && this.#spend(now) === 0) {
      return this.#admit(of, entry.kind, now);
    }
    const turn = Promise.withResolvers<Admission>();
    const state = { admitted: false };
    const waiter = line.add(entry, (admission) => {
      state.admitted = true;
      turn.resolve(admission);
    });
    this.#dispatch();
    if (state.admitted) return await turn.promise;
    const abort = () => {
      if (line.remove(waiter)) turn.reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await turn.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  figures(traffic: TrafficClass): TrafficFigures {
    const { line, inFlight, limit, refused, rateLimited } = this.#classes[traffic];
    return { inFlight, limit: Math.floor(limit.limit), waiting: line.size, refused, rateLimited };
  }

  #dispatch(): void {
    const { write, read } = this.#classes;
    this.#wakeIn(Math.min(this.#dispatchClass(write), this.#dispatchClass(read)));
  }

  /** An alarm that rings too early finds nothing to do and is set anew. */
  #wakeIn(ms: number): void {
    const at = this.#options.now() + ms;
    if (ms !== Infinity && this.#alarm !== undefined && this.#alarm.at <= at) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (ms === Infinity) return;
    const cancel = this.#options.after(Math.ceil(ms), () => {
      this.#alarm = undefined;
      this.#dispatch();
    });
    this.#alarm = { at, cancel };
  }

  /** Lets in who may come; milliseconds until time alone lets somebody in. */
  #dispatchClass(of: Class): number {
    const now = this.#options.now();
    while (of.line.size > 0) {
      this.#forgetOverdue(of, now);
      if (!hasRoom(of)) return this.#untilOverdue(of, now);
      const next = of.line.first((kind) => isOpen(of, kind, now));
      if (next === undefined) return untilReleased(of, now);
      const waitMs = this.#spend(now);
      if (waitMs > 0) {
        if (!next.delayed) of.rateLimited++;
        next.delayed = true;
        return waitMs;
      }
      of.line.take(next);
      next.admit(this.#admit(of, next.kind, now));
    }
    return Infinity;
  }

  #admit(of: Class, kind: string, now: number): Admission {
    const pool = of.pools.get(kind) ?? { best: NO_TIME, inFlight: 0, heldUntil: -Infinity };
    of.pools.set(kind, pool);
    pool.inFlight++;
    of.inFlight++;
    const underway: Underway = { pool, startedAt: now };
    of.young.add(underway);
    let over = false;
    return {
      leave: (how) => {
        if (over) return;
        over = true;
        this.#leave(of, underway, how);
      },
    };
  }

  #leave(of: Class, underway: Underway, how: Left): void {
    const { pool, startedAt } = underway;
    const now = this.#options.now();
    const inFlight = of.young.size;
    const young = of.young.delete(underway);
    pool.inFlight--;
    of.inFlight--;
    if (how.kind === "answered") {
      const ms = now - startedAt;
      pool.best = withTime(pool.best, ms, now);
      const strain = strainOf(ms, bestOf(pool.best));
      if (young) {
        of.limit = adapt(of.limit, { kind: "answered", strain, inFlight, sentAt: startedAt, now }, of.bounds);
      }
    } else if (how.kind === "refused") {
      of.refused++;
      of.limit = adapt(of.limit, { kind: "refused", sentAt: startedAt, now }, of.bounds);
      pool.heldUntil = Math.max(pool.heldUntil, now + how.retryAfterMs);
    }
    this.#dispatch();
  }

  #forgetOverdue({ young }: Class, now: number): void {
    for (const underway of young) {
      if (now - underway.startedAt < OVERDUE_MS) return;
      young.delete(underway);
    }
  }

  #untilOverdue({ young }: Class, now: number): number {
    const [oldest] = young;
    return oldest === undefined ? Infinity : Math.max(1, oldest.startedAt + OVERDUE_MS - now);
  }

  /** Milliseconds until the rate lets one more pass; 0 where it does now, and then it has. */
  #spend(now: number): number {
    const { rate } = this.#options;
    if (rate === undefined || this.#bucket === undefined) return 0;
    const taken = takeToken(this.#bucket, rate, now);
    if (taken.kind === "empty") return taken.waitMs;
    this.#bucket = taken.bucket;
    return 0;
  }
}

function hasRoom({ young, limit, inFlight, bounds }: Class): boolean {
  return young.size < Math.floor(limit.limit) && inFlight < bounds.max * MOST_PARTS;
}

/** Whether the kind's pool takes one more. */
function isOpen({ pools, bounds }: Class, kind: string, now: number): boolean {
  const pool = pools.get(kind);
  return pool === undefined || (pool.inFlight < Math.ceil(bounds.max * POOL_PART) && pool.heldUntil <= now);
}

function newClass(max: number): Class {
  const bounds = { min: Math.min(LEAST, max), max };
  return {
    bounds,
    line: new WaitingLine(),
    pools: new Map(),
    young: new Set(),
    inFlight: 0,
    limit: startLimit(bounds),
    refused: 0,
    rateLimited: 0,
  };
}

/** Until the first pool that somebody waits for is let go by the server. */
function untilReleased({ line, pools }: Class, now: number): number {
  const holds = [...line.kinds()].map((kind) => (pools.get(kind)?.heldUntil ?? -Infinity) - now);
  return Math.min(Infinity, ...holds.filter((ms) => ms > 0));
}
