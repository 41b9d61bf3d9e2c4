import { chanceOf } from "../support/fault_random.ts";
import type { RequestMatch } from "../support/fault_requests.ts";
import type { FaultEngine } from "./engine.ts";
import type { ApiScenario } from "./scenario.ts";
import type { WorkloadName } from "./workloads.ts";

/** Writes but those that stand beside the fleet, as `isChange` has it. */
const CHANGES: RequestMatch = { writes: true, path: /^(?!.*\/(?:events|leases)(?:[/?]|$))/ };

const FOUR: readonly WorkloadName[] = ["create", "update", "rename", "delete"];

/** SIGKILL before and after every single write of the four workloads, as many as a run without faults makes. */
export async function crashPoints(engine: FaultEngine): Promise<ApiScenario[]> {
  const points: ApiScenario[] = [];
  const references = await Promise.all(FOUR.map((workload) => engine.reference(workload)));
  for (const [index, workload] of FOUR.entries()) {
    const { writes } = references[index] ?? { writes: 0 };
    for (let k = 1; k <= writes; k++) {
      points.push(pointAt(workload, k, "before"), pointAt(workload, k, "after"));
    }
  }
  return points;
}

function pointAt(workload: WorkloadName, k: number, when: "before" | "after"): ApiScenario {
  return {
    name: `SIGKILL ${when} write ${k} of ${workload}`,
    group: "crash",
    workload,
    at: "work",
    inject: [{ on: CHANGES, from: k, times: 1, do: { kind: "crash", when } }],
    mayMiss: true,
  };
}

/** Some crash points, placed by the engine's seed, and those that have a story of their own. */
export async function someCrashes(engine: FaultEngine): Promise<ApiScenario[]> {
  const chance = chanceOf(engine.seed);
  const all = await crashPoints(engine);
  const sample = FOUR.flatMap((workload) => {
    const points = all.filter((point) => point.workload === workload);
    const point = points[Math.floor(chance() * points.length)];
    return point === undefined ? [] : [{ ...point, chosen: true as const }];
  });
  return [...sample, ...CRASH_STORIES];
}

export const CRASH_STORIES: readonly ApiScenario[] = [
  {
    name: "a kill between a child's apply and its record, then the form is edited: no orphan survives",
    group: "crash",
    workload: "create",
    at: "work",
    inject: [{
      on: { verb: ["patch"], resource: ["configmaps"], name: /-app$/ },
      times: 1,
      do: { kind: "crash", when: "after" },
    }],
    whileDead: "rename",
    counts: "free",
    chosen: true,
  },
  ...(["create", "delete"] as const).map((workload): ApiScenario => ({
    name: `SIGTERM while ${workload} is under way: no write after the Lease is given back`,
    group: "crash",
    workload,
    at: "work",
    inject: [{
      on: { verb: ["patch", "delete"], resource: ["configmaps", "secrets"] },
      times: 1,
      do: { kind: "terminate" },
    }],
    flags: ["--leader-elect", "--leader-election-namespace=NAMESPACE"],
    expect: [{ kind: "silent after release" }],
    ...(workload === "create" ? { chosen: true as const } : {}),
  })),
];
