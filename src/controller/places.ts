import type { Urgency } from "../kube/waiting_line.ts";
import type { Timers } from "./timers.ts";

export interface PlacesOptions {
  /** Reconciles at once. */
  readonly size: number;
  /** More than these for urgent keys only; none unless told. */
  readonly urgent?: number;
  readonly timers: Timers;
}

/** What one reconcile runs in. `leave` must be called when it ended. */
export interface Place {
  leave(): void;
}

/** A reconcile that takes longer waits for something slow: it lends its place to another. */
const OVERDUE_MS = 1000;
/** With those that are overdue, so many times the size run at most. */
const MOST_PARTS = 8;

/** The places that the reconciles of one or several controllers run in. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #waiting = new Set<() => void>();
  /** Without those that are overdue. */
  #busy = 0;
  #all = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** Whether a key of this urgency may be worked on now. */
  hasRoom(urgency: Urgency): boolean {
    const { size, urgent = 0 } = this.#options;
    const most = urgency === "urgent" ? size + urgent : size;
    return this.#busy < most && this.#all < (size + urgent) * MOST_PARTS;
  }

  /** Call only where there is room. */
  take(): Place {
    this.#busy++;
    this.#all++;
    let counts = true;
    let inside = true;
    const lend = () => {
      if (!counts) return;
      counts = false;
      this.#busy--;
    };
    const cancel = this.#options.timers.after(OVERDUE_MS, () => {
      lend();
      this.#tell();
    });
    return {
      leave: () => {
        if (!inside) return;
        inside = false;
        cancel();
        lend();
        this.#all--;
        this.#tell();
      },
    };
  }

  /** Calls back whenever a place may have come free; the answer ends that. */
  whenFree(callback: () => void): () => void {
    this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  /** Each time another one is the first to be told, so that none takes all that comes free. */
  #tell(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    for (const callback of [...this.#waiting]) callback();
    if (this.#waiting.delete(first)) this.#waiting.add(first);
  }
}
