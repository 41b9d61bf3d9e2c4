import { sqliteFile } from "../support/databases.ts";
import { startFaultProxy } from "../support/fault_proxy.ts";
import { chanceOf } from "../support/fault_random.ts";
import type { ApiScenario } from "./scenario.ts";
import { type Reference, ScenarioRun } from "./scenario_run.ts";
import type { FaultStage } from "./stage.ts";
import { ROWS_SQL, type WorkloadName } from "./workloads.ts";

/** Runs scenarios on one API server; runs without faults are made once for each workload. */
export class FaultEngine {
  readonly stage: FaultStage;
  readonly seed: number;
  readonly #references = new Map<WorkloadName, Promise<Reference>>();

  constructor(stage: FaultStage, seed: number) {
    this.stage = stage;
    this.seed = seed;
  }

  /** The run without faults. */
  reference(workload: WorkloadName): Promise<Reference> {
    const known = this.#references.get(workload);
    if (known !== undefined) return known;
    const made = this.#run(undefined, (run) => run.reference(workload));
    this.#references.set(workload, made);
    return made;
  }

  async run(scenario: ApiScenario): Promise<void> {
    const end = await this.reference(scenario.whileDead ?? scenario.workload);
    const base = await this.reference("create");
    await this.#run(scenario, (run) => run.scenario(scenario, { base, end }));
  }

  async #run<T>(scenario: ApiScenario | undefined, use: (run: ScenarioRun) => Promise<T>): Promise<T> {
    await using file = await sqliteFile(ROWS_SQL);
    const folder = await Deno.makeTempDir({ prefix: "lynq-fault-" });
    const namespace = `fault-${crypto.randomUUID().slice(0, 8)}`;
    const proxy = await startFaultProxy({
      server: this.stage.server,
      namespace,
      folder,
      chance: chanceOf(this.seed),
      pageLimit: scenario?.pageLimit,
    });
    const run = new ScenarioRun({ stage: this.stage, proxy, file, namespace, flags: scenario?.flags ?? [] });
    try {
      await this.stage.objects.apply(
        JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
      );
      return await use(run);
    } catch (error) {
      const log = run.lastLines();
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`, { cause: error });
    } finally {
      await run.end();
      await proxy.stop();
      await Deno.remove(folder, { recursive: true });
    }
  }
}
