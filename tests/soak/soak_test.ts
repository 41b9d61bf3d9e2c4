import assert from "node:assert/strict";
import { seedOf } from "../faults/fault_case.ts";
import { bestStage } from "../faults/stage.ts";
import { type FaultSource, whyNoDatabase } from "../support/fault_databases.ts";
import { soak } from "./soak_run.ts";

const SOURCES: readonly FaultSource[] = ["mysql", "postgres", "sqlite"];

/** Two minutes with every run of the tests, an hour by `deno task soak`. */
const minutes = Number(Deno.env.get("SOAK_MINUTES") ?? (Deno.env.get("SOAK") === undefined ? "2" : "60"));
const seed = seedOf();

Deno.test({
  name: `${minutes} minutes of churn and faults leave nothing behind (FAULT_SEED=${seed})`,
  ignore: Deno.build.os !== "linux",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const missing = SOURCES.map((source) => [source, whyNoDatabase(source)] as const)
      .filter(([, why]) => why !== undefined);
    for (const [source, why] of missing) console.log(`without ${source}: ${why}`);
    const sources = SOURCES.filter((source) => whyNoDatabase(source) === undefined);
    const stage = await bestStage();
    try {
      const { done, requests, kept } = await soak({
        stage,
        sources,
        seed,
        minutes,
        say: (line) => console.log(line),
      });
      const counts = [...done].map(([name, count]) => `${name} ${count}`).join(", ");
      console.log(`on ${stage.kind}, ${sources.join(", ")}: ${counts}; ${requests} requests`);
      assert.deepEqual(kept, [], "what was kept");
    } finally {
      await stage.stop();
    }
  },
});
