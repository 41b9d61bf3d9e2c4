import { rounded } from "./fleet_phases.ts";

/** One reaction while a bulk was made. */
export interface Sample {
  readonly seconds: number;
  /** Nodes of the bulk that were still to be made when its effect was seen. */
  readonly left: number;
}

/** Seconds of all reactions of a kind whose effect was seen before the bulk was made. */
export interface Sampled {
  readonly times: number;
  readonly median: number;
  readonly worst: number;
  /** Nodes of the bulk that were still to be made then. */
  readonly leftAtWorst: number;
  readonly leastLeft: number;
}

/** What began while the bulk was made and was seen after its end, so that no slow reaction is left untold. */
export interface Outlasted {
  readonly times: number;
  readonly worst: number;
}

export interface SampleFigures {
  /** undefined where none was seen in time. */
  readonly during: Sampled | undefined;
  readonly outlasted: Outlasted | undefined;
}

export function sampleFigures(samples: readonly Sample[]): SampleFigures {
  const slowestFirst = [...samples].sort((a, b) => b.seconds - a.seconds);
  const during = slowestFirst.filter(({ left }) => left > 0);
  const late = slowestFirst.filter(({ left }) => left <= 0);
  const [worst] = during;
  return {
    during: worst === undefined ? undefined : {
      times: during.length,
      median: rounded(median(during.map(({ seconds }) => seconds))),
      worst: rounded(worst.seconds),
      leftAtWorst: worst.left,
      leastLeft: Math.min(...during.map(({ left }) => left)),
    },
    outlasted: late[0] === undefined ? undefined : { times: late.length, worst: rounded(late[0].seconds) },
  };
}

/** Of numbers that are sorted, either way. */
function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return (upper + lower) / 2;
}
