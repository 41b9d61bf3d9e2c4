import { dirname } from "node:path";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { startSandbox } from "../../src/sandbox/mod.ts";
import { clusterObjects } from "../support/cluster_objects.ts";
import { installKinds } from "../support/operator_lab.ts";
import { startOperatorProcess } from "../support/operator_process.ts";
import { RenderOracle } from "./expect_children.ts";
import { Fleet } from "./fleet.ts";
import { FormChecks } from "./form_checks.ts";
import { LogWatch } from "./log_watch.ts";
import { Pictures } from "./picture.ts";
import { CampaignFailure } from "./fleet_watch.ts";
import { type Figures, type Ground, noFigures, Round, STEPS_A_ROUND } from "./round.ts";
import { specSchema } from "./schema.ts";
import { Writes } from "./writes.ts";

export interface CampaignOptions {
  readonly seed: number;
  readonly steps: number;
  /** Only this round. */
  readonly only: number | undefined;
  /** Steps of each round that are left out. */
  readonly skipped: readonly number[];
  /** Fleets side by side. */
  readonly fleets: number;
  /** Failures after which it ends. */
  readonly mostFailures: number;
  /** Seconds that one thing may take. */
  readonly patience: number;
  readonly onRound?: (figures: Figures) => void;
  readonly onFailure?: (failure: string) => void;
}

export interface CampaignResult {
  readonly figures: Figures;
  readonly failures: readonly string[];
}

/** One operator process against the sandbox, and several fleets that go through rounds of steps side by side. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  await using stack = new AsyncDisposableStack();
  const writes = new Writes();
  const sandbox = await startSandbox({ workloadDelayMs: 5, onRequest: (request) => writes.see(request) });
  stack.defer(() => sandbox.stop());
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }), { userAgent: "campaign" });
  stack.defer(() => client.close());
  await installKinds(clusterObjects(client));
  const folder = await Deno.makeTempDir({ prefix: "lynq-campaign-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, sandbox.kubeconfig());
  const pictures = new Pictures(client);
  stack.defer(() => pictures.stop());
  await pictures.synced();
  const operator = await startOperatorProcess({
    kubeconfig,
    sourcePaths: [dirname(folder)],
    // A read of SQLite is mostly waiting for its thread.
    flags: [`--hub-concurrency=${options.fleets}`],
  });
  stack.defer(() => operator.kill());
  let ended = false;
  operator.ended.then(() => ended = true).catch(() => ended = true);
  const ground: Ground = {
    schemas: { hub: await specSchema("lynqhubs"), form: await specSchema("lynqforms") },
    operator: { hasEnded: () => ended },
    log: new LogWatch(operator.lines),
    writes,
    oracle: new RenderOracle(),
    checks: new FormChecks(),
    seed: options.seed,
    skipped: options.skipped,
    patienceMs: options.patience * 1000,
  };
  const result = await new Rounds(options, ground, (number) => Fleet.make({ client, pictures, number }))
    .run();
  return result;
}

/** Hands rounds to fleets until there are none left. */
class Rounds {
  readonly #options: CampaignOptions;
  readonly #ground: Ground;
  readonly #make: (number: number) => Promise<Fleet>;
  readonly #figures = noFigures();
  readonly #failures: string[] = [];
  #next = 0;
  #fleets = 0;

  constructor(options: CampaignOptions, ground: Ground, make: (number: number) => Promise<Fleet>) {
    this.#options = options;
    this.#ground = ground;
    this.#make = make;
  }

  async run(): Promise<CampaignResult> {
    const { fleets, only } = this.#options;
    await Promise.all(Array.from({ length: only === undefined ? fleets : 1 }, () => this.#walk()));
    return { figures: this.#figures, failures: this.#failures };
  }

  /** Rounds in one fleet; one that was left in a bad state is given up. */
  async #walk(): Promise<void> {
    while (this.#hasNext()) {
      const fleet = await this.#make(this.#fleets++);
      try {
        const expected = await Round.begin(this.#ground, fleet);
        while (this.#hasNext()) {
          const { number, steps } = this.#takeNext();
          await new Round(this.#ground, { fleet, number, figures: this.#figures }).run(expected, steps);
          this.#options.onRound?.(this.#figures);
        }
      } catch (error) {
        if (!(error instanceof CampaignFailure)) throw error;
        this.#failures.push(error.message);
        this.#options.onFailure?.(error.message);
        await fleet.giveUp();
      } finally {
        await fleet.end();
      }
    }
  }

  #hasNext(): boolean {
    const { steps, only, mostFailures } = this.#options;
    if (this.#failures.length >= mostFailures) return false;
    return only === undefined ? this.#next * STEPS_A_ROUND < steps : this.#next === 0;
  }

  #takeNext(): { number: number; steps: number } {
    const { only, steps } = this.#options;
    const number = only ?? this.#next;
    this.#next++;
    return {
      number,
      steps: only === undefined ? Math.min(STEPS_A_ROUND, steps - number * STEPS_A_ROUND) : STEPS_A_ROUND,
    };
  }
}
