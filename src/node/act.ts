import type { ApplyMode, DesiredObject, Outcome } from "../api/stages.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { type Attempt, base, finding, type WalkInput } from "./finding.ts";
import type { Target } from "./gather.ts";
import { look } from "./look.ts";
import { overLive } from "./over_live.ts";
import { reportContended } from "./publish.ts";
import { FREE_REPAIRS } from "./repair_pace.ts";
import { keptChild, keptState } from "./situate.ts";
import { type Finding, type Settled, settleReadiness } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** Writes, unless the object was repaired too often lately. */
export async function act(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, mode }: Attempt & { mode: ApplyMode },
): Promise<Finding> {
  const waitMs = mode === "repair" ? world.repairs.waitMs(paceKey(input, item), input.now) : 0;
  if (waitMs === 0) return await apply(world, input, { item, situation, mode });
  const kept = { ...finding(item, situation, keptState(situation)), child: keptChild(situation) };
  return { ...kept, repairInMs: waitMs };
}

/** Reads the object by name, and acts on whose it turns out to be. */
export async function lookFirst(
  world: NodeWorld,
  input: WalkInput,
  attempt: Attempt,
): Promise<Finding> {
  const looked = await look(world, input, attempt);
  if (looked.kind === "finding") return looked.finding;
  return await apply(world, input, { ...attempt, mode: looked.mode });
}

async function apply(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, mode }: Attempt & { mode: ApplyMode },
): Promise<Finding> {
  const wanted = item.wanted();
  if ("state" in wanted) return finding(item, situation, wanted);
  const outcome = await world.writes.run(async () => {
    const desired = await overLive(world, { desired: wanted, mode }, input.signal);
    return await world.applier.perform({ kind: "apply", desired, mode }, input.signal);
  });
  const { kind } = item.key;
  const result = outcome.kind === "applied" ? "success" : "error";
  world.metrics.applyAttempt({ kind, result, conflictPolicy: item.policy.conflictPolicy });
  if (outcome.kind === "exists") return await lookFirst(world, input, { item, situation });
  if (outcome.kind === "applied") {
    if (mode === "repair") countRepair(world, input, item);
    return appliedFinding(world, { item, wanted, object: outcome.object, situation, mode });
  }
  return finding(item, situation, refused(item, outcome));
}

function paceKey({ node }: WalkInput, { id }: Target): string {
  return `${node.uid}/${id}`;
}

function countRepair(world: NodeWorld, input: WalkInput, item: Target): void {
  if (world.repairs.repaired(paceKey(input, item), input.now) === FREE_REPAIRS) {
    reportContended(world, input.node, item);
  }
}

function appliedFinding(
  world: NodeWorld,
  of: Attempt & {
    wanted: DesiredObject;
    object: Extract<Outcome, { kind: "applied" }>["object"];
    mode: ApplyMode;
  },
): Finding {
  const child = world.children.observe(of.item.type, of.object);
  if (child.kind === "Namespace" && child.apiVersion === "v1") world.namespaces.observe(of.object);
  return {
    ...base(of.item, of.situation),
    settled: settleReadiness(child.readiness, of.item.policy),
    child,
    written: { hash: of.wanted.hash, inputs: of.wanted.inputs },
    repaired: of.mode === "repair",
  };
}

function refused(item: Target, outcome: Exclude<Outcome, { kind: "applied" | "exists" }>): Settled {
  if (outcome.kind === "conflict") {
    const message = `${
      describeConflicts(outcome.conflicts)
    }; set conflictPolicy: Force to take the fields over`;
    return { state: "Conflicted", reason: "ResourceConflict", message };
  }
  if (outcome.kind === "rejected" && outcome.code === "NamespaceTerminating") {
    const message =
      `Waiting for namespace ${item.key.namespace}, which is terminating, to be gone and made anew`;
    return { state: "Waiting", reason: "NamespaceTerminating", message };
  }
  const message = outcome.kind === "rejected" ? outcome.message : outcome.kind;
  return {
    state: "Failed",
    reason: "ApplyFailed",
    message: `Failed to apply resource ${item.id}: ${message}`,
  };
}
