import type { ControllerObserver } from "../controller/controller.ts";

/** Lets several controllers of one kind tell of themselves together: depths and busy workers add up. */
export class SummedObserver {
  readonly #to: ControllerObserver;
  readonly #depths = new Map<object, number>();
  readonly #busy = new Map<object, number>();

  constructor(to: ControllerObserver) {
    this.#to = to;
  }

  /** For one of them. */
  part(): ControllerObserver {
    const id = {};
    const to = this.#to;
    return {
      added: () => to.added(),
      waited: (seconds) => to.waited(seconds),
      retried: () => to.retried(),
      finished: (result, seconds) => to.finished(result, seconds),
      failed: (key, error, retryMs) => to.failed(key, error, retryMs),
      depth: (count) => to.depth(sumWith(this.#depths, id, count)),
      active: (workers) => to.active(sumWith(this.#busy, id, workers)),
    };
  }
}

function sumWith(counts: Map<object, number>, id: object, count: number): number {
  if (count === 0) counts.delete(id);
  else counts.set(id, count);
  return [...counts.values()].reduce((sum, each) => sum + each, 0);
}
