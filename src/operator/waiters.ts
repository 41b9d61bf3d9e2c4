/** Who waits for what: a name that appears, goes or changes wakes those that named it. */
export class Waiters {
  readonly #byName = new Map<string, Set<string>>();
  readonly #byWaiter = new Map<string, readonly string[]>();

  /** Replaces what this waiter waits for. */
  wait(waiter: string, names: readonly string[]): void {
    for (const name of this.#byWaiter.get(waiter) ?? []) {
      const waiters = this.#byName.get(name);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#byName.delete(name);
    }
    if (names.length === 0) this.#byWaiter.delete(waiter);
    else this.#byWaiter.set(waiter, names);
    for (const name of names) this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(waiter));
  }

  of(name: string): readonly string[] {
    return [...this.#byName.get(name) ?? []];
  }

  all(): readonly string[] {
    return [...this.#byWaiter.keys()];
  }
}
