/**
 * Reads of hubs whose last read failed. They take all places of the hub controller but one, so that databases that hang
 * keep no hub waiting whose database answers.
 */
export class SickReads {
  readonly #most: number;
  readonly #under = new Set<string>();

  /** `places`: how many hubs are reconciled at once. */
  constructor(places: number) {
    this.#most = Math.max(1, places - 1);
  }

  /** Whether the hub may read now: then it has a place until `end`. */
  begin(key: string): boolean {
    if (this.#under.size >= this.#most) return false;
    this.#under.add(key);
    return true;
  }

  end(key: string): void {
    this.#under.delete(key);
  }
}
