import type { Fleet } from "./fleet.ts";
import type { LogWatch } from "./log_watch.ts";
import type { Writes } from "./writes.ts";

/** A step after which the fleet is not what it has to be. */
export class CampaignFailure extends Error {
  override readonly name = "CampaignFailure";
}

/** What all fleets share. */
export interface Watched {
  readonly operator: { hasEnded(): boolean };
  readonly log: LogWatch;
  readonly writes: Writes;
  /** So long may one thing take on a machine that does a lot besides. */
  readonly patienceMs: number;
}

/** More than two reads of the rows: each takes a second, with half of one before the next. */
const QUIET_MS = 3_300;
/** What changes without an object: the end of a pause, or what a database says. */
const LOOK_MS = 500;

/** Waits for one fleet, with an eye on the operator's health. */
export class FleetWatch {
  readonly #of: Watched;
  readonly #fleet: Fleet;

  constructor(of: Watched, fleet: Fleet) {
    this.#of = of;
    this.#fleet = fleet;
  }

  /** Looks whenever an object changed until nothing is missing; fails with what is. */
  async until(what: string, look: () => Promise<readonly string[]>): Promise<void> {
    const end = Date.now() + this.#of.patienceMs;
    let missing: readonly string[] = [];
    for (let [seen, lookedAt] = [-1, 0];;) {
      if (seen !== this.#fleet.changes() || Date.now() - lookedAt > LOOK_MS) {
        [seen, lookedAt] = [this.#fleet.changes(), Date.now()];
        missing = await look();
      }
      this.#isWell();
      if (missing.length === 0) return;
      if (Date.now() > end) {
        throw new CampaignFailure(`waited for ${what}:\n${missing.slice(0, 20).join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Nothing changes over two reads of the rows, or nothing is even asked for. */
  async isQuiet(by: "changes" | "requests"): Promise<void> {
    const { writes, patienceMs } = this.#of;
    const { namespace } = this.#fleet.place;
    const end = Date.now() + patienceMs;
    for (let last = -1; Date.now() < end;) {
      const now = by === "changes" ? this.#fleet.changes() : writes.of(namespace).count;
      if (now === last) return;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
    throw new CampaignFailure(`it goes on writing:\n${writes.of(namespace).last.join("\n")}`);
  }

  /** Throws for errors that come again and again in the log from this line on. */
  tellsNoLoop(from: number): void {
    const loops = this.#of.log.loops(this.#fleet.place.namespace, from);
    if (loops.length > 0) throw new CampaignFailure(`the log repeats itself:\n${loops.join("\n")}`);
  }

  #isWell(): void {
    const { operator, log } = this.#of;
    const strange = log.strange();
    if (strange.length > 0) {
      throw new CampaignFailure(`the operator wrote what is no log:\n${strange.join("\n")}`);
    }
    if (operator.hasEnded()) throw new CampaignFailure("the operator has ended");
  }
}
