import { freePort } from "./databases_process.ts";
import { readMetrics } from "./metrics_reader.ts";

/** The metrics of an operator that a test starts with `flags`. */
export interface OperatorMetrics {
  readonly flags: readonly string[];
  /** The sum of a counter's or gauge's series that have all these labels, `{kind: "Secret"}`. */
  value(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Requests to the API server so far, without watches and creations; no Lease is held with `flags`. */
  requests(): Promise<number>;
}

export function operatorMetrics(): OperatorMetrics {
  const port = freePort();
  const series = async (name: string) => {
    const { status, text } = await readMetrics(port, "operator");
    if (status !== 200) throw new Error(`/metrics answered ${status}`);
    return text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  };
  const sum = (lines: readonly string[]) =>
    lines.reduce((all, line) => all + Number(line.slice(line.lastIndexOf(" "))), 0);
  return {
    // The renewals of a Lease are requests too.
    flags: [`--metrics-bind-address=127.0.0.1:${port}`, "--leader-elect=false"],
    value: async (name, labels = {}) => {
      const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      return sum((await series(name)).filter((line) => wanted.every((label) => line.includes(label))));
    },
    requests: async () => {
      const lines = await series("rest_client_requests_total");
      // Whether the reader of the metrics may read them is asked by creating reviews.
      const asked = (line: string) => !/method="(watch|create)"/.test(line);
      return sum(lines.filter(asked));
    },
  };
}
