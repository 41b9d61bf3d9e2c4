import { chanceOf } from "../support/fault_random.ts";
import type { RenderOracle } from "./expect_children.ts";
import { fleetGaps, unreadyGaps } from "./expect_fleet.ts";
import type { Answer, Fleet } from "./fleet.ts";
import { CampaignFailure, FleetWatch, type Watched } from "./fleet_watch.ts";
import type { FormChecks } from "./form_checks.ts";
import { happens } from "./pools.ts";
import type { Schema } from "./schema.ts";
import { type SeedState, seedState } from "./seed_state.ts";
import { type Asked, describe, nextStep, type Step } from "./steps.ts";
import { validateGap } from "./validate_gap.ts";
import { goBack } from "./way_back.ts";

/** What all rounds share. */
export interface Ground extends Watched {
  readonly schemas: { readonly hub: Schema; readonly form: Schema };
  readonly oracle: RenderOracle;
  readonly checks: FormChecks;
  readonly seed: number;
  /** Steps of a round that are left out, to find out which ones a failure needs. */
  readonly skipped: readonly number[];
}

export interface Figures {
  tried: number;
  accepted: number;
  refused: number;
  /** Times that hub, forms, nodes and children were compared with what specs and rows ask for. */
  compared: number;
  /** Times that the seed's cluster was there again. */
  rounds: number;
}

/** Changes of a fleet's objects after one step: a small multiple of all its objects. */
const MOST_CHANGES = 400;
export const STEPS_A_ROUND = 10;
/** How often what is accepted is checked by `lynq validate` too, which costs more than the rest of a step. */
const VALIDATED = 0.25;

/** Some steps from the seed's fleet on, and back to it. Number and seed decide every step. */
export class Round {
  readonly #ground: Ground;
  readonly #fleet: Fleet;
  readonly #watch: FleetWatch;
  readonly #number: number;
  readonly #figures: Figures;
  readonly #told: string[] = [];
  readonly #leaving = new Set<string>();
  #asked: Asked;

  constructor(ground: Ground, of: { fleet: Fleet; number: number; figures: Figures }) {
    this.#ground = ground;
    this.#fleet = of.fleet;
    this.#watch = new FleetWatch(ground, of.fleet);
    this.#number = of.number;
    this.#figures = of.figures;
    this.#asked = askedOf(of.fleet);
  }

  /** Makes the seed's fleet; what its end is. */
  static async begin(ground: Ground, fleet: Fleet): Promise<SeedState> {
    const round = new Round(ground, { fleet, number: -1, figures: noFigures() });
    await round.#reported(async () => {
      for (const object of [fleet.seed.hub, ...fleet.seed.forms]) {
        const answer = await fleet.create(object);
        if (answer.kind === "refused") throw new CampaignFailure(answer.message);
      }
      await round.#settles();
      await round.#watch.until("the seed's fleet", () => Promise.resolve(unreadyGaps(fleet.picture())));
      await round.#watch.isQuiet("requests");
    });
    return seedState(fleet.picture(), fleet.place);
  }

  async run(expected: SeedState, steps: number): Promise<void> {
    const { log, seed, skipped } = this.#ground;
    await this.#reported(async () => {
      for (let step = 0; step < steps; step++) {
        if (!skipped.includes(step)) await this.#step(step);
      }
      if (happens(chanceOf(seed + this.#number), 0.5)) await this.#watch.isQuiet("changes");
      this.#told.push("back to the seed");
      const from = log.length;
      await goBack(this.#fleet, this.#watch, expected);
      this.#watch.tellsNoLoop(from);
      this.#figures.rounds++;
    });
  }

  async #reported(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CampaignFailure)) throw error;
      throw new CampaignFailure(`${error.message}\n${this.#report()}`, { cause: error });
    }
  }

  async #step(number: number): Promise<void> {
    const { seed, schemas, log } = this.#ground;
    const chance = chanceOf(seed * 7919 + this.#number * 104_729 + number * 31);
    const { place, seed: specs } = this.#fleet;
    const step = nextStep(chance, { asked: this.#asked, seed: specs, place, schemas });
    const approves = happens(chance, 0.4);
    const [from, changes] = [log.length, this.#fleet.changes()];
    const answer = await this.#take(step);
    const said = answer.kind === "refused" ? `${answer.status} ${answer.message.slice(0, 200)}` : "accepted";
    this.#told.push(`${number}: ${describe(step)} -> ${said}`);
    this.#figures.tried++;
    this.#figures[answer.kind]++;
    const validates = answer.kind === "refused" || happens(chance, VALIDATED);
    const gap = step.kind === "put" && validates ? validateGap(step.object, answer) : undefined;
    if (gap !== undefined) throw new CampaignFailure(gap);
    if (answer.kind === "accepted") this.#remember(step);
    await this.#settles();
    if (approves && await this.#fleet.approve()) await this.#settles();
    this.#watch.tellsNoLoop(from);
    const done = this.#fleet.changes() - changes;
    if (done > MOST_CHANGES) throw new CampaignFailure(`${done} changes after one step`);
  }

  async #take(step: Step): Promise<Answer> {
    switch (step.kind) {
      case "put":
        return await this.#fleet.put(step.object);
      case "create":
        return await this.#fleet.create(step.object);
      case "delete":
        return await this.#fleet.remove(step.object);
      case "rows":
        this.#fleet.exec(step.sql);
        return { kind: "accepted" };
    }
  }

  #remember(step: Step): void {
    if (step.kind === "rows") return;
    const { object } = step;
    const name = object.metadata.name ?? "";
    const { hub, forms } = this.#asked;
    const now = step.kind === "delete" ? undefined : object;
    if (step.kind === "delete") this.#leaving.add(name);
    if (step.kind === "create") this.#leaving.delete(name);
    if (object.kind === "LynqHub") this.#asked = { hub: now, forms };
    else {
      const others = [...forms].filter(([key]) => key !== name);
      this.#asked = { hub, forms: new Map(now === undefined ? others : [...others, [name, now]]) };
    }
  }

  /** Waits until nothing is left to be done that specs and rows ask for. */
  async #settles(): Promise<void> {
    const fleet = this.#fleet;
    const { oracle, checks } = this.#ground;
    await this.#watch.until("the step to be followed", async () => {
      const picture = fleet.picture();
      const rows = picture.hub === undefined ? [] : fleet.rows(picture.hub);
      const missing = fleetGaps({ picture, rows, leaving: [...this.#leaving], checks });
      if (missing.length > 0) return missing;
      const { gaps, refused } = oracle.gaps(picture);
      if (gaps.length > 0) return gaps;
      for (const { node, document, type, message } of refused) {
        if (!await fleet.takes(document.object, type)) continue;
        return [`node ${node}, ${document.id}: the API server takes what is told to be refused: ${message}`];
      }
      return [];
    });
    this.#figures.compared++;
  }

  #report(): string {
    const { seed, log } = this.#ground;
    const { namespace } = this.#fleet.place;
    const own = this.#fleet.picture().objects.filter(({ kind }) => kind?.startsWith("Lynq"));
    return [
      `repeat it with CAMPAIGN_SEED=${seed} CAMPAIGN_ONLY=${this.#number}, leave steps out with CAMPAIGN_SKIP=1,2`,
      ...this.#told,
      ...own.map((object) =>
        JSON.stringify({ ...object, metadata: { ...object.metadata, managedFields: undefined } })
      ),
      ...log.last(namespace),
    ].join("\n");
  }
}

export function noFigures(): Figures {
  return { tried: 0, accepted: 0, refused: 0, compared: 0, rounds: 0 };
}

function askedOf({ seed: { hub, forms } }: Fleet): Asked {
  return { hub, forms: new Map(forms.map((form) => [form.metadata.name ?? "", form])) };
}
