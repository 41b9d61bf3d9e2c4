/** "bulk" is work that came in masses and gives way to what is urgent. */
export type Urgency = "urgent" | "bulk";

/** One who waits. `admit` is called when it is its turn. */
export interface Waiter<T> {
  readonly kind: string;
  readonly urgency: Urgency;
  readonly admit: (turn: T) => void;
  /** It was its turn before, but for the rate. */
  delayed: boolean;
}

/** After so many urgent ones in a row one of the bulk is let through, so that it never starves. */
const URGENT_IN_A_ROW = 8;

/**
 * Who waits, in a line for each kind and urgency. The urgent come first, kinds take turns, and within a line who came
 * first is first.
 */
export class WaitingLine<T> {
  readonly #lines: Readonly<Record<Urgency, Map<string, Set<Waiter<T>>>>> = {
    urgent: new Map(),
    bulk: new Map(),
  };
  #size = 0;
  #urgentInARow = 0;

  get size(): number {
    return this.#size;
  }

  add(of: Pick<Waiter<T>, "kind" | "urgency">, admit: (turn: T) => void): Waiter<T> {
    const waiter: Waiter<T> = { kind: of.kind, urgency: of.urgency, admit, delayed: false };
    const lines = this.#lines[of.urgency];
    const line = lines.get(of.kind) ?? new Set();
    lines.set(of.kind, line.add(waiter));
    this.#size++;
    return waiter;
  }

  /** Who is next, of the kinds that have room. */
  first(hasRoom: (kind: string) => boolean): Waiter<T> | undefined {
    const find = (urgency: Urgency) => firstOf(this.#lines[urgency], hasRoom);
    if (this.#urgentInARow >= URGENT_IN_A_ROW) return find("bulk") ?? find("urgent");
    return find("urgent") ?? find("bulk");
  }

  /** It was this one's turn: its kind comes last now. */
  take(waiter: Waiter<T>): void {
    this.remove(waiter);
    const lines = this.#lines[waiter.urgency];
    const line = lines.get(waiter.kind);
    if (line !== undefined) {
      lines.delete(waiter.kind);
      lines.set(waiter.kind, line);
    }
    this.#urgentInARow = waiter.urgency === "urgent" ? this.#urgentInARow + 1 : 0;
  }

  /** Whether it still waited. */
  remove(waiter: Waiter<T>): boolean {
    const lines = this.#lines[waiter.urgency];
    const line = lines.get(waiter.kind);
    if (line?.delete(waiter) !== true) return false;
    if (line.size === 0) lines.delete(waiter.kind);
    this.#size--;
    return true;
  }

  /** The kinds that somebody waits for. */
  kinds(): Set<string> {
    return new Set([...this.#lines.urgent.keys(), ...this.#lines.bulk.keys()]);
  }
}

function firstOf<T>(
  lines: ReadonlyMap<string, ReadonlySet<Waiter<T>>>,
  hasRoom: (kind: string) => boolean,
): Waiter<T> | undefined {
  for (const [kind, line] of lines) {
    if (!hasRoom(kind)) continue;
    const [first] = line;
    if (first !== undefined) return first;
  }
  return undefined;
}
