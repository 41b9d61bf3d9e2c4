import type { KubeClient, ObjectRef } from "./client.ts";
import { sleep } from "./deadline.ts";
import { isConflict, isNotFound } from "./error.ts";
import type { KubeObject } from "./object.ts";
import type { ResourceType } from "./resource_type.ts";
import {
  type Candidate,
  decide,
  DEFAULT_TIMING,
  leaseObject,
  type LeaseTiming,
  type LeaseView,
  released,
  see,
} from "./lease_record.ts";

export const LEASE: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

export interface LeaseOptions {
  readonly client: Pick<KubeClient, "get" | "create" | "update">;
  readonly namespace: string;
  readonly name: string;
  /** Unlike that of any other candidate, so a new one for each process. */
  readonly identity: string;
  /** 15, 10 and 2 seconds unless told, as client-go. */
  readonly timing?: LeaseTiming | undefined;
  /** Told when another holder (or this one) is seen for the first time. */
  readonly onHolder?: ((identity: string) => void) | undefined;
  /** An attempt that failed other than by losing a race; the candidate goes on. */
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly clock?: { now(): number; wall(): string; sleep: typeof sleep } | undefined;
}

/** One candidacy for one lease. It ends once: after a loss, hold a new one. */
export interface LeaseHold {
  /** Settles, never rejects. */
  readonly acquired: Promise<"acquired" | "stopped">;
  /** Settles when the lease is held no more: not renewed in time or taken ("lost"), or given up by `stop`. Never rejects. */
  readonly ended: Promise<"lost" | "released">;
  /** Aborted before anyone else can hold the lease; pass it to what only the holder may do. */
  readonly signal: AbortSignal;
  /** By the clock: false from the renew deadline on, also in a process that was stopped or kept from its timers. */
  isHeld(): boolean;
  /**
   * Ends the candidacy. A lease that is held is given up, unless it is to expire: where a write of its holder may still
   * be on its way. Settles when that is written, or could not be: whether it was held and now is free.
   */
  stop(how?: "release" | "expire"): Promise<boolean>;
}

/** Becomes a candidate now: tries every `retrySeconds` until it holds the lease, then renews it. */
export function holdLease(options: LeaseOptions): LeaseHold {
  return new Hold(options);
}

const SYSTEM_CLOCK = {
  now: () => performance.now(),
  wall: () => new Date().toISOString().replace("Z", "000Z"),
  sleep,
};

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

class Hold implements LeaseHold {
  readonly acquired: Promise<"acquired" | "stopped">;
  readonly ended: Promise<"lost" | "released">;
  readonly #options: LeaseOptions;
  readonly #candidate: Candidate;
  readonly #clock: NonNullable<LeaseOptions["clock"]>;
  readonly #stopping = new AbortController();
  readonly #held = new AbortController();
  readonly #acquire: (outcome: "acquired" | "stopped") => void;
  #view: LeaseView = { kind: "unseen" };
  #holder = "";
  /** When the last attempt began that acquired or renewed it; undefined where it is not held. */
  #renewedAt: Moment | undefined;
  #keeps = false;
  #freed = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#candidate = { identity: options.identity, timing: options.timing ?? DEFAULT_TIMING };
    const { promise, resolve } = Promise.withResolvers<"acquired" | "stopped">();
    this.acquired = promise;
    this.#acquire = resolve;
    this.ended = this.#run();
  }

  get signal(): AbortSignal {
    return this.#held.signal;
  }

  isHeld(): boolean {
    return this.#leftSeconds() > 0;
  }

  async stop(how: "release" | "expire" = "release"): Promise<boolean> {
    this.#keeps = how === "expire";
    this.#stopping.abort();
    await this.ended;
    return this.#freed;
  }

  async #run(): Promise<"lost" | "released"> {
    const acquired = await this.#untilAcquired();
    this.#acquire(acquired ? "acquired" : "stopped");
    const outcome = acquired ? await this.#untilLost() : "released";
    this.#renewedAt = undefined;
    this.#held.abort();
    if (acquired && outcome === "released" && !this.#keeps) await this.#release();
    return outcome;
  }

  /** False where `stop` came first. */
  async #untilAcquired(): Promise<boolean> {
    const { retrySeconds, renewDeadlineSeconds } = this.#candidate.timing;
    while (!this.#stopping.signal.aborted) {
      if (await this.#attempt(renewDeadlineSeconds)) return true;
      await this.#pause(retrySeconds);
    }
    return false;
  }

  /** Renews until that fails for `renewDeadlineSeconds`. */
  async #untilLost(): Promise<"lost" | "released"> {
    const { retrySeconds } = this.#candidate.timing;
    while (this.isHeld()) {
      await this.#pause(Math.min(retrySeconds, this.#leftSeconds()));
      if (this.#stopping.signal.aborted) return "released";
      if (!this.isHeld()) break;
      const renewed = await this.#attempt(this.#leftSeconds());
      if (!renewed && this.#holder !== this.#candidate.identity) break;
    }
    return "lost";
  }

  /**
   * They count from the beginning of the last renewal that succeeded: others can't have seen it earlier, so the lease
   * lives longer than this holder believes. By the clock that went further: the one that only grows stands still while
   * the machine sleeps.
   */
  #leftSeconds(): number {
    if (this.#renewedAt === undefined) return 0;
    const { monotonicMs, wallMs } = this.#moment();
    const passedMs = Math.max(monotonicMs - this.#renewedAt.monotonicMs, wallMs - this.#renewedAt.wallMs);
    return this.#candidate.timing.renewDeadlineSeconds - passedMs / 1000;
  }

  #moment(): Moment {
    return { monotonicMs: this.#clock.now(), wallMs: Date.parse(this.#clock.wall()) };
  }

  /** Reads, decides, writes; its holder writes first. A conflict means that another candidate was faster. */
  async #attempt(withinSeconds: number): Promise<boolean> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), withinSeconds * 1000);
    const startedAt = this.#moment();
    try {
      const done = await this.#renew(timeout.signal) || await this.#contend(timeout.signal);
      if (done) this.#renewedAt = startedAt;
      return done;
    } catch (error) {
      if (!isConflict(error)) this.#options.onError?.(error);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What the holder wrote last is there still, as a rule: no need to read it. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    if (!this.isHeld()) return false;
    try {
      return await this.#write(signal);
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  async #contend(signal: AbortSignal): Promise<boolean> {
    await this.#read(signal);
    return await this.#write(signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      this.#took(await this.#options.client.get(this.#ref(), { signal }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#view = { kind: "unseen" };
    }
  }

  async #write(signal: AbortSignal): Promise<boolean> {
    const clocks = { monotonicMs: this.#clock.now(), wall: this.#clock.wall() };
    const move = decide(this.#view, this.#candidate, clocks);
    const { client } = this.#options;
    switch (move.kind) {
      case "wait":
        return false;
      case "create":
        this.#took(await client.create(LEASE, leaseObject(this.#at(), move.record), {}, signal));
        return true;
      case "update": {
        const lease = leaseObject(this.#at(), move.record, move.resourceVersion);
        this.#took(await client.update(this.#ref(), lease, {}, signal));
        return true;
      }
    }
  }

  #took(lease: KubeObject): void {
    const view = see(this.#view, lease, this.#clock.now());
    this.#view = view;
    const holder = view.record.holderIdentity;
    if (holder !== this.#holder) {
      this.#holder = holder;
      if (holder !== "") this.#options.onHolder?.(holder);
    }
  }

  async #release(): Promise<void> {
    if (this.#view.kind !== "seen") return;
    const record = released(this.#view, this.#clock.wall());
    const lease = leaseObject(this.#at(), record, this.#view.resourceVersion);
    try {
      await this.#options.client.update(this.#ref(), lease);
      this.#freed = true;
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  /** Ends early when `stop` was called. */
  async #pause(seconds: number): Promise<void> {
    await this.#clock.sleep(seconds * 1000, this.#stopping.signal).catch(() => {});
  }

  #at(): { namespace: string; name: string } {
    return { namespace: this.#options.namespace, name: this.#options.name };
  }

  #ref(): ObjectRef {
    return { type: LEASE, ...this.#at() };
  }
}
