import type { ApplyMode, DesiredObject, Outcome } from "../api/stages.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { sharerOf } from "../api/claimant.ts";
import type { StoredNode } from "../api/stored.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Attempt, base, finding, type WalkInput } from "./finding.ts";
import type { Target } from "./gather.ts";
import { look } from "./look.ts";
import { overLive } from "./over_live.ts";
import { keyFailed, reportMadeKeys, toldBy } from "./made_keys.ts";
import { reportContended } from "./publish.ts";
import { FREE_REPAIRS } from "./repair_pace.ts";
import { childOfNode } from "./child.ts";
import { leftManagers, tracked, type Tracking, trackingKnown } from "./sharing.ts";
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
  const tracking = trackingKnown(situation.live, input.node);
  if (waitMs === 0) return await apply(world, input, { item, situation, mode, tracking });
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
  return await apply(world, input, { ...attempt, ...looked });
}

async function apply(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, mode, tracking }: Attempt & { mode: ApplyMode; tracking: Tracking },
): Promise<Finding> {
  const wanted = await item.wanted();
  if ("state" in wanted) return finding(item, situation, wanted);
  const { over, outcome } = await world.writes.run(async () => {
    const mine = tracked(wanted, tracking);
    const over = await overLive(world, { desired: mine, mode }, input.signal);
    if (over.kind === "failed") return { over, outcome: undefined };
    const action = { kind: "apply" as const, desired: over.desired, mode };
    return { over, outcome: await world.applier.perform(action, input.signal) };
  });
  if (outcome === undefined) return finding(item, situation, keyFailed(item, over));
  const { kind } = item.key;
  const result = outcome.kind === "applied" ? "success" : "error";
  world.metrics.applyAttempt({ kind, result, conflictPolicy: item.policy.conflictPolicy });
  if (outcome.kind === "exists") return await lookFirst(world, input, { item, situation });
  if (outcome.kind === "applied") {
    if (mode === "repair") countRepair(world, input, item);
    reportMadeKeys(world, input.node, { id: item.id, key: item.key, made: over.made });
    const object = await releaseLeft(world, { item, wanted, object: outcome.object }, input.signal);
    return appliedFinding(world, input.node, { item, wanted: over.desired, object, situation, mode });
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

/** Gives up what a manager of ours before this one has on the object; the object as it is then. */
async function releaseLeft(
  world: NodeWorld,
  { item, wanted, object }: { item: Target; wanted: DesiredObject; object: KubeObject },
  signal: AbortSignal,
): Promise<KubeObject> {
  const target = { type: item.type, key: item.key, uid: object.metadata.uid ?? "" };
  let rest = object;
  for (const manager of leftManagers(object, wanted)) {
    const outcome = await world.applier.perform({ kind: "release", target, manager }, signal);
    if (outcome.kind === "released") rest = outcome.object;
  }
  return rest;
}

function appliedFinding(
  world: NodeWorld,
  node: StoredNode,
  of: Attempt & {
    wanted: DesiredObject;
    object: Extract<Outcome, { kind: "applied" }>["object"];
    mode: ApplyMode;
  },
): Finding {
  const child = childOfNode(world.children.observe(of.item.type, of.object, node), node);
  if (child.kind === "Namespace" && child.apiVersion === "v1") world.namespaces.observe(of.object);
  return {
    ...base(of.item, of.situation),
    settled: settleReadiness(child.readiness, of.item.policy),
    child,
    written: {
      hash: of.wanted.hash,
      inputs: of.wanted.inputs,
      shared: of.wanted.shared,
      ...toldBy(of.wanted),
    },
    repaired: of.mode === "repair",
  };
}

function refused(item: Target, outcome: Exclude<Outcome, { kind: "applied" | "exists" }>): Settled {
  if (outcome.kind === "conflict") {
    const sharers = outcome.conflicts.some(({ manager }) => sharerOf(manager) !== undefined);
    const remedy = sharers
      ? "let the nodes that share the object render the same value"
      : "set conflictPolicy: Force to take the fields over";
    const message = `${describeConflicts(outcome.conflicts)}; ${remedy}`;
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
