import { join } from "node:path";
import { until } from "../support/cluster_objects.ts";
import { startOperatorProcess } from "../support/operator_process.ts";
import { type Fleet, RESOURCES, tableOf } from "./fleet.ts";
import { coldStart, removeFleet, watchReadyNodes } from "./fleet_phases.ts";
import { type CpuProfile, hotSpots, hotSpotTable } from "./hot_spots.ts";
import { CPU_PROFILE, MEMORY } from "./profile_files.ts";
import { startStage } from "./stage.ts";

export interface ProfileRun {
  readonly rows: number;
  readonly syncInterval: string;
  /** Where the profile is kept. */
  readonly folder: string;
}

const SPOTS = 25;
const MODULE = new URL("./profiled_operator.ts", import.meta.url).pathname;

/** The initial convergence of one fleet under the profiler: the functions that took most, and the heap after it. */
export async function profileFleet({ rows, syncInterval, folder }: ProfileRun): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const [profile, memory] = [CPU_PROFILE, MEMORY].map((name) => join(folder, name));
  if (profile === undefined || memory === undefined) return "";
  await Deno.remove(memory).catch(() => undefined);
  const stage = await startStage();
  try {
    const fleet: Fleet = { namespace: "profile", rows };
    await stage.makeNamespace(fleet.namespace);
    for (const sql of tableOf(fleet)) await stage.rows.exec(sql);
    const operator = await startOperatorProcess({
      kubeconfig: stage.server.kubeconfig,
      ...stage.rows.allowed,
      program: ["--no-prompt", "--allow-all", MODULE],
      env: { LYNQ_PROFILE: folder },
    });
    const nodes = watchReadyNodes(stage, fleet);
    try {
      await coldStart(stage, { operator, nodes, fleet, syncInterval });
      Deno.kill(operator.pid, "SIGUSR2");
      await until("the profile", () => exists(memory));
      await removeFleet(stage, fleet);
    } finally {
      await nodes.stop();
      await operator.kill().catch(() => undefined);
    }
  } finally {
    await stage.stop();
  }
  const spots = hotSpots(JSON.parse(await Deno.readTextFile(profile)) as CpuProfile, SPOTS);
  const { before, after } = JSON.parse(await Deno.readTextFile(memory)) as Memory;
  return [
    `${rows} rows x ${RESOURCES}; for a closer look open ${profile} in a browser's developer tools.`,
    hotSpotTable(spots),
    `Heap in use: ${mb(before.heapUsed)} MB, ${mb(after.heapUsed)} MB after a full collection; resident: ` +
    `${mb(before.rss)} MB, then ${mb(after.rss)} MB.`,
  ].join("\n\n");
}

interface Memory {
  readonly before: Deno.MemoryUsage;
  readonly after: Deno.MemoryUsage;
}

function mb(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
