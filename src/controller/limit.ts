/** At most `size` tasks at once; the rest wait in the order they came. */
export class Limit {
  readonly #waiting: (() => void)[] = [];
  readonly #size: number;
  #free: number;

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  /** A limit of its own for one of several users: a part of this one's size, held up by none of the others. */
  part(divisor: number): Limit {
    return new Limit(Math.max(1, Math.floor(this.#size / divisor)));
  }

  /** As many once more, for a user who is not to wait for what others have in masses. */
  apart(): Limit {
    return this.part(1);
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** Runs a task for each item, at most `size` at once, and gives the results in the items' order. */
  all<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
    return whole(items.map((item) => this.run(() => task(item))));
  }
}

/** As Promise.all, but a failure is thrown only when the others have ended too: none of them goes on unseen. */
export async function whole<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
