import type { ResourceRecord } from "../api/node.ts";
import type { ApplyMode, Child, DesiredObject, Outcome } from "../api/stages.ts";
import { describeConflicts, outcomeOf } from "../apply/rejection.ts";
import { whole } from "../controller/limit.ts";
import { claim } from "./claim.ts";
import { decide, type DependencyState, type LiveState, type Situation } from "./decide.ts";
import type { Item, Target } from "./gather.ts";
import { overLive } from "./over_live.ts";
import { reportContended } from "./publish.ts";
import { FREE_REPAIRS } from "./repair_pace.ts";
import { type Finding, type Settled, settledAt, settleReadiness } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";
import { ANNOTATION, nameAsLabel } from "../api/labels.ts";

export interface WalkInput {
  readonly node: StoredNode;
  readonly items: readonly Item[];
  readonly waves: readonly (readonly string[])[];
  readonly records: ReadonlyMap<string, ResourceRecord>;
  readonly signal: AbortSignal;
  /** The clock of this pass: what has timed out by now has failed, for its record and for its dependents. */
  readonly now: Date;
}

/** Goes through the waves: decides about each resource, writes what is to be written, and says what came of it. */
export async function walkWaves(world: NodeWorld, input: WalkInput): Promise<Finding[]> {
  const byId = new Map(input.items.map((item) => [item.id, item]));
  const states = new Map<string, DependencyState>();
  const findings: Finding[] = [];
  const depended = new Set(input.items.flatMap(({ policy }) => policy.dependIds ?? []));
  for (const wave of input.waves) {
    const items = wave.flatMap((id) => byId.get(id) ?? []);
    const visited = await whole(items.map((item) => visit(world, input, { item, states })));
    const found = visited.map((finding) => ({ ...finding, depended: depended.has(finding.id) }));
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

interface Visit {
  readonly item: Item;
  readonly states: ReadonlyMap<string, DependencyState>;
}

async function visit(world: NodeWorld, input: WalkInput, { item, states }: Visit): Promise<Finding> {
  if (item.kind === "broken") return brokenFinding(item, input.records.get(item.id));
  const situation = situate(world, input, { item, states });
  try {
    return await follow(world, input, { item, situation });
  } catch (error) {
    // A read of this object that failed says nothing about the others, whose writes are to be recorded.
    const outcome = outcomeOf(error, item.type);
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
      return finding(item, situation, {
        state: "Conflicted",
        reason: "ResourceConflict",
        message: decision.message,
      });
    case "keep":
      return { ...finding(item, situation, keptState(situation)), child: keptChild(situation) };
    case "look":
      return await lookFirst(world, input, { item, situation });
    case "apply": {
      const waitMs = decision.mode === "repair" ? world.repairs.waitMs(paceKey(input, item), input.now) : 0;
      if (waitMs === 0) return await apply(world, input, { item, situation, mode: decision.mode });
      const kept = { ...finding(item, situation, keptState(situation)), child: keptChild(situation) };
      return { ...kept, repairInMs: waitMs };
    }
  }
}

function situate(world: NodeWorld, input: WalkInput, { item, states }: Visit & { item: Target }): Situation {
  const { policy, key, type } = item;
  const dependencies = new Map(
    (policy.dependIds ?? []).map((id) => [id, states.get(id) ?? "Waiting" as const]),
  );
  const record = input.records.get(item.id);
  const own = record !== undefined && record.name === key.name &&
    (record.namespace ?? "") === key.namespace &&
    record.kind === key.kind;
  const namespace = type.namespaced ? key.namespace : "";
  return {
    id: item.id,
    policy,
    desired: item.desired,
    record: own ? record : undefined,
    live: liveState(world, input.node, { item, recordedUid: own ? record.uid : undefined }),
    dependencies,
    namespace: {
      name: namespace,
      state: namespace === "" || namespace === input.node.namespace
        ? "present"
        : world.namespaces.state(namespace),
    },
  };
}

function liveState(
  world: NodeWorld,
  node: StoredNode,
  { item, recordedUid }: { item: Target; recordedUid: string | undefined },
): LiveState {
  const child = world.children.find(item.type, item.key);
  if (child === undefined) return { kind: "unseen" };
  const labelled = child.node === nameAsLabel(node.name) && child.nodeNamespace === node.namespace;
  if (labelled || child.uid === recordedUid) return { kind: "present", child };
  return { kind: "foreign", owner: `${child.nodeNamespace}/${child.node}` };
}

/** What was created once counts as done when it is gone: a Job that cleaned itself up has run. */
function keptState({ live, policy }: Situation): Settled {
  if (live.kind === "present") return settleReadiness(live.child.readiness, policy);
  return {
    state: "Ready",
    reason: "CreatedOnce",
    message: "created once; the object is gone and is not made again",
  };
}

/** The object that is kept: the recorded one, or one that tells of itself that it was created once. */
function keptChild({ live, record }: Situation): Child | undefined {
  if (live.kind !== "present") return undefined;
  return live.child.createdOnce || live.child.uid === record?.uid ? live.child : undefined;
}

interface Attempt {
  readonly item: Target;
  readonly situation: Situation;
}

/** Reads the object by name, since record and cache don't agree, and acts on whose it turns out to be. */
async function lookFirst(world: NodeWorld, input: WalkInput, { item, situation }: Attempt): Promise<Finding> {
  const object = await world.applier.look(item.type, item.key, input.signal);
  if (object === undefined) return await apply(world, input, { item, situation, mode: "create" });
  if (object.metadata.deletionTimestamp !== undefined) {
    const message =
      `Waiting for the object of ${item.id}, which is being deleted, to be gone; it is then made anew`;
    return finding(item, situation, { state: "Waiting", reason: "BeingDeleted", message });
  }
  const owner = claim(object, input.node, { policy: item.policy, recordedUid: situation.record?.uid });
  // What was created once keeps its content, through its time as an orphan and without a record too.
  const written = object.metadata.annotations?.[ANNOTATION.createdOnce] === "true";
  const once = written && item.policy.creationPolicy === "Once";
  switch (owner.kind) {
    case "ours":
      return await apply(world, input, { item, situation, mode: once ? "relabel" : "repair" });
    case "orphan":
      return await apply(world, input, { item, situation, mode: once ? "relabel" : "adopt" });
    case "take":
      return await apply(world, input, { item, situation, mode: "take" });
    case "foreign":
      return await foreign(world, input, { item, situation, owner: owner.owner });
  }
}

async function foreign(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, owner }: Attempt & { owner: string },
): Promise<Finding> {
  const wanted = item.wanted();
  const conflicts = "state" in wanted ? [] : await world.applier.conflicts(wanted, input.signal);
  const fields = conflicts.length === 0 ? "" : `: ${describeConflicts(conflicts)}`;
  const message = `the object exists and belongs to ${owner}${fields}; it is left untouched. ` +
    "Set conflictPolicy: Force to take it over, or give the resource another name";
  return finding(item, situation, { state: "Conflicted", reason: "ResourceConflict", message });
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

function base(item: Target, { record, live }: Situation): Omit<Finding, "settled"> {
  const child = live.kind === "present" && record?.uid === live.child.uid ? live.child : undefined;
  return {
    id: item.id,
    key: item.key,
    wave: item.wave,
    policy: item.policy,
    child,
    written: undefined,
    repaired: false,
  };
}

function finding(item: Target, situation: Situation, settled: Settled): Finding {
  return { ...base(item, situation), settled };
}

/** What can't be rendered or has no kind keeps the record of the object that an earlier pass made. */
function brokenFinding(item: Extract<Item, { kind: "broken" }>, record: ResourceRecord | undefined): Finding {
  const key = item.key ??
    (record === undefined ? undefined : { ...record, namespace: record.namespace ?? "" }) ??
    { apiVersion: "", kind: "", namespace: "", name: "" };
  const { id, wave, policy, settled } = item;
  return { id, key, wave, policy, settled, child: undefined, written: undefined, repaired: false };
}
