import type { FormStatus } from "../api/form.ts";
import { API_VERSION } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { StoredForm, StoredNode } from "../api/stored.ts";
import { instant } from "./rollout_status.ts";
import type { FormWorld, Trial } from "./world.ts";

export interface TryOut {
  readonly form: StoredForm;
  /** The revision to try; undefined for the resources of the present generation. */
  readonly pinned: string | undefined;
  readonly nodes: readonly StoredNode[];
  readonly desired: number | undefined;
}

type DryRun = NonNullable<FormStatus["dryRun"]>;

/** Tries the present generation on every node and tells what it would do; undefined where the form changed meanwhile. */
export async function tryOut(
  world: FormWorld,
  { form, pinned, nodes, desired }: TryOut,
  signal: AbortSignal,
): Promise<DryRun | undefined> {
  const wanted = () => world.forms.get(namespacedName(form))?.generation === form.generation;
  const alive = nodes.filter((node) => !node.deleting);
  const trials = await world.preview({ form, pinned, nodes: alive, wanted }, signal);
  if (trials === undefined || !wanted()) return undefined;
  const told = summary(trials, {
    generation: form.generation,
    nodes: alive.length,
    desired,
    now: world.now(),
  });
  report(world, form, told);
  return told;
}

const SAMPLE = 20;
const LINE_LIMIT = 400;

/** What needs a look comes first in the sample. */
const ORDER = ["failure", "delete", "create", "change"] as const;

/** Counts and sample lines of all trials. */
export function summary(
  trials: readonly Trial[],
  of: { generation: number; nodes: number; desired: number | undefined; now: Date },
): DryRun {
  const count = (kind: Trial["kind"]) => trials.filter((trial) => trial.kind === kind).length;
  const lines = ORDER.flatMap((kind) =>
    trials.filter((trial) => trial.kind === kind).map(({ line }) => line)
  );
  const rows = of.desired === undefined ? "its rows" : `${of.desired} rows`;
  const sample = of.nodes > 0
    ? lines.slice(0, SAMPLE).map((line) => line.slice(0, LINE_LIMIT).toWellFormed())
    : [`no node follows this form yet, so nothing was tried; with spec.mode Apply ${rows} get one each`];
  return {
    generation: of.generation,
    nodes: of.nodes,
    creates: count("create"),
    changes: count("change"),
    deletes: count("delete"),
    unchanged: count("unchanged"),
    failures: count("failure"),
    sample,
    time: instant(of.now),
  };
}

function report(world: FormWorld, { namespace, name, uid, generation }: StoredForm, told: DryRun): void {
  const { creates, changes, deletes, unchanged, failures, nodes } = told;
  world.events.record({
    regarding: { apiVersion: API_VERSION, kind: "LynqForm", namespace, name, uid },
    type: failures === 0 ? "Normal" : "Warning",
    reason: "DryRunComplete",
    message:
      `Generation ${generation} would create ${creates}, change ${changes}, delete ${deletes} and leave ` +
      `${unchanged} objects of ${nodes} nodes as they are; ${failures} would fail. Nothing was written`,
    component: "lynqform-controller",
  });
}
