import type { Budget } from "./function.ts";

/** What one render may use. */
export interface Limits {
  /** Nodes walked, functions called, items looped over. */
  readonly steps: number;
  /** Bytes that functions build on the way, printed or not. */
  readonly bytes: number;
  /** Bytes printed: more than an API server takes for a whole object. */
  readonly output: number;
  /** Templates inside templates. */
  readonly depth: number;
  /** Wall clock, checked between steps. */
  readonly milliseconds: number;
}

export const defaultLimits: Limits = {
  steps: 1_000_000,
  bytes: 64 * 1024 * 1024,
  output: 1024 * 1024,
  depth: 1_000,
  milliseconds: 5_000,
};

/** A limit was reached. The evaluator turns it into a TemplateError at the node that it reached. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}

/** How many steps pass between two looks at the clock. */
const clockInterval = 4096;

/** Counts what a render uses. */
export class Meter implements Budget {
  #steps = 0;
  #bytes = 0;
  #nextLook = clockInterval;
  readonly #deadline: number;

  constructor(readonly limits: Limits, readonly milliseconds: () => number) {
    this.#deadline = milliseconds() + limits.milliseconds;
  }

  steps(count: number): void {
    this.#steps += count;
    if (this.#steps > this.limits.steps) {
      throw new BudgetError(`the template takes more than ${this.limits.steps} steps`);
    }
    if (this.#steps < this.#nextLook) return;
    this.#nextLook = this.#steps + clockInterval;
    if (this.milliseconds() > this.#deadline) {
      throw new BudgetError(`the template takes longer than ${this.limits.milliseconds} ms`);
    }
  }

  bytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.limits.bytes) {
      throw new BudgetError(`the template builds more than ${this.limits.bytes} bytes`);
    }
  }
}
