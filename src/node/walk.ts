import { namespacedName } from "../api/resource_key.ts";
import { outcomeOf } from "../apply/rejection.ts";
import { whole } from "../controller/limit.ts";
import { act, lookFirst, paceKey } from "./act.ts";
import { objectId } from "./child_caches.ts";
import { decide, type Decision, type DependencyState, type Situation } from "./decide.ts";
import { type Attempt, brokenFinding, finding, type WalkInput } from "./finding.ts";
import type { Target } from "./gather.ts";
import { judge } from "./judge.ts";
import { lookCloser } from "./look_closer.ts";
import { nodeEvent } from "./node_event.ts";
import { type Finding, IMMUTABLE_REASON, type Settled, settledAt } from "./settle.ts";
import { keptChild, keptState, situate, type Visit } from "./situate.ts";
import { verifyRights } from "./verify.ts";
import type { NodeWorld } from "./world.ts";

/** Goes through the waves: decides about each resource, writes what is to be written, and says what came of it. */
export async function walkWaves(world: NodeWorld, input: WalkInput): Promise<Finding[]> {
  const byId = new Map(input.items.map((item) => [item.id, item]));
  const states = new Map<string, DependencyState>(input.excluded.map((id) => [id, "Ready"]));
  const findings: Finding[] = [];
  const depended = new Set(input.items.flatMap(({ policy }) => policy.dependIds ?? []));
  for (const wave of input.waves) {
    const items = wave.flatMap((id) => byId.get(id) ?? []);
    const visited = await whole(items.map((item) => visit(world, input, { item, states })));
    const found = await whole(visited.map(async (finding) => {
      return { ...await lookCloser(world, input, finding), depended: depended.has(finding.id) };
    }));
    for (const finding of found) {
      states.set(finding.id, dependencyState(settledAt(finding, input.records.get(finding.id), input.now)));
    }
    findings.push(...found);
  }
  return findings;
}

function dependencyState({ state }: Settled): DependencyState {
  if (state === "Ready") return "Ready";
  return state === "Waiting" || state === "Progressing" ? "Waiting" : "Failed";
}

async function visit(world: NodeWorld, input: WalkInput, { item, states }: Visit): Promise<Finding> {
  if (item.kind === "broken") return brokenFinding(item, input.records.get(item.id));
  await judge(world, input, item);
  const situation = situate(world, input, { item, states });
  const record = input.records.get(item.id);
  if (record?.reason === CONTENDED) {
    world.repairs.resume(paceKey(input, item), input.now, record.message ?? "");
  }
  try {
    const found = await follow(world, input, { item, situation });
    return contended(world, input, { item, found: withWriter(world, found) });
  } catch (error) {
    // A read of this object that failed says nothing about the others, whose writes are to be recorded.
    const by = { namespace: item.key.namespace, account: world.account };
    const outcome = outcomeOf(error, item.type, by);
    const { message } = outcome.kind === "conflict" || outcome.kind === "rejected"
      ? outcome
      : { message: "" };
    const failed = { state: "Failed" as const, reason: "ApplyFailed" };
    return finding(item, situation, {
      ...failed,
      message: `Failed to apply resource ${item.id}: ${message}`,
    });
  }
}

async function follow(world: NodeWorld, input: WalkInput, { item, situation }: Attempt): Promise<Finding> {
  const decision = decide(situation);
  switch (decision.kind) {
    case "wait":
      return finding(item, situation, {
        state: "Waiting",
        reason: decision.reason,
        message: decision.message,
      });
    case "skip":
      return finding(item, situation, {
        state: "Skipped",
        reason: "DependencySkipped",
        message: decision.message,
      });
    case "conflict":
      // It may be let go of while the others are gone through.
      awaitHeld(world, input);
      return finding(item, situation, {
        state: "Conflicted",
        reason: "ResourceConflict",
        message: decision.message,
      });
    case "refused":
      return finding(item, situation, {
        state: "Failed",
        reason: IMMUTABLE_REASON,
        message: decision.message,
      });
    case "verify":
      return await verify(world, input, { item, situation });
    case "keep":
      return { ...finding(item, situation, keptState(situation)), child: keptChild(situation) };
    case "look": {
      const waitMs = repairs(decision, situation) ? world.repairs.waitMs(paceKey(input, item), input.now) : 0;
      if (waitMs === 0) return await lookFirst(world, input, { item, situation });
      const kept = { ...finding(item, situation, keptState(situation)), child: keptChild(situation) };
      return { ...kept, repairInMs: waitMs };
    }
    case "apply":
      reportProceeding(world, input, situation);
      return await act(world, input, { item, situation, mode: decision.mode });
  }
}

function withWriter({ account }: NodeWorld, found: Finding): Finding {
  return found.written === undefined ? found : { ...found, by: { account: account?.name } };
}

/** What is to be done beside that is done by the account that may. */
async function verify(world: NodeWorld, input: WalkInput, { item, situation }: Attempt): Promise<Finding> {
  const refused = await verifyRights(world, input, { item, situation });
  const { record, account } = situation;
  if (refused !== undefined || record === undefined) {
    return refused ?? finding(item, situation, keptState(situation));
  }
  const { account: _, ...rest } = record;
  const verified = { ...situation, record: account === undefined ? rest : { ...rest, account } };
  return { ...await follow(world, input, { item, situation: verified }), by: { account } };
}

function reportProceeding(world: NodeWorld, { node }: WalkInput, { id, dependencies }: Situation): void {
  const failed = [...dependencies].find(([, state]) => state === "Failed")?.[0];
  if (failed === undefined) return;
  const message =
    `Dependency '${failed}' failed, but creating resource '${id}' anyway (skipOnDependencyFailure=false)`;
  nodeEvent(world, node, { type: "Warning", reason: "DependencyFailedButProceeding", message });
}

/** Whether what is found will be put back, if somebody else changed or deleted it. */
function repairs(decision: Extract<Decision, { kind: "look" }>, { record }: Situation): boolean {
  if (decision.why === "changed") return true;
  return record?.uid !== undefined && record.once !== true && record.reason !== "Recreating";
}

/** What is fought over with another writer is in conflict until a gap passes without a change. */
function contended(
  world: NodeWorld,
  input: WalkInput,
  { item, found }: { item: Target; found: Finding },
): Finding {
  const key = paceKey(input, item);
  const contention = world.repairs.contention(key, input.now);
  const { state } = found.settled;
  if (contention === undefined || (state !== "Ready" && state !== "Progressing")) return found;
  const settled: Settled = { state: "Conflicted", reason: CONTENDED, message: contention.message };
  return { ...found, settled, repairInMs: Math.min(found.repairInMs ?? Infinity, contention.clearsInMs + 1) };
}

/** Reason of what another writer changes as often as it is repaired, an event reason too. */
const CONTENDED = "DriftContended";

/** Has the node looked at again when another one lets go of what these items are to be; replaces what it waited for. */
export function awaitHeld(
  world: Pick<NodeWorld, "heldObjects">,
  { node, items }: Pick<WalkInput, "node" | "items">,
): void {
  const objects = items.flatMap((item) => item.kind === "broken" ? [] : [objectId(item.type, item.key)]);
  world.heldObjects.wait(namespacedName(node), objects);
}
