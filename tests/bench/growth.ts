import type { FleetFigures } from "./fleet_bench.ts";

/** How the costs grow between the smallest and the largest fleet. */
export interface Growth {
  /** Largest over smallest requests and CPU per resource; 1 is flat. */
  readonly requestsSpread: number;
  readonly cpuSpread: number;
  /** CPU of one more resource, in milliseconds, and what a process needs once, in seconds: until its code is compiled. */
  readonly cpuMs: number;
  readonly cpuOnceSeconds: number;
  /** Memory of one more resource, in KB of 2^10 bytes. */
  readonly restingKb: number;
  readonly peakKb: number;
  readonly estimates: readonly Estimate[];
}

/** What a fleet would need, from the slopes. */
export interface Estimate {
  readonly rows: number;
  readonly resources: number;
  readonly restingMb: number;
  readonly peakMb: number;
  /** Until all of it is Ready, at the rate of the largest fleet measured. */
  readonly minutes: number;
}

const ESTIMATED_ROWS = [10_000, 100_000];

/** The largest fleet must be so many times the smallest, so that its slope is more than chance. */
const LEAST_SPAN = 3;

/** undefined where the fleets are too much alike in size. */
export function growthOf(figures: readonly FleetFigures[]): Growth | undefined {
  const bySize = [...figures].sort((a, b) => a.resources - b.resources);
  const [smallest, largest] = [bySize[0], bySize.at(-1)];
  if (smallest === undefined || largest === undefined) return undefined;
  if (largest.resources < smallest.resources * LEAST_SPAN) return undefined;
  const perMore = (of: (f: FleetFigures) => number) =>
    (of(largest) - of(smallest)) / (largest.resources - smallest.resources);
  const cpu = perMore(cpuMsOf);
  const resting = perMore((f) => f.silent.residentMb);
  const peak = perMore((f) => f.cold.peakMb);
  const estimates = ESTIMATED_ROWS.map((rows): Estimate => {
    const resources = rows * largest.resources / largest.rows;
    const more = resources - largest.resources;
    return {
      rows,
      resources,
      restingMb: Math.round(largest.silent.residentMb + more * resting),
      peakMb: Math.round(largest.cold.peakMb + more * peak),
      minutes: rounded(resources / largest.cold.perSecond / 60),
    };
  });
  return {
    requestsSpread: spread(figures.map((f) => f.cold.requestsPerResource)),
    cpuSpread: spread(figures.map((f) => f.cold.cpuMsPerResource)),
    cpuMs: rounded(cpu),
    cpuOnceSeconds: rounded((cpuMsOf(smallest) - cpu * smallest.resources) / 1000),
    restingKb: rounded(resting * 1024),
    peakKb: rounded(peak * 1024),
    estimates,
  };
}

function cpuMsOf({ cold, resources }: FleetFigures): number {
  return cold.cpuMsPerResource * resources;
}

/** The growth in sentences. */
export function growthText(growth: Growth): string {
  const estimates = growth.estimates.map(({ rows, resources, restingMb, peakMb, minutes }) =>
    `- ${rows.toLocaleString("en")} rows (${resources.toLocaleString("en")} resources) would need ` +
    `${restingMb} MB at rest and ${peakMb} MB at the peak, and be Ready after ${minutes} minutes.`
  );
  const { requestsSpread, cpuSpread, cpuMs, cpuOnceSeconds, restingKb, peakKb } = growth;
  return [
    `From the smallest fleet to the largest, requests per resource differ by the factor ${requestsSpread}, CPU per ` +
    `resource by ${cpuSpread}: a resource more costs ${cpuMs} ms beside ${cpuOnceSeconds} s that a process needs once, ` +
    `until its code is compiled. It is ${restingKb} KB at rest and ${peakKb} KB at the peak. By these slopes:`,
    "",
    ...estimates,
  ].join("\n");
}

function spread(values: readonly number[]): number {
  return rounded(Math.max(...values) / Math.min(...values));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
