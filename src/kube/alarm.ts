/**
 * Ends a wait when it has become too long, by one timer however many waits there are: when the timer rings and `leftMs`
 * says that there is time left, it is set anew. Call `end` always.
 */
export class Alarm {
  readonly #leftMs: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ring: () => void = () => {};

  /** `leftMs` tells the milliseconds until the alarm is due, by now. */
  constructor(leftMs: () => number) {
    this.#leftMs = leftMs;
  }

  /** What `work` answers, or `undefined` when the alarm is due before; `work` goes on then. One wait at a time. */
  async within<T>(work: Promise<T>): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>();
    this.#ring = () => late.resolve(undefined);
    if (this.#timer === undefined) this.#set();
    return await Promise.race([work, late.promise]);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #set(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#leftMs() > 0) this.#set();
      else this.#ring();
    }, Math.max(this.#leftMs(), 1));
  }
}
