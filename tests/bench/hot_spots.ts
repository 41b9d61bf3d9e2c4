/** The part of a `.cpuprofile` that tells where time went: times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function and what was spent in itself, callees left out. */
export interface HotSpot {
  /** `canonicalJson src/kube/canonical_json.ts:5` */
  readonly name: string;
  readonly milliseconds: number;
  /** Of all the time that the thread was not idle, from 0 to 1. */
  readonly share: number;
}

/** The functions that took most, the first first. */
export function hotSpots({ nodes, samples, timeDeltas }: CpuProfile, count: number): HotSpot[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  let total = 0;
  samples.forEach((id, n) => {
    const name = names.get(id) ?? "";
    if (name === "(idle)") return;
    const time = timeDeltas[n] ?? 0;
    total += time;
    spent.set(name, (spent.get(name) ?? 0) + time);
  });
  return [...spent].sort(([, a], [, b]) => b - a).slice(0, count).map(([name, time]) => ({
    name,
    milliseconds: Math.round(time / 1000),
    share: Math.round(time * 1000 / total) / 1000,
  }));
}

/** A markdown table. */
export function hotSpotTable(spots: readonly HotSpot[]): string {
  const lines = spots.map(({ name, milliseconds, share }) =>
    `| ${name} | ${milliseconds} | ${(share * 100).toFixed(1)} |`
  );
  return ["| function | itself, ms | % |", "|---|---:|---:|", ...lines].join("\n");
}

function nameOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  const place = url.replace(/^.*?(?=\/src\/)\//, "").replace(/^file:.*\/(?=[^/]+$)/, "");
  return place === "" ? name : `${name} ${place}:${lineNumber + 1}`;
}
