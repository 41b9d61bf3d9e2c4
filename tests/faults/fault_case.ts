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

/** The seed that FAULT_SEED repeats, or a new one. */
export function seedOf(): number {
  return Number(Deno.env.get("FAULT_SEED") ?? Math.floor(Math.random() * 2 ** 31));
}

/** Registers a test with a step for each scenario; FAULT_SEED repeats a run whose seed was printed. */
export function faultTest(
  name: string,
  scenarios: (engine: FaultEngine) => readonly ApiScenario[] | Promise<readonly ApiScenario[]>,
  stageOf: () => Promise<FaultStage> = bestStage,
): void {
  const seed = seedOf();
  Deno.test(`${name} (FAULT_SEED=${seed})`, async (t) => {
    const stage = await stageOf();
    try {
      const engine = new FaultEngine(stage, seed);
      const asked = (await scenarios(engine)).filter(isAsked)
        .filter(({ needs }) => needs === undefined || needs === stage.kind);
      const running = startPool(asked, WIDTH, (scenario) => engine.run(scenario));
      for (const [index, scenario] of asked.entries()) {
        await t.step({
          name: scenario.name,
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
          fn: () => running[index],
        });
      }
    } finally {
      await stage.stop();
    }
  });
}
