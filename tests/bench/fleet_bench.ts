import { type BulkFigures, reactionsDuringBulk } from "./bulk_reactions.ts";
import { type Fleet, RESOURCES, tableOf } from "./fleet.ts";
import {
  type ColdFigures,
  coldStart,
  editForm,
  type FormEditFigures,
  removeFleet,
  rounded,
  silence,
  type SilentFigures,
  startBenched,
  watchReadyNodes,
} from "./fleet_phases.ts";
import { type ReactionFigures, reactions, type RestartFigures, restarts } from "./fleet_reactions.ts";
import { type IdealFigures, idealFigures } from "./ideal.ts";
import { processUsage } from "./process_usage.ts";
import type { Stage } from "./stage.ts";

/** What one fleet cost and how fast it was; times in seconds, memory in MB of 2^20 bytes. */
export interface FleetFigures {
  readonly rows: number;
  readonly resources: number;
  /** The client that makes only the unavoidable writes, right before and on the same server. */
  readonly ideal: IdealFigures;
  readonly shareOfIdeal: number;
  readonly cold: ColdFigures;
  readonly silent: SilentFigures;
  readonly reaction: ReactionFigures;
  readonly formEdit: FormEditFigures;
  readonly bulk: BulkFigures;
  readonly restart: RestartFigures;
  readonly removedAfter: number;
}

export interface FleetOptions {
  readonly fleet: Fleet;
  readonly silentSeconds: number;
  /** How often the operator reads the database, `5s`. */
  readonly syncInterval: string;
}

/** The ideal client makes no more nodes than this: its rate is the same from then on. */
const IDEAL_NODES = 300;

/** One fleet from nothing: convergence, silence, reactions, a form's edit, reactions beside a bulk, restarts; then all of it goes. */
export async function benchFleet(
  stage: Stage,
  { fleet, silentSeconds, syncInterval }: FleetOptions,
): Promise<FleetFigures> {
  const ideal = await idealFigures(stage, Math.min(IDEAL_NODES, fleet.rows));
  await stage.makeNamespace(fleet.namespace);
  for (const sql of tableOf(fleet)) await stage.rows.exec(sql);
  let operator = await startBenched(stage);
  const nodes = watchReadyNodes(stage, fleet);
  try {
    const cold = await coldStart(stage, { operator, nodes, fleet, syncInterval });
    const silent = await silence(stage, { operator, seconds: silentSeconds });
    const reaction = await reactions(stage, fleet);
    const formEdit = await editForm(stage, { nodes, fleet });
    const bulk = await reactionsDuringBulk(stage, { nodes, fleet, syncInterval });
    const restarted = await restarts(stage, { fleet, operator, usage: processUsage });
    operator = restarted.operator;
    const removedAfter = await removeFleet(stage, fleet);
    await operator.stop();
    return {
      rows: fleet.rows,
      resources: fleet.rows * RESOURCES,
      ideal,
      shareOfIdeal: rounded(cold.perSecond / ideal.perSecond),
      cold,
      silent,
      reaction,
      formEdit,
      bulk,
      restart: restarted.figures,
      removedAfter,
    };
  } finally {
    await nodes.stop();
    await operator.kill().catch(() => undefined);
  }
}
