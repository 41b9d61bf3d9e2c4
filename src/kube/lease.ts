import type { KubeClient, ObjectRef } from "./client.ts";
import { sleep } from "./deadline.ts";
import { isNotFound, KubeError } from "./error.ts";
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
  isHeld(): boolean;
  /** Gives the lease up and settles when that is written, or could not be. */
  stop(): Promise<void>;
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
  #holding = false;

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
    return this.#holding;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.ended;
  }

  async #run(): Promise<"lost" | "released"> {
    const acquiredAt = await this.#untilAcquired();
    this.#holding = acquiredAt !== undefined;
    this.#acquire(acquiredAt === undefined ? "stopped" : "acquired");
    const outcome = acquiredAt === undefined ? "released" : await this.#untilLost(acquiredAt);
    this.#holding = false;
    this.#held.abort();
    if (acquiredAt !== undefined && outcome === "released") await this.#release();
    return outcome;
  }

  /** When the attempt that acquired the lease began; `undefined` where `stop` came first. */
  async #untilAcquired(): Promise<number | undefined> {
    const { retrySeconds, renewDeadlineSeconds } = this.#candidate.timing;
    while (!this.#stopping.signal.aborted) {
      const startedAt = this.#clock.now();
      if (await this.#attempt(renewDeadlineSeconds)) return startedAt;
      await this.#pause(retrySeconds);
    }
    return undefined;
  }

  /**
   * Renews until that fails for `renewDeadlineSeconds`. They count from the beginning of the last renewal that succeeded:
   * others can't have seen it earlier, so the lease lives longer than this holder believes.
   */
  async #untilLost(acquiredAt: number): Promise<"lost" | "released"> {
    const { retrySeconds, renewDeadlineSeconds } = this.#candidate.timing;
    let renewedAt = acquiredAt;
    const leftSeconds = () => renewDeadlineSeconds - (this.#clock.now() - renewedAt) / 1000;
    while (leftSeconds() > 0) {
      await this.#pause(Math.min(retrySeconds, leftSeconds()));
      if (this.#stopping.signal.aborted) return "released";
      const startedAt = this.#clock.now();
      if (leftSeconds() <= 0) break;
      if (await this.#attempt(leftSeconds())) renewedAt = startedAt;
      else if (this.#holder !== this.#candidate.identity) break;
    }
    return "lost";
  }

  /** Reads, decides, writes. A conflict means that another candidate was faster. */
  async #attempt(withinSeconds: number): Promise<boolean> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), withinSeconds * 1000);
    try {
      await this.#read(timeout.signal);
      return await this.#write(timeout.signal);
    } catch (error) {
      const race = error instanceof KubeError && error.status === 409;
      if (!race) this.#options.onError?.(error);
      return false;
    } finally {
      clearTimeout(timer);
    }
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
    await this.#options.client.update(this.#ref(), lease).catch((error) => this.#options.onError?.(error));
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
