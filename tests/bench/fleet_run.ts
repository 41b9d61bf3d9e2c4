import { benchFleet, type FleetFigures } from "./fleet_bench.ts";
import { startBenched } from "./fleet_phases.ts";
import { fleetTable } from "./fleet_report.ts";
import { growthOf, growthText } from "./growth.ts";
import { machineOf } from "./machine.ts";
import { startStage } from "./stage.ts";

export interface FleetRun {
  readonly rows: readonly number[];
  readonly silentSeconds: number;
  /** How often the operator reads the database, `5s`. */
  readonly syncInterval: string;
}

export interface FleetResult {
  readonly markdown: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Fleets of these sizes, one after the other on one API server and database. */
export async function benchFleets(run: FleetRun): Promise<FleetResult> {
  const stage = await startStage();
  const figures: FleetFigures[] = [];
  try {
    // The first start compiles the sources, whose memory and time are no fleet's.
    await (await startBenched(stage)).stop();
    for (const rows of run.rows) {
      const namespace = `bench-${rows}-${crypto.randomUUID().slice(0, 8)}`;
      figures.push(await benchFleet(stage, { ...run, fleet: { namespace, rows } }));
      console.error(`${rows} rows measured`);
    }
  } finally {
    await stage.stop();
  }
  const machine = { ...machineOf(), stage: stage.description };
  const growth = growthOf(figures);
  const head = `Measured on ${machine.date}: ${machine.cores} x ${machine.cpu}, ${machine.memoryGb} GB, ` +
    `Deno ${machine.deno}, ${machine.stage}; server, database, operator and measurement share the machine.`;
  const parts = [head, fleetTable(figures, run.syncInterval)];
  const markdown = [...parts, ...growth === undefined ? [] : [growthText(growth)]].join("\n\n");
  return { markdown, json: { machine, figures, growth } };
}
