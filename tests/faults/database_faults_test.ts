import { whyNoDatabase } from "../support/fault_databases.ts";
import { DatabaseRun } from "./database_run.ts";
import { DATABASE_SCENARIOS } from "./database_scenarios.ts";
import { isAsked, seedOf } from "./fault_case.ts";
import { bestStage } from "./stage.ts";

const seed = seedOf();
const sources = (["mysql", "postgres", "sqlite"] as const).filter((type) =>
  whyNoDatabase(type) === undefined
);
const scenarios = DATABASE_SCENARIOS.filter(isAsked);

Deno.test(`a hub bears what its database may do, and the others go on (FAULT_SEED=${seed}, ${sources.join(", ")})`, async (t) => {
  const stage = await bestStage();
  const run = await DatabaseRun.start({ stage, seed, sources, scenarios });
  const step = async (name: string, fn: () => Promise<void>) => {
    await t.step({ name, sanitizeOps: false, sanitizeResources: false, fn });
  };
  try {
    await run.build();
    await run.strike();
    await step("hubs without a fault go on", () => run.othersGoOn());
    for (const each of run.cases) await step(each.name, () => run.bears(each));
    await step("nothing is deleted meanwhile, and memory is bounded", () => run.lasts());
    await run.mend();
    for (const each of run.cases) await step(`mended: ${each.name}`, () => each.changed());
    await step("it ends as without faults", () => run.endsWell());
  } finally {
    await run.stop();
    await stage.stop();
  }
});
