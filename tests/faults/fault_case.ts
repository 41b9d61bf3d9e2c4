import { FaultEngine } from "./engine.ts";
import { startPool } from "./pool.ts";
import type { ApiScenario } from "./scenario.ts";
import { bestStage, type FaultStage } from "./stage.ts";

/** Scenarios under way at once: a scenario mostly waits. */
const WIDTH = 3;

/** All scenarios run where FAULTS is "all"; otherwise those that are chosen for every run of the tests. */
export function isAsked({ chosen, name }: { readonly chosen?: true; readonly name: string }): boolean {
  const asked = Deno.env.get("FAULTS") ?? "";
  return asked === "all" || (asked === "" ? chosen === true : name.includes(asked));
}

/** One that is known to go through. */
const SEED = 1;

/** What FAULT_SEED repeats; else the same for every run of the tests, and a new one for `deno task faults` and `soak`. */
export function seedOf(): number {
  const isCampaign = (Deno.env.get("FAULTS") ?? "") !== "" || Deno.env.get("SOAK") !== undefined;
  const unless = isCampaign ? Math.floor(Math.random() * 2 ** 31) : SEED;
  return Number(Deno.env.get("FAULT_SEED") ?? unless);
}

export interface FaultTest {
  readonly scenarios: (
    engine: FaultEngine,
  ) => readonly ApiScenario[] | Promise<readonly ApiScenario[]>;
  /** The best that this machine has unless told. */
  readonly stage?: () => Promise<FaultStage>;
  /** Only by `deno task faults`. */
  readonly campaign?: true;
}

/** Registers a test with a step for each scenario; FAULT_SEED repeats a run whose seed was printed. */
export function faultTest(name: string, test: FaultTest): void {
  if (test.campaign === true && (Deno.env.get("FAULTS") ?? "") === "") return;
  const seed = seedOf();
  Deno.test(`${name} (FAULT_SEED=${seed})`, (t) => runAll(t, test, seed));
}

async function runAll(t: Deno.TestContext, test: FaultTest, seed: number): Promise<void> {
  const stage = await (test.stage ?? bestStage)();
  try {
    const engine = new FaultEngine(stage, seed);
    const asked = (await test.scenarios(engine)).filter(isAsked)
      .filter(({ needs }) => needs === undefined || needs === stage.kind);
    const running = startPool(asked, WIDTH, (scenario) => engine.run(scenario));
    for (const [index, scenario] of asked.entries()) {
      const apart = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
      await t.step({ name: scenario.name, ...apart, fn: () => running[index] });
    }
  } finally {
    await stage.stop();
  }
}
