import type { BulkFigures } from "./bulk_reactions.ts";
import type { SampleFigures } from "./bulk_samples.ts";

/** The lines of a table of which `bulks` are the columns; `poll` is the hub's syncInterval. */
export function bulkLines({ bulks, poll }: { bulks: readonly BulkFigures[]; poll: string }): string[] {
  const line = (name: string, of: (bulk: BulkFigures) => string | number) =>
    `| ${name} | ${bulks.map((bulk) => String(of(bulk))).join(" | ")} |`;
  const times = (name: string, of: (bulk: BulkFigures) => SampleFigures) =>
    line(`meanwhile ${name}, s: median / worst (others still to make then)`, (bulk) => timesText(of(bulk)));
  return [
    line(
      "others made meanwhile: nodes x resources",
      ({ nodes, resources }) => `${nodes} x ${resources / nodes}`,
    ),
    line("others made meanwhile: resources Ready per second", ({ perSecond }) => perSecond),
    times("child deleted: there again after", ({ reactions }) => reactions.deletedChild),
    times("child edited: repaired after", ({ reactions }) => reactions.editedChild),
    times(`row changed: visible after (read every ${poll})`, ({ reactions }) => reactions.changedRow),
    times(`row inserted: visible after (read every ${poll})`, ({ reactions }) => reactions.insertedRow),
    times(`row deleted: gone after (read every ${poll})`, ({ reactions }) => reactions.deletedRow),
    times("a client's own write: told by its watch after", ({ reactions }) => reactions.plainWrite),
  ];
}

function timesText({ during }: SampleFigures): string {
  return during === undefined ? "none" : `${during.median} / ${during.worst} (${during.leftAtWorst})`;
}
