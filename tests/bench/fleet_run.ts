import { cpus } from "node:os";
import { benchFleet, type FleetFigures } from "./fleet_bench.ts";
import { fleetTable } from "./fleet_report.ts";
import { startStage, whyNoStage } from "./stage.ts";

export interface FleetRun {
  readonly rows: readonly number[];
  readonly silentSeconds: number;
  readonly json: string | undefined;
}

/** Fleets of these sizes, one after the other on one API server and database; a markdown table of the figures. */
export async function benchFleets({ rows, silentSeconds, json }: FleetRun): Promise<string> {
  const reason = whyNoStage();
  if (reason !== undefined) return `not measured, since there is no API server to measure on: ${reason}`;
  const stage = await startStage();
  const figures: FleetFigures[] = [];
  try {
    for (const size of rows) {
      const namespace = `bench-${size}-${crypto.randomUUID().slice(0, 8)}`;
      figures.push(await benchFleet(stage, { fleet: { namespace, rows: size }, silentSeconds }));
      console.error(`${size} rows measured`);
    }
  } finally {
    await stage.stop();
  }
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
  };
  if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify({ machine, figures }, null, 1));
  return `${machine.date}, ${machine.cores} x ${machine.cpu}\n\n${fleetTable(figures)}`;
}
