import { parseArgs } from "node:util";
import { benchFleets, type FleetRun } from "./fleet_run.ts";
import { benchPolls, polledDatabases, POLLS } from "./poll_bench.ts";
import { profileFleet } from "./profile_run.ts";
import { templateBench } from "./template_bench.ts";

const USAGE = `deno task bench [NAME...] [options]: runs the benchmarks of these names, or all of them

  template  templates rendered a second, beside Go where it is installed
  fleet     the whole operator: an ideal client, initial convergence, silence, reactions, a form's edit, a bulk beside it, restarts
  poll      CPU and kept heap of a poll whose rows are the last one's: MariaDB, PostgreSQL, SQLite, as far as installed
  profile   where the CPU time and the heap of an initial convergence go; only when named

Options:
  --rows 100,300                sizes of the fleets, from 4; each row has ten resources
  --silent 60                   seconds of silence
  --interval 5s                 how often the operator reads the database
  --table 10000,30000,100000    sizes of the table that poll reads, from 1
  --json FILE                   the figures of fleet and poll, as JSON
  --folder FOLDER               where profile keeps operator.cpuprofile and memory.json

fleet and profile need KUBEBUILDER_ASSETS to name a folder with etcd and kube-apiserver, and MariaDB; in place of what is
missing they take the sandbox and SQLite, and fleet says so. Figures of one run compare with each other only.
`;

interface Run extends FleetRun {
  /** Sizes of the table that is polled. */
  readonly tableRows: readonly number[];
  /** Where a profile is kept. */
  readonly folder: string;
}

interface Result {
  readonly markdown: string;
  /** Its part of the file of `--json`. */
  readonly json?: Readonly<Record<string, unknown>>;
}

const BENCHES: Readonly<Record<string, (run: Run) => Promise<Result>>> = {
  template: async () => ({ markdown: await templateBench({ rounds: 3, milliseconds: 1000 }) }),
  fleet: (run) => benchFleets(run),
  poll: async ({ tableRows }) => {
    const { markdown, ...poll } = await benchPolls({ tableRows, polls: POLLS, databases: polledDatabases() });
    return { markdown, json: { poll } };
  },
  profile: async (run) => ({ markdown: await profileFleet({ ...run, rows: Math.max(...run.rows) }) }),
};

/** Those that run where none is named. */
const USUAL = ["template", "fleet", "poll"];

/** The reactions change the rows 1 to 3, counted from 0. */
const LEAST_ROWS = 4;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: "string", default: "100,300" },
      silent: { type: "string", default: "60" },
      interval: { type: "string", default: "5s" },
      table: { type: "string", default: "10000,30000,100000" },
      json: { type: "string" },
      folder: { type: "string", default: "." },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const rows = values.rows.split(",").map(Number);
  const tableRows = values.table.split(",").map(Number);
  const silentSeconds = Number(values.silent);
  const wrong = [
    ...names.filter((name) => !Object.hasOwn(BENCHES, name)).map((name) => `no benchmark ${name}`),
    ...rows.every((count) => isCount(count, LEAST_ROWS))
      ? []
      : [`--rows takes whole numbers from ${LEAST_ROWS}, by commas, and got ${values.rows}`],
    ...tableRows.every((count) => isCount(count, 1))
      ? []
      : [`--table takes whole numbers from 1, by commas, and got ${values.table}`],
    ...isCount(silentSeconds, 1) ? [] : [`--silent takes whole seconds from 1, and got ${values.silent}`],
  ];
  if (wrong.length > 0) {
    console.error(`${wrong.join("\n")}\n\n${USAGE}`);
    return 1;
  }
  const { interval: syncInterval, json, folder } = values;
  const kept: Record<string, unknown> = {};
  const wanted = names.length === 0 ? USUAL : names;
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (!wanted.includes(name)) continue;
    const result = await bench({ rows, silentSeconds, syncInterval, tableRows, folder });
    console.log(`## ${name}\n\n${result.markdown}\n`);
    Object.assign(kept, result.json);
    if (json !== undefined) await Deno.writeTextFile(json, `${JSON.stringify(kept, undefined, 1)}\n`);
  }
  return 0;
}

function isCount(n: number, least: number): boolean {
  return Number.isInteger(n) && n >= least;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
