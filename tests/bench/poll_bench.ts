import config from "../../deno.json" with { type: "json" };
import { cannotStart } from "../support/databases.ts";
import { type Machine, machineOf } from "./machine.ts";
import type { PollOrder } from "./poll_process.ts";
import { type PollFigures, pollFigures, type PollMeasured, pollTable } from "./poll_report.ts";
import { polledTable } from "./poll_table.ts";
import { type BenchRows, mariaDbRows, postgresRows, sqliteRows } from "./stage_rows.ts";

/** A database that hubs can read. */
export interface PolledDatabase {
  readonly name: string;
  /** Why there can be none here; undefined where there can. */
  readonly missing: string | undefined;
  start(): Promise<BenchRows>;
}

/** How much is polled for one size of the table. */
export interface PollBudget {
  /** Polls whose CPU counts. */
  readonly measured: number;
  /** Rows that are polled between two looks at the heap. */
  readonly keptRows: number;
}

export interface PollRun {
  /** Sizes of the table. */
  readonly tableRows: readonly number[];
  readonly polls: PollBudget;
  readonly databases: readonly PolledDatabase[];
}

export interface PollResult {
  readonly markdown: string;
  readonly machine: Machine;
  readonly figures: readonly PollFigures[];
}

/** MariaDB, PostgreSQL and SQLite, as far as they are installed. */
export function polledDatabases(): PolledDatabase[] {
  return [
    { name: "MariaDB", missing: cannotStart("mariadb"), start: mariaDbRows },
    { name: "PostgreSQL", missing: cannotStart("postgres"), start: postgresRows },
    { name: "SQLite", missing: undefined, start: sqliteRows },
  ];
}

export const POLLS: PollBudget = { measured: 9, keptRows: 1_000_000 };

/** What a process needs once, until its code is compiled, is no poll's. */
function pollsOf(rows: number, { measured, keptRows }: PollBudget): PollOrder["polls"] {
  const kept = Math.max(10, Math.ceil(keptRows / rows));
  return { warm: Math.ceil(kept / 4), measured, kept };
}

/** What a poll costs that finds the rows of the one before, by database and size of the table. */
export async function benchPolls({ tableRows, polls, databases }: PollRun): Promise<PollResult> {
  const figures: PollFigures[] = [];
  for (const { name, missing, start } of databases) {
    if (missing !== undefined) continue;
    const database = await start();
    const measured: PollMeasured[] = [];
    try {
      for (const rows of tableRows) {
        await database.exec(polledTable(rows));
        measured.push(await measuredIn(database, { rows, polls: pollsOf(rows, polls) }));
        console.error(`${name}: ${rows} rows measured`);
      }
    } finally {
      await database.stop();
    }
    figures.push(...pollFigures(name, measured));
  }
  const left = databases.flatMap(({ name, missing }) => missing === undefined ? [] : [`${name}: ${missing}`]);
  const machine = machineOf();
  const head =
    `Measured on ${machine.date}: ${machine.cores} x ${machine.cpu}, ${machine.memoryGb} GB, Deno ${machine.deno}. ` +
    `CPU of all threads of a process with the operator's flags, without the server's: the median of ` +
    `${polls.measured} polls.`;
  const markdown = [head, pollTable(figures), ...left.map((line) => `Not measured: ${line}.`)].join("\n\n");
  return { markdown, machine, figures };
}

/** The operator's heap is set by flags. */
const HEAP = config.tasks.operator.command.split(" ").filter((word) => word.startsWith("--v8-flags="));

const MODULE = new URL("./poll_process.ts", import.meta.url).pathname;

async function measuredIn(
  database: BenchRows,
  of: Pick<PollOrder, "rows" | "polls">,
): Promise<PollMeasured> {
  const { sourceHosts = [], sourcePaths = [] } = database.allowed;
  const { password } = database;
  const order: PollOrder = { ...of, password, sourceHosts, sourcePaths, source: database.source("1h") };
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...HEAP, "--no-prompt", "--no-check", "--allow-all", MODULE],
    env: { LYNQ_POLL: JSON.stringify(order) },
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the process that polls failed: its error stands above");
  return JSON.parse(new TextDecoder().decode(stdout)) as PollMeasured;
}
