import type { FleetFigures } from "./fleet_bench.ts";

/** One column a fleet, one line a figure. */
export function fleetTable(figures: readonly FleetFigures[]): string {
  const line = (name: string, of: (f: FleetFigures) => string | number) =>
    `| ${name} | ${figures.map((f) => String(of(f))).join(" | ")} |`;
  return [
    line("rows x 10", (f) => `${f.rows} (${f.resources})`),
    `|---|${figures.map(() => "---").join("|")}|`,
    line("resources ready per second", (f) => f.cold.perSecond),
    line("ideal client, per second", (f) => f.ideal),
    line("share of ideal", (f) => f.shareOfIdeal),
    line("requests per resource", (f) => f.cold.requestsPerResource),
    line("operator CPU per resource, ms", (f) => f.cold.cpuMsPerResource),
    line("peak memory, MB", (f) => f.cold.peakMb),
    line("silent: requests per minute", (f) => f.silent.requestsPerMinute),
    line("silent: CPU, %", (f) => f.silent.cpuPercent),
    line("silent: memory, MB", (f) => f.silent.residentMb),
    line("child deleted, repaired after s", (f) => f.reaction.deletedChild),
    line("child edited, repaired after s", (f) => f.reaction.editedChild),
    line("row changed, visible after s (poll 5 s)", (f) => f.reaction.changedRow),
    line("row inserted, visible after s (poll 5 s)", (f) => f.reaction.insertedRow),
    line("row deleted, gone after s (poll 5 s)", (f) => f.reaction.deletedRow),
    line("form edit on all nodes, s", (f) => f.formEdit.seconds),
    line("form edit, requests per node", (f) => f.formEdit.requestsPerNode),
    line("restart: s until it repairs", (f) => f.restart.seconds),
    line("restart: requests", (f) => f.restart.requests),
    line("restart: writes (one is the repair)", (f) => f.restart.writes),
  ].join("\n");
}
