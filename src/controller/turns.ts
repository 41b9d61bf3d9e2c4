/** How long the thread may be busy before everything else gets a turn, and how long that lasts at most. */
const BUSY_MS = 50;
const REST_MS = 500;

export interface TurnsOptions {
  /** Milliseconds of one piece of work. */
  readonly mostMs: number;
  readonly clock?: { now(): number; sleep(ms: number): Promise<void> };
}

const SYSTEM_CLOCK = {
  now: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/**
 * Work that keeps the thread busy. As soon as it did so for a while, the rest of it waits for as long, half a second at
 * most: Leases are renewed and answers are read, however much of it there is.
 */
export class Turns {
  readonly #mostMs: number;
  readonly #clock: NonNullable<TurnsOptions["clock"]>;
  #spentMs = 0;
  #resting: Promise<void> | undefined;

  constructor({ mostMs, clock = SYSTEM_CLOCK }: TurnsOptions) {
    this.#mostMs = mostMs;
    this.#clock = clock;
  }

  /** Does it now, or in a later turn. `left` tells how many milliseconds it still may take. */
  async take<T>(work: (left: () => number) => T): Promise<T> {
    while (this.#spentMs >= BUSY_MS) await this.#rest();
    const { now } = this.#clock;
    const begun = now();
    try {
      return work(() => Math.max(0, Math.ceil(begun + this.#mostMs - now())));
    } finally {
      this.#spentMs += now() - begun;
    }
  }

  async #rest(): Promise<void> {
    this.#resting ??= this.#clock.sleep(Math.min(this.#spentMs, REST_MS));
    const resting = this.#resting;
    await resting;
    if (this.#resting !== resting) return;
    this.#resting = undefined;
    this.#spentMs = 0;
  }
}
