import type { FaultProxy } from "../support/fault_proxy.ts";
import { type Chance, wholeNumber } from "../support/fault_random.ts";
import type { ApiFault } from "../support/fault_rules.ts";
import type { TcpFault } from "../support/fault_tcp.ts";
import { type Fleet, FORMS, SEEDS } from "./fleet.ts";

/** Rows that a table has. */
const ROWS = { least: 3, most: 20 };
const STEP_MS = { least: 20, most: 200 };
const FAULT_MS = { least: 300, most: 2000 };

/** In which a form's edit is seen by its hub. */
const FORM_MS = 1000;

const API_FAULTS: readonly ApiFault[] = [
  { on: { writes: true }, do: { kind: "answer", status: 500, reason: "InternalError" } },
  { on: { writes: true }, do: { kind: "answer", status: 409, reason: "Conflict" }, times: 3 },
  { on: {}, do: { kind: "answer", status: 429, reason: "TooManyRequests", retryAfter: 1 } },
  { on: {}, do: { kind: "drop" } },
  { on: { writes: true }, do: { kind: "lose" }, eachOnce: true },
  { on: { verb: ["watch"] }, do: { kind: "answer", status: 410, reason: "Expired" } },
  { on: { verb: ["get", "list", "watch"] }, do: { kind: "chop", most: 7 } },
];

const STRIKES = ["expire", "cut", "drop"] as const;

const TCP_FAULTS: readonly TcpFault[] = [
  { kind: "refuse" },
  { kind: "hang" },
  { kind: "resetAfter", bytes: 300 },
  { kind: "hangAfter", bytes: 300 },
];

const MEDDLING = ["delete", "edit", "unlabel"] as const;

/** What may happen to a fleet, by name. */
type Step = () => Promise<void>;

/** Rows, forms, objects and faults that come and go, as a seed places them. */
export class Churn {
  readonly #fleets: readonly Fleet[];
  readonly #proxy: FaultProxy;
  readonly #chance: Chance;
  #made = 0;
  /** How often what was done, by name. */
  readonly done = new Map<string, number>();

  constructor(fleets: readonly Fleet[], { proxy, chance }: { proxy: FaultProxy; chance: Chance }) {
    this.#fleets = fleets;
    this.#proxy = proxy;
    this.#chance = chance;
  }

  /** Goes on until then, in milliseconds since the epoch. */
  async until(end: number): Promise<void> {
    while (Date.now() < end) {
      await this.#step();
      await elapsed(wholeNumber(this.#chance, STEP_MS.least, STEP_MS.most));
    }
  }

  /** Everything that can happen, once: so what is counted by kind of event is there from the beginning. */
  async each(): Promise<void> {
    for (const fleet of this.#fleets) {
      for (const form of FORMS) {
        await fleet.edit(form);
        await elapsed(FORM_MS);
      }
      for (const how of MEDDLING) await fleet.meddle(this.#pick(SEEDS), how);
      for (const fault of TCP_FAULTS) await this.#breakDatabase(fleet, fault);
    }
    for (const fault of API_FAULTS) {
      const [first] = this.#fleets;
      await first?.update(this.#pick(SEEDS), crypto.randomUUID());
      await this.#breakApi(fault);
    }
    for (const strike of STRIKES) this.#proxy.watches.strike({}, strike);
  }

  /** Nothing is broken any more, rows and forms are those of the seed state. */
  async back(): Promise<void> {
    this.#proxy.rules.heal();
    for (const fleet of this.#fleets) {
      fleet.proxy?.behave({ kind: "pass" });
      await fleet.edit("first");
      await fleet.seedRows();
    }
  }

  async #step(): Promise<void> {
    const fleet = this.#pick(this.#fleets);
    const row = this.#pick(fleet.rows);
    const steps: readonly (readonly [weight: number, name: string, step: Step])[] = [
      [6, "insert", () => this.#insert(fleet)],
      [6, "update", () => fleet.update(row, crypto.randomUUID())],
      [6, "delete", () => this.#remove(fleet, row)],
      [3, "edit of an object", () => fleet.meddle(row, this.#pick(MEDDLING))],
      [2, "edit of a form", () => fleet.edit(this.#pick(FORMS))],
      [1, "fault of the API server", () => this.#breakApi(this.#pick(API_FAULTS))],
      [1, "fault of watches", () => this.#strike()],
      [1, "fault of a database", () => this.#breakDatabase(fleet, this.#pick(TCP_FAULTS))],
    ];
    let left = this.#chance() * steps.reduce((sum, [weight]) => sum + weight, 0);
    const [, name, step] = steps.find(([weight]) => (left -= weight) < 0) ?? steps[0] ?? NOTHING;
    await step();
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }

  async #insert(fleet: Fleet): Promise<void> {
    if (fleet.rows.length < ROWS.most) return await fleet.insert(`row${++this.#made}-${fleet.rows.length}`);
    await fleet.remove(this.#pick(fleet.rows));
  }

  async #remove(fleet: Fleet, row: string): Promise<void> {
    if (fleet.rows.length > ROWS.least) await fleet.remove(row);
  }

  async #breakApi(fault: ApiFault): Promise<void> {
    this.#proxy.rules.arm([fault]);
    await elapsed(wholeNumber(this.#chance, FAULT_MS.least, FAULT_MS.most));
    this.#proxy.rules.heal();
  }

  #strike(): Promise<void> {
    this.#proxy.watches.strike({}, this.#pick(STRIKES));
    return Promise.resolve();
  }

  async #breakDatabase({ proxy }: Fleet, fault: TcpFault): Promise<void> {
    proxy?.behave(fault);
    await elapsed(wholeNumber(this.#chance, FAULT_MS.least, FAULT_MS.most));
    proxy?.behave({ kind: "pass" });
  }

  #pick<T>(from: readonly T[]): T {
    const found = from[Math.floor(this.#chance() * from.length)] ?? from[0];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }
}

const NOTHING = [1, "nothing", () => Promise.resolve()] as const;

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
