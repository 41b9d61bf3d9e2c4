/** What one process measured at a table that nobody changed. */
export interface PollMeasured {
  readonly rows: number;
  /** Seconds of CPU of each poll, over all threads of the process. */
  readonly cpuSeconds: readonly number[];
  /** Bytes on the JavaScript heaps and beside them that stayed alive over so many polls. */
  readonly kept: { readonly polls: number; readonly bytes: number };
}

/** What polling a table of one size costs. */
export interface PollFigures {
  readonly database: string;
  readonly rows: number;
  /** Seconds of CPU, the median of the polls. */
  readonly cpuSeconds: number;
  /** The same for 100,000 rows of such a table. */
  readonly cpuSecondsPer100k: number;
  /** CPU of a row beside that in the smallest table; 1 is linear. */
  readonly beside: number;
  /** Bytes that a poll leaves alive, and what of them is a row's. */
  readonly keptBytes: number;
  readonly keptBytesPerRow: number;
}

/** The figures of one database, by the size of its table. */
export function pollFigures(database: string, measured: readonly PollMeasured[]): PollFigures[] {
  const bySize = [...measured].sort((a, b) => a.rows - b.rows);
  const smallest = bySize[0];
  if (smallest === undefined) return [];
  return bySize.map((each) => {
    const keptBytes = each.kept.bytes / each.kept.polls;
    return {
      database,
      rows: each.rows,
      cpuSeconds: rounded(median(each.cpuSeconds), 3),
      cpuSecondsPer100k: rounded(ofARow(each) * 100_000, 2),
      beside: rounded(ofARow(each) / ofARow(smallest), 2),
      keptBytes: Math.round(keptBytes),
      keptBytesPerRow: rounded(keptBytes / each.rows, 2),
    };
  });
}

function ofARow({ cpuSeconds, rows }: PollMeasured): number {
  return median(cpuSeconds) / rows;
}

/** The middle value, or the mean of the two in the middle; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** One line a table. */
export function pollTable(figures: readonly PollFigures[]): string {
  const lines = figures.map((f) =>
    [
      ...[f.database, f.rows.toLocaleString("en"), f.cpuSeconds, f.cpuSecondsPer100k, f.beside],
      f.keptBytesPerRow,
    ].join(" | ")
  );
  return [
    "| database | rows | CPU of a poll, s | of 100,000 rows, s | a row's, beside the smallest table | kept by a row, bytes |",
    "|---|---:|---:|---:|---:|---:|",
    ...lines.map((line) => `| ${line} |`),
  ].join("\n");
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
