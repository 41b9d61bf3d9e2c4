import { until } from "../support/cluster_objects.ts";
import { BULK_RESOURCES, BULK_TABLE, bulkBeside, bulkFormOf } from "./bulk.ts";
import {
  type Change,
  type Changes,
  changesOf,
  extraRows,
  inRounds,
  REMOVE_EXTRA_ROWS,
  rowsToDelete,
} from "./bulk_changes.ts";
import { type Sample, type SampleFigures, sampleFigures } from "./bulk_samples.ts";
import { Sight } from "./bulk_sight.ts";
import { type Fleet, hubOf, tableOf } from "./fleet.ts";
import {
  PATIENCE_S,
  pause,
  quiet,
  type ReadyNodes,
  removeFleet,
  rounded,
  watchReadyNodes,
} from "./fleet_phases.ts";
import type { Stage } from "./stage.ts";

/** Reactions of a converged fleet while nodes of another hub are made. */
export interface BulkFigures {
  readonly nodes: number;
  readonly resources: number;
  /** From the bulk's hub until its last node was ready, with all that was measured meanwhile. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly reactions: Readonly<Record<keyof Changes, SampleFigures>>;
}

export interface BulkPhase {
  readonly fleet: Fleet;
  /** Of the fleet. */
  readonly nodes: ReadyNodes;
  readonly syncInterval: string;
}

/** Between the beginnings of two changes. */
const GAP_MS = 150;

/** Makes a bulk beside the fleet, changes the fleet meanwhile, and takes away all that it made. */
export async function reactionsDuringBulk(stage: Stage, of: BulkPhase): Promise<BulkFigures> {
  const { fleet, nodes } = of;
  const bulk = bulkBeside(fleet);
  await stage.makeNamespace(bulk.namespace);
  for (const statement of tableOf(bulk, BULK_TABLE)) await stage.rows.exec(statement);
  const extra = rowsToDelete(fleet);
  if (extra !== undefined) await stage.rows.exec(extra);
  const all = fleet.rows + extraRows(fleet);
  await until("the rows that will be deleted", () => Promise.resolve(nodes.count() >= all), PATIENCE_S);
  await quiet(stage);
  const made = watchReadyNodes(stage, bulk, BULK_RESOURCES);
  const sight = await Sight.over(stage, fleet.namespace);
  try {
    const figures = await measure(stage, { ...of, bulk, made, sight });
    await stage.rows.exec(REMOVE_EXTRA_ROWS);
    await removeFleet(stage, bulk);
    await stage.rows.exec(`DROP TABLE ${BULK_TABLE}`);
    await until("the fleet to be as before", () => Promise.resolve(nodes.count() === fleet.rows), PATIENCE_S);
    return figures;
  } finally {
    await sight.stop();
    await made.stop();
  }
}

interface Beside extends BulkPhase {
  readonly bulk: Fleet;
  readonly made: ReadyNodes;
  readonly sight: Sight;
}

async function measure(stage: Stage, of: Beside): Promise<BulkFigures> {
  const { fleet, bulk, made, sight, syncInterval } = of;
  const left = () => bulk.rows - made.count();
  const changes = await changesOf(stage, fleet);
  await stage.objects.apply(bulkFormOf(bulk));
  const start = performance.now();
  await stage.objects.apply(hubOf(bulk, stage.rows.source(syncInterval, BULK_TABLE)));
  const whole = until("the bulk to be ready", () => Promise.resolve(left() <= 0), PATIENCE_S)
    .then(() => (performance.now() - start) / 1000);
  whole.catch(() => undefined);
  await until("the bulk to begin", () => Promise.resolve(made.count() > 0), PATIENCE_S);
  const reactions = await sampleUntilDone(changes, { left, sight });
  const seconds = await whole;
  return {
    nodes: bulk.rows,
    resources: bulk.rows * BULK_RESOURCES,
    seconds: rounded(seconds),
    perSecond: Math.round(bulk.rows * BULK_RESOURCES / seconds),
    reactions,
  };
}

interface Seeing {
  readonly left: () => number;
  readonly sight: Sight;
}

/** Begins changes until the bulk is made, and waits for the effect of each. */
async function sampleUntilDone(changes: Changes, seeing: Seeing): Promise<BulkFigures["reactions"]> {
  const running: Promise<[keyof Changes, Sample]>[] = [];
  for (const { kind, change } of inRounds(changes)) {
    if (seeing.left() <= 0) break;
    const sampled = sample(change, seeing).then((seen): [keyof Changes, Sample] => [kind, seen]);
    sampled.catch(() => undefined);
    running.push(sampled);
    await pause(GAP_MS);
  }
  const samples = await Promise.all(running);
  const of = (kind: keyof Changes) => sampleFigures(samples.flatMap(([k, seen]) => k === kind ? [seen] : []));
  return {
    deletedChild: of("deletedChild"),
    editedChild: of("editedChild"),
    changedRow: of("changedRow"),
    insertedRow: of("insertedRow"),
    deletedRow: of("deletedRow"),
    plainWrite: of("plainWrite"),
  };
}

async function sample({ child, make, seen }: Change, { left, sight }: Seeing): Promise<Sample> {
  const before = sight.get(child);
  const start = performance.now();
  const made = await make();
  await sight.until(child, (now) => seen(now, { before, made }));
  return { seconds: (performance.now() - start) / 1000, left: left() };
}
