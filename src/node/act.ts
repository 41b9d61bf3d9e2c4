import type { ApplyMode, DesiredObject, Outcome } from "../api/stages.ts";
import type { ResourceRecord } from "../api/node.ts";
import { describeConflicts } from "../apply/rejection.ts";
import { sharerOf } from "../api/claimant.ts";
import type { StoredNode } from "../api/stored.ts";
import type { KubeObject } from "../kube/object.ts";
import { type Attempt, base, finding, type WalkInput } from "./finding.ts";
import type { Target } from "./gather.ts";
import { look } from "./look.ts";
import { reportMadeKeys, type Told, toldBy } from "./made_keys.ts";
import { fieldHash, packFields } from "../kube/field_hashes.ts";
import { fieldPaths } from "../kube/fields.ts";
import { nodeDoubt } from "./node_doubt.ts";
import { ownFields } from "./own_fields.ts";
import { contentionText, reportContended, reportTaken } from "./drift_events.ts";
import { describeDrift, type DriftReport } from "./drift_report.ts";
import { immutableChange } from "./immutable.ts";
import type { Seen } from "./looked.ts";
import { judgedBy } from "./ready_rules.ts";
import { write } from "./write.ts";
import { childOfNode } from "./child.ts";
import { leftManagers, type Tracking, trackingKnown } from "./sharing.ts";
import { isNews } from "./decide.ts";
import { isShared } from "./ignored_fields.ts";
import { type Finding, type Settled, settleReadiness } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** Writes what was decided without looking. */
export async function act(
  world: NodeWorld,
  input: WalkInput,
  { item, situation, mode }: Attempt & { mode: ApplyMode },
): Promise<Finding> {
  const tracking = trackingKnown(situation.live, input.node);
  return await apply(world, input, { item, situation, mode, tracking });
}

/** Others write an object while it is read: so often it is read again before the pass gives up. */
const TRIES = 4;

/** Reads the object by name, and acts on whose it turns out to be. */
export async function lookFirst(
  world: NodeWorld,
  input: WalkInput,
  attempt: Attempt & { readonly tries?: number },
): Promise<Finding> {
  const looked = await look(world, input, attempt);
  if (looked.kind === "finding") return looked.finding;
  const { record } = attempt.situation;
  if (looked.seen?.kind === "deleted" && record !== undefined) {
    const doubt = await nodeDoubt(world, input.node, input.signal);
    if (doubt !== undefined) return asRecorded(attempt, record);
  }
  const found = await apply(world, input, { ...attempt, ...looked });
  const findable = looked.mode === "relabel" && attempt.item.policy.creationPolicy !== "Once";
  if (!findable || found.written === undefined) return found;
  // Its labels are back, so that it is seen again; what else was changed is told and left.
  const again = await look(world, input, attempt);
  return again.kind === "finding" ? again.finding : await apply(world, input, { ...attempt, ...again });
}

/** When the node is looked at again that was not what its watch told, if its watch tells nothing until then. */
const UNCONFIRMED_MS = 5000;

function asRecorded({ item, situation }: Attempt, { state, reason, message = "" }: ResourceRecord): Finding {
  const settled = { state, reason: reason ?? state, message };
  return { ...finding(item, situation, settled), repairInMs: UNCONFIRMED_MS };
}

interface Applying extends Attempt {
  readonly mode: ApplyMode;
  readonly tracking: Tracking;
  readonly seen?: Seen;
  readonly former?: boolean;
  /** How often the object turned out to be another version than was read. */
  readonly tries?: number;
}

async function apply(world: NodeWorld, input: WalkInput, applying: Applying): Promise<Finding> {
  const { item, situation, mode, tracking, former = false, tries = 1 } = applying;
  const wanted = await item.wanted();
  if ("state" in wanted) return finding(item, situation, wanted);
  const { record } = situation;
  const written = await world.writes.run(() =>
    write(world, { node: input.node.uid, wanted, mode, tracking, record, former }, input.signal)
  );
  if (written.kind === "unsent") return finding(item, situation, written.failed.settled);
  const { over, outcome, overridden } = written;
  const { kind } = item.key;
  const result = outcome.kind === "applied" ? "success" : "error";
  world.metrics.applyAttempt({ kind, result, conflictPolicy: item.policy.conflictPolicy });
  if (outcome.kind === "exists") return await lookFirst(world, input, { item, situation });
  if (outcome.kind === "rejected" && outcome.code === "Changed" && tries < TRIES) {
    return await lookFirst(world, input, { item, situation, tries: tries + 1 });
  }
  if (outcome.kind === "rejected") {
    const doubt = () => nodeDoubt(world, input.node, input.signal);
    const refusal = { item, situation, desired: over.desired, mode, outcome, doubt };
    const immutable = await immutableChange(world, refusal, input.signal);
    if (immutable === "gone") {
      return await apply(world, input, { ...applying, mode: "create", tracking: { kind: "ours" } });
    }
    if (immutable !== undefined) return immutable;
  }
  if (outcome.kind !== "applied") return finding(item, situation, refused(item, outcome));
  if (mode === "take") reportTaken(world, input.node, item);
  reportMadeKeys(world, input.node, { id: item.id, key: item.key, made: over.made });
  const object = await releaseLeft(world, { item, wanted, object: outcome.object }, input.signal);
  const taken = overridden.filter(({ field }) =>
    !isNews(situation) || !isShared(field, item.policy.ignoreFields ?? [])
  );
  const seen = applying.seen ??
    (taken.length === 0 ? undefined : { kind: "changed" as const, taken, removed: NONE });
  const drift = seen === undefined ? undefined : driftSeen(seen, object, wanted.manager);
  if (seen !== undefined || mode === "repair") countRepair(world, input, { item, drift, seen });
  return {
    ...appliedFinding(world, input.node, { item, mode, wanted: over.desired, object, situation }),
    ...(drift === undefined ? {} : { drift }),
  };
}

const NONE: ReadonlySet<string> = new Set();

/** What to tell of it; nothing where only ignored fields were touched. */
function driftSeen(seen: Seen, object: KubeObject, manager: string): DriftReport | undefined {
  if (seen.kind === "deleted") return { action: "Recreated", what: "" };
  const removed = fieldPaths(ownFields(object, manager)).filter((path) => seen.removed.has(fieldHash(path)));
  const what = describeDrift(seen.taken, removed);
  return what === "" ? undefined : { action: "Corrected", what };
}

export function paceKey({ node }: WalkInput, { id }: Target): string {
  return `${node.uid}/${id}`;
}

function countRepair(
  world: NodeWorld,
  input: WalkInput,
  { item, drift, seen }: { item: Target; drift: DriftReport | undefined; seen: Seen | undefined },
): void {
  const message = contentionText(item, drift);
  if (world.repairs.repaired(paceKey(input, item), input.now, { message, fields: repairedOf(seen) })) {
    reportContended(world, input.node, { id: item.id, message });
  }
}

/** What tells one repair from another: hashes of the fields. */
function repairedOf(seen: Seen | undefined): string[] {
  if (seen?.kind !== "changed") return [seen?.kind ?? "unknown"];
  return [...seen.taken.map(({ field }) => fieldHash(field)), ...seen.removed];
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
    mode: ApplyMode;
    wanted: DesiredObject;
    object: KubeObject;
  },
): Finding {
  const observed = world.children.observe(of.item.type, of.object, node);
  const child = judgedBy(childOfNode(observed, node), of.item.policy);
  if (child.kind === "Namespace" && child.apiVersion === "v1") world.namespaces.observe(of.object);
  return {
    ...base(of.item, of.situation),
    settled: settleReadiness(child.readiness, of.item.policy),
    child,
    written: {
      hash: of.wanted.hash,
      shared: of.wanted.shared,
      fields: packFields(fieldPaths(ownFields(of.object, of.wanted.manager))),
      ...renderedFrom(of),
    },
  };
}

/** New labels leave the content as it was rendered, if it was rendered here at all. */
function renderedFrom(
  { mode, wanted, situation: { record } }: Attempt & { mode: ApplyMode; wanted: DesiredObject },
): Told & { inputs?: string } {
  if (mode !== "relabel") return { inputs: wanted.inputs, ...toldBy(wanted.givens) };
  return { ...(record?.inputs === undefined ? {} : { inputs: record.inputs }), ...toldBy(record) };
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
