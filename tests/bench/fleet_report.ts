import { bulkLines } from "./bulk_report.ts";
import type { FleetFigures } from "./fleet_bench.ts";

/** One column a fleet, one line a figure; `poll` is the hub's syncInterval. */
export function fleetTable(figures: readonly FleetFigures[], poll: string): string {
  const line = (name: string, of: (f: FleetFigures) => string | number) =>
    `| ${name} | ${figures.map((f) => String(of(f))).join(" | ")} |`;
  return [
    line("rows x resources", (f) => `${f.rows} x ${f.resources / f.rows}`),
    `|---|${figures.map(() => "---:").join("|")}|`,
    line("resources Ready per second", (f) => f.cold.perSecond),
    line("the ideal client, per second", (f) => f.ideal.perSecond),
    line("share of ideal", (f) => f.shareOfIdeal),
    line("requests per resource", (f) => f.cold.requestsPerResource),
    line("CPU per resource, ms", (f) => f.cold.cpuMsPerResource),
    line("CPU per resource of the ideal client, ms", (f) => f.ideal.cpuMsPerResource),
    line("memory before, MB", (f) => f.cold.baseMb),
    line("memory at its peak, MB", (f) => f.cold.peakMb),
    line("memory at rest, MB", (f) => f.silent.residentMb),
    line("silent: requests per minute", (f) => f.silent.requestsPerMinute),
    line("silent: CPU, %", (f) => f.silent.cpuPercent),
    line("child deleted: there again after, s", (f) => f.reaction.deletedChild),
    line("child edited: repaired after, s", (f) => f.reaction.editedChild),
    line(`row changed: visible after, s (read every ${poll})`, (f) => f.reaction.changedRow),
    line("row changed: requests", (f) => f.reaction.changedRowRequests),
    line(`row inserted: visible after, s (read every ${poll})`, (f) => f.reaction.insertedRow),
    line(`row deleted: gone after, s (read every ${poll})`, (f) => f.reaction.deletedRow),
    line("form edited: in every node after, s", (f) => f.formEdit.seconds),
    line("form edited: requests per node", (f) => f.formEdit.requestsPerNode),
    ...bulkLines({ bulks: figures.map(({ bulk }) => bulk), poll }),
    line("restart: requests", (f) => f.restart.requests),
    line("restart: writes", (f) => f.restart.writes),
    line("restart: CPU, s", (f) => f.restart.cpuSeconds),
    line("restart: repairs after, s", (f) => f.restart.seconds),
    line("hub deleted: everything gone after, s", (f) => f.removedAfter),
  ].join("\n");
}
