/**
 * `deno task bench [NAME...] [--rows 100,300] [--silent 60] [--json FILE]`: runs the benchmarks of these names, or all
 * of them. Figures of one run compare with each other only. A name that none has ends with exit code 1.
 */
import { parseArgs } from "node:util";
import { benchFleets } from "./fleet_run.ts";
import { templateBench } from "./template_bench.ts";

interface Options {
  /** Sizes of the fleets. */
  readonly rows: readonly number[];
  readonly silentSeconds: number;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
}

const BENCHES: Readonly<Record<string, (options: Options) => Promise<string>>> = {
  template: () => templateBench({ rounds: 3, milliseconds: 1000 }),
  fleet: (options) => benchFleets(options),
};

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals: names } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: "string", default: "100,300" },
      silent: { type: "string", default: "60" },
      json: { type: "string" },
    },
  });
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(", ")}; there is ${Object.keys(BENCHES).join(", ")}`);
    return 1;
  }
  const options = {
    rows: values.rows.split(",").map(Number),
    silentSeconds: Number(values.silent),
    json: values.json,
  };
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) console.log(`${name}: ${await bench(options)}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
