import { parseTemplate, TemplateError } from "../../src/template/mod.ts";
import { fuzzCase } from "./template_case.ts";

export interface FuzzOrder {
  readonly from: number;
  readonly count: number;
  /** Its first element is the seed at work. */
  readonly at: Int32Array<SharedArrayBuffer>;
}

/** What came of the cases so far. */
export interface FuzzFigures {
  readonly cases: number;
  readonly rendered: number;
  readonly parseErrors: number;
  readonly execErrors: number;
  /** The longest single case, and its seed. */
  readonly slowestMs: number;
  readonly slowest: number;
}

export type FuzzReport =
  | { readonly kind: "figures"; readonly done: boolean; readonly figures: FuzzFigures }
  | { readonly kind: "failed"; readonly seed: number; readonly error: string };

/** Cases between two reports. */
const BATCH = 10_000;

/** What a case came to. Anything but a TemplateError is passed on. */
export function runCase(seed: number): "rendered" | "parse" | "exec" {
  const { template, data } = fuzzCase(seed);
  try {
    const parsed = parseTemplate(template);
    const value = parsed.renderValue(data);
    if (typeof value === "string") parsed.render(data);
    return "rendered";
  } catch (error) {
    if (!(error instanceof TemplateError) || error.reason === "internal failure") throw error;
    return error.stage;
  }
}

function run({ from, count, at }: FuzzOrder, report: (report: FuzzReport) => void): void {
  const seen = { rendered: 0, parse: 0, exec: 0 };
  let [slowest, slowestMs] = [0, 0];
  for (let done = 0; done < count;) {
    const seed = from + done;
    Atomics.store(at, 0, seed);
    const start = performance.now();
    try {
      seen[runCase(seed)]++;
    } catch (error) {
      const told = error instanceof Error ? error.stack ?? error.message : String(error);
      return report({ kind: "failed", seed, error: told });
    }
    const took = performance.now() - start;
    if (took > slowestMs) [slowest, slowestMs] = [seed, took];
    done++;
    if (done % BATCH !== 0 && done !== count) continue;
    const figures = { cases: done, rendered: seen.rendered, parseErrors: seen.parse, execErrors: seen.exec };
    report({ kind: "figures", done: done === count, figures: { ...figures, slowest, slowestMs } });
  }
}

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<FuzzOrder>) => void;
  postMessage: (report: FuzzReport) => void;
};
scope.onmessage = ({ data }) => run(data, (report) => scope.postMessage(report));
