/**
 * `deno task fuzz [COUNT] [SEED]`: renders COUNT random templates with random data (a million unless told) from a seed
 * on. Exit code 1, with the seed of the case, for anything that is no TemplateError, and for a case that does not end.
 */
import { fuzzCase } from "./template_case.ts";
import type { FuzzFigures, FuzzOrder, FuzzReport } from "./template_fuzz_worker.ts";

/** A case is stopped by its own limits after 5 s; one that goes on for this long hangs. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 5_000;

async function main([count = "1000000", seed = "0"]: readonly string[]): Promise<number> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  const order: FuzzOrder = { from: Number(seed), count: Number(count), at };
  if (!(Number.isInteger(order.from) && Number.isInteger(order.count) && order.count > 0)) {
    console.error("takes a count of cases and a first seed, whole numbers");
    return 1;
  }
  const worker = new Worker(new URL("./template_fuzz_worker.ts", import.meta.url), { type: "module" });
  const started = performance.now();
  const { promise, resolve } = Promise.withResolvers<number>();
  worker.onmessage = ({ data }: MessageEvent<FuzzReport>) => {
    if (data.kind === "failed") {
      console.error(`seed ${data.seed}: ${data.error}\n${JSON.stringify(fuzzCase(data.seed).template)}`);
      resolve(1);
    } else if (data.done || data.figures.cases % 100_000 === 0) {
      console.log(line(data.figures, performance.now() - started));
      if (data.done) resolve(0);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    console.error(`seed ${at[0]}: the worker ended: ${event.message}`);
    resolve(1);
  };
  const watch = watchdog(at, (hanging) => {
    console.error(`seed ${hanging} hangs\n${JSON.stringify(fuzzCase(hanging).template)}`);
    resolve(1);
  });
  worker.postMessage(order);
  const code = await promise;
  clearInterval(watch);
  worker.terminate();
  return code;
}

/** Calls back with the seed that has been at work for too long. */
function watchdog(
  at: Int32Array<SharedArrayBuffer>,
  onHang: (seed: number) => void,
): ReturnType<typeof setInterval> {
  let [last, since] = [-1, performance.now()];
  return setInterval(() => {
    const now = Atomics.load(at, 0);
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > PATIENCE_MS) onHang(now);
  }, LOOK_MS);
}

function line(figures: FuzzFigures, elapsed: number): string {
  const { cases, rendered, parseErrors, execErrors, slowest, slowestMs } = figures;
  return `${cases} cases in ${
    (elapsed / 1000).toFixed(0)
  } s: ${rendered} rendered, ${parseErrors} did not parse, ` +
    `${execErrors} failed; nothing but TemplateError; the slowest took ${
      slowestMs.toFixed(0)
    } ms (seed ${slowest})`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
