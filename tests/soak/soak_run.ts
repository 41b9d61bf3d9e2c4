import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { isChange } from "../faults/counts.ts";
import { differences, type FleetState, fleetState } from "../faults/end_state.ts";
import type { FaultStage } from "../faults/stage.ts";
import { dropAll } from "../support/clear_stage.ts";
import { until } from "../support/cluster_objects.ts";
import { freePort } from "../support/databases_process.ts";
import { type FaultDatabase, type FaultSource, startFaultDatabase } from "../support/fault_databases.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault_proxy.ts";
import { chanceOf } from "../support/fault_random.ts";
import { type OperatorProcess, startOperatorProcess } from "../support/operator_process.ts";
import { Churn } from "./churn.ts";
import { Fleet } from "./fleet.ts";
import { type Gauges, keptSince, type Margin, readGauges } from "./gauges.ts";

export interface SoakOptions {
  readonly stage: FaultStage;
  readonly sources: readonly FaultSource[];
  readonly seed: number;
  readonly minutes: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly before: Gauges;
  readonly after: Gauges;
  /** What was done how often. */
  readonly done: ReadonlyMap<string, number>;
  /** Requests that the operator made of the API server. */
  readonly requests: number;
  /** What did not come back to where it was. */
  readonly kept: readonly string[];
}

/** Reads of the rows that must pass without a write: the hubs read every second. */
const QUIET_MS = 3500;
const PATIENCE_SECONDS = 300;
/** Before the first measure: what is read and compiled once has been. */
const WARM_MS = 20_000;
/**
 * Heap: the events and repairs of the last ten minutes are held, half a megabyte of this churn, and no look meets the same
 * reads and watches under way. Code: of the 8 MB at first a fifth more was seen in twenty minutes, a fifth of that in the
 * second ten; a function that is made for each row would bring more within the hour.
 */
const MARGIN: Margin = { heap: 1_500_000, code: 4_000_000, resident: 80_000_000, threads: 8 };

/** The operator's command, with a full collection wherever V8 would do with a part of one. */
const PROGRAM = config.tasks.operator.command.split(" ").slice(2)
  .map((flag) => flag.startsWith("--v8-flags=") ? `${flag},--gc-global` : flag);

/** Churns the hubs of one operator, and compares what it holds before and after. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const run = await SoakRun.start(options);
  try {
    return await run.measure();
  } finally {
    await run.stop();
  }
}

interface Parts {
  readonly options: SoakOptions;
  readonly proxy: FaultProxy;
  readonly namespace: string;
  readonly folder: string;
  readonly databases: readonly FaultDatabase[];
}

class SoakRun {
  readonly #of: Parts;
  readonly #fleets: readonly Fleet[];
  readonly #churn: Churn;
  readonly #metricsPort = freePort();
  #operator: OperatorProcess | undefined;

  constructor(of: Parts) {
    const { databases, namespace, proxy, options: { stage, seed } } = of;
    this.#of = of;
    this.#fleets = databases.map((database) => new Fleet({ database, objects: stage.objects, namespace }));
    this.#churn = new Churn(this.#fleets, { proxy, chance: chanceOf(seed) });
  }

  static async start(options: SoakOptions): Promise<SoakRun> {
    const namespace = `soak-${crypto.randomUUID().slice(0, 8)}`;
    const folder = await Deno.makeTempDir({ prefix: "lynq-soak-" });
    const { server } = options.stage;
    const proxy = await startFaultProxy({ server, namespace, folder, chance: chanceOf(options.seed) });
    const databases = await Promise.all(options.sources.map(startFaultDatabase));
    return new SoakRun({ options, proxy, namespace, folder, databases });
  }

  async measure(): Promise<SoakReport> {
    const { options: { minutes, say }, proxy } = this.#of;
    const seedState = await this.#build();
    say("everything once, and a little more");
    await this.#churn.each();
    await this.#churn.until(Date.now() + WARM_MS);
    await this.#settles(seedState);
    const before = await this.#gauges();
    say(describe("before", before));
    this.#churn.done.clear();
    await this.#churn.until(Date.now() + minutes * 60_000);
    await this.#settles(seedState);
    const after = await this.#returned(before);
    say(describe("after", after));
    const kept = keptSince(before, after, MARGIN);
    return { before, after, done: this.#churn.done, requests: proxy.seen.length, kept };
  }

  async stop(): Promise<void> {
    await this.#operator?.kill();
    const { options: { stage: { objects } }, namespace, proxy, folder } = this.#of;
    await dropAll(objects, namespace);
    await objects.remove({ apiVersion: "v1", kind: "Namespace", name: namespace }).catch(() => undefined);
    await proxy.stop();
    for (const fleet of this.#fleets) await fleet.stop();
    await Deno.remove(folder, { recursive: true });
  }

  /** The seed state, once the operator has made it. */
  async #build(): Promise<FleetState> {
    const { options: { stage: { objects } }, namespace, proxy, databases } = this.#of;
    await objects.apply(
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
    );
    for (const fleet of this.#fleets) await fleet.build();
    this.#operator = await startOperatorProcess({
      kubeconfig: proxy.kubeconfig,
      sourceHosts: this.#fleets.flatMap((fleet) =>
        fleet.proxy === undefined ? [] : [`127.0.0.1:${fleet.proxy.port}`]
      ),
      sourcePaths: databases.filter(({ server }) => server === undefined)
        .map(({ fileOf }) => fileOf("").replace(/[^/]*$/, "")),
      flags: [`--metrics-bind-address=127.0.0.1:${this.#metricsPort}`, "--metrics-secure=false"],
      startedBy: "connecting",
      program: PROGRAM,
    });
    const expected = this.#fleets.flatMap((fleet) => fleet.rows).length * 3;
    return await until("the objects of the seed state", async () => {
      const state = await this.#state();
      return state.size === expected ? state : undefined;
    });
  }

  /** Objects of rows, by what they hold. */
  async #state(): Promise<FleetState> {
    const { options: { stage }, namespace, folder } = this.#of;
    const all = await fleetState(stage.objects, { namespace, folder: join(folder, "none") });
    const seeds = new Set(this.#fleets.map(({ name }) => `Secret/${name}`));
    const ofRows = [...all].filter(([key]) => /^(?:ConfigMap|Secret)\//.test(key) && !seeds.has(key));
    return new Map(ofRows.map(([key, text]) => [key, JSON.stringify(JSON.parse(text).data)]));
  }

  /** Back to the seed state, and then nothing is written while the rows are read three times. */
  async #settles(seedState: FleetState): Promise<void> {
    await this.#churn.back();
    let left: string[] = [];
    await until("the seed state", async () => {
      left = differences(seedState, await this.#state());
      return left.length === 0;
    }, PATIENCE_SECONDS).catch((error) => {
      throw new Error(`${error.message}:\n${left.join("\n")}\n${this.#lastLines()}`);
    });
    const { seen } = this.#of.proxy;
    let written = -1;
    await until("silence", async () => {
      const before = written;
      written = seen.filter(isChange).length;
      if (before === written) return true;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      return false;
    }, PATIENCE_SECONDS);
  }

  async #gauges(): Promise<Gauges> {
    const { pid } = this.#running();
    return await readGauges({ pid, metricsPort: this.#metricsPort });
  }

  /** What was kept for a while only is let go of by then; the last look where something stays. */
  async #returned(before: Gauges): Promise<Gauges> {
    let last = await this.#gauges();
    await until("what was kept for a while to be let go of", async () => {
      last = await this.#gauges();
      return keptSince(before, last, MARGIN).length === 0;
    }, PATIENCE_SECONDS).catch(() => undefined);
    return last;
  }

  #running(): OperatorProcess {
    if (this.#operator === undefined) throw new Error("the operator is not running");
    return this.#operator;
  }

  #lastLines(): string {
    return this.#running().lines.slice(-20).join("\n");
  }
}

/** One line of figures. */
export function describe(
  when: string,
  { heap, code, resident, threads, descriptors, series, openEnded }: Gauges,
): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  const kinds = Object.entries(descriptors).toSorted().map(([kind, count]) => `${kind} ${count}`).join(", ");
  return `${when}: heap ${megabytes(heap)} and ${megabytes(code)} of code, resident ${
    megabytes(resident)
  }, threads ${threads}, ${kinds}, ` +
    `series of objects ${series.length}, others ${openEnded.length}`;
}
