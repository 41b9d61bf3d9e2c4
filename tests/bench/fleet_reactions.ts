import { until } from "../support/cluster_objects.ts";
import type { OperatorProcess } from "../support/operator_process.ts";
import { since, total, writesIn } from "./api_audit.ts";
import { type Fleet, uidOf } from "./fleet.ts";
import { configMapOf, dataOf } from "./fleet_children.ts";
import { PATIENCE_S, quiet, rounded, startBenched } from "./fleet_phases.ts";
import type { Stage } from "./stage.ts";

/** Seconds from a change until the cluster shows its effect, the worst of three; those of rows include the poll's interval. */
export interface ReactionFigures {
  readonly deletedChild: number;
  readonly editedChild: number;
  readonly changedRow: number;
  readonly insertedRow: number;
  readonly deletedRow: number;
  /** Requests that a changed row cost, its node's and its resources' own among them. */
  readonly changedRowRequests: number;
}

const TIMES = [1, 2, 3];

export async function reactions(stage: Stage, fleet: Fleet): Promise<ReactionFigures> {
  const worst = async (once: (n: number) => Promise<number>) => {
    let most = 0;
    for (const n of TIMES) most = Math.max(most, await once(n));
    return most;
  };
  const before = await stage.requests();
  const changedRow = await worst((n) => changeRow(stage, fleet, n));
  await quiet(stage);
  const changedRowRequests = total(since(before, await stage.requests())) / TIMES.length;
  return {
    deletedChild: await worst((n) => deleteChild(stage, fleet, n)),
    editedChild: await worst((n) => editChild(stage, fleet, n)),
    changedRow,
    insertedRow: await worst((n) => insertRow(stage, fleet, n)),
    deletedRow: await worst((n) => deleteRow(stage, fleet, n)),
    changedRowRequests: rounded(changedRowRequests),
  };
}

async function deleteChild(stage: Stage, fleet: Fleet, row: number): Promise<number> {
  const which = configMapOf(fleet, row);
  const before = (await stage.objects.get(which))?.metadata.uid;
  return await timed(() => stage.objects.remove(which), async () => {
    const uid = (await stage.objects.get(which))?.metadata.uid;
    return uid !== undefined && uid !== before;
  });
}

async function editChild(stage: Stage, fleet: Fleet, row: number): Promise<number> {
  const which = configMapOf(fleet, row, 1);
  const edit = () => stage.objects.merge(which, { data: { host: "edited" } });
  return await timed(edit, async () => (await dataOf(stage, which))?.["host"] === hostOf(row));
}

function hostOf(row: number): string {
  return `${uidOf(row)}.example.com`;
}

async function changeRow(stage: Stage, fleet: Fleet, row: number): Promise<number> {
  const update = () => stage.rows.exec(`UPDATE bench SET plan='gold' WHERE id='${uidOf(row)}'`);
  return await timed(update, async () => await planOf(stage, fleet, uidOf(row)) === "gold");
}

async function insertRow(stage: Stage, fleet: Fleet, n: number): Promise<number> {
  const insert = () => stage.rows.exec(`INSERT INTO bench VALUES ('zz${n}','pro',1)`);
  return await timed(insert, async () => await planOf(stage, fleet, `zz${n}`) === "pro");
}

async function deleteRow(stage: Stage, fleet: Fleet, n: number): Promise<number> {
  const remove = () => stage.rows.exec(`DELETE FROM bench WHERE id='zz${n}'`);
  return await timed(remove, async () => await stage.objects.get(configMapOf(fleet, `zz${n}`)) === undefined);
}

async function planOf(stage: Stage, fleet: Fleet, uid: string): Promise<string | undefined> {
  return (await dataOf(stage, configMapOf(fleet, uid)))?.["plan"];
}

async function timed(change: () => Promise<unknown>, seen: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  await change();
  await until("a reaction", seen, PATIENCE_S);
  return rounded((performance.now() - start) / 1000);
}

/** What a process costs that is started on a converged fleet. */
export interface RestartFigures {
  /** From the start of the process until it has repaired a child that was edited while it started. */
  readonly seconds: number;
  /** Until it was at rest, with nothing to repair. */
  readonly requests: number;
  readonly writes: number;
  readonly cpuSeconds: number;
}

/** Starts it twice: once to count what it asks, once to see how soon it reacts. Answers the one that runs then. */
export async function restarts(
  stage: Stage,
  { fleet, operator, usage }: {
    fleet: Fleet;
    operator: OperatorProcess;
    usage: (pid: number) => Promise<{ readonly cpuSeconds: number }>;
  },
): Promise<{ readonly figures: RestartFigures; readonly operator: OperatorProcess }> {
  await quiet(stage);
  await operator.kill();
  const before = await stage.requests();
  const counted = await startBenched(stage);
  await quiet(stage);
  const asked = since(before, await stage.requests());
  const { cpuSeconds } = await usage(counted.pid);
  await counted.kill();
  const start = performance.now();
  const which = configMapOf(fleet, 0, 2);
  await stage.objects.merge(which, { data: { host: "edited" } });
  const running = await startBenched(stage);
  await until("the repair", async () => (await dataOf(stage, which))?.["host"] === hostOf(0), PATIENCE_S);
  const seconds = rounded((performance.now() - start) / 1000);
  const figures = {
    seconds,
    requests: total(asked),
    writes: writesIn(asked),
    cpuSeconds: rounded(cpuSeconds),
  };
  return { figures, operator: running };
}
