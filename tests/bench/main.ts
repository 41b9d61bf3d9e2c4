/**
 * `deno task bench [NAME...]`: runs the benchmarks of these names, or all of them. Each prints its figures; a name that
 * none has ends with exit code 1.
 */
import { templateBench } from "./template_bench.ts";

const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  template: () => templateBench({ rounds: 3, milliseconds: 1000 }),
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(", ")}; there is ${Object.keys(BENCHES).join(", ")}`);
    return 1;
  }
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) console.log(`${name}: ${await bench()}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
