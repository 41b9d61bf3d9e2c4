import { since, total, writesIn } from "./api_audit.ts";
import { type Fleet, RESOURCES, tableOf } from "./fleet.ts";
import {
  type ColdFigures,
  coldStart,
  editForm,
  type FormEditFigures,
  idealPerSecond,
  type ReactionFigures,
  reactions,
  removeFleet,
  repairOnce,
  rounded,
  silence,
  type SilentFigures,
  startBenched,
  watchReadyNodes,
} from "./fleet_phases.ts";
import type { Stage } from "./stage.ts";

/** What a restart on a converged fleet cost, until it repaired an edited child; the repair is one of the writes. */
export interface RestartFigures {
  readonly seconds: number;
  readonly requests: number;
  readonly writes: number;
}

/** What one fleet cost and how fast it was; times in seconds, memory in MB. */
export interface FleetFigures {
  readonly rows: number;
  readonly resources: number;
  /** Resources a second of the client that makes only the unavoidable writes, in the same run. */
  readonly ideal: number;
  readonly shareOfIdeal: number;
  readonly cold: ColdFigures;
  readonly silent: SilentFigures;
  readonly reaction: ReactionFigures;
  readonly formEdit: FormEditFigures;
  readonly restart: RestartFigures;
}

export interface FleetOptions {
  readonly fleet: Fleet;
  readonly silentSeconds: number;
}

/** One fleet from nothing: convergence, silence, reactions, a form's edit, a restart; then all of it goes. */
export async function benchFleet(
  stage: Stage,
  { fleet, silentSeconds }: FleetOptions,
): Promise<FleetFigures> {
  await stage.makeNamespace(fleet.namespace);
  for (const sql of tableOf(fleet)) await stage.db.exec(sql, stage.db.database);
  let operator = await startBenched(stage);
  const nodes = watchReadyNodes(stage, fleet);
  try {
    const cold = await coldStart(stage, { operator, nodes, fleet });
    const silent = await silence(stage, { operator, seconds: silentSeconds });
    const reaction = await reactions(stage, fleet);
    const formEdit = await editForm(stage, { nodes, fleet });
    await operator.kill();
    const before = await stage.requests();
    const start = performance.now();
    operator = await startBenched(stage);
    await repairOnce(stage, fleet, 0);
    const seconds = rounded((performance.now() - start) / 1000);
    const after = since(before, await stage.requests());
    await removeFleet(stage, fleet);
    await operator.stop();
    const ideal = await idealPerSecond(stage, Math.min(300, fleet.rows));
    return {
      rows: fleet.rows,
      resources: fleet.rows * RESOURCES,
      ideal,
      shareOfIdeal: rounded(cold.perSecond / ideal),
      cold,
      silent,
      reaction,
      formEdit,
      restart: { seconds, requests: total(after), writes: writesIn(after) },
    };
  } finally {
    await nodes.stop();
    await operator.kill().catch(() => undefined);
  }
}
