import type { OrphanReason } from "../api/labels.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { Outcome } from "../api/stages.ts";
import { whole } from "../controller/limit.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { holdsRetained, namespaceHolders } from "./namespace_holders.ts";
import { decideOrphans, isNamespace, type Orphan, type OrphanDecision } from "./orphans.ts";
import { rfc3339 } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

export interface PruneInput {
  readonly node: StoredNode;
  readonly orphans: readonly Orphan[];
  readonly reason: OrphanReason;
  readonly signal: AbortSignal;
}

/** What is left of one orphan, and why. */
export interface Leftover {
  readonly orphan: Orphan;
  readonly failed: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Lets go of what left the desired set, wave by wave as far as it goes now; what is not confirmed gone is left over. */
export async function prune(world: NodeWorld, input: PruneInput): Promise<Leftover[]> {
  let rest: readonly Orphan[] = input.orphans;
  for (;;) {
    const before = rest.length;
    const decisions = decideOrphans(
      rest,
      (namespace) => namespaceHolders(world, { node: input.node, namespace, orphans: rest }),
    );
    const settled = await whole(decisions.map((decided) => tryToLetGo(world, input, decided)));
    const left = settled.filter((leftover) => leftover !== undefined);
    rest = left.map(({ orphan }) => orphan);
    const waiting = left.some(({ reason }) => reason === "WaitingForDependents");
    const held = left.some(({ failed, reason }) => failed || reason === "Terminating");
    if (!waiting || held || left.length === before) return left;
  }
}

interface Decided {
  readonly orphan: Orphan;
  readonly decision: OrphanDecision;
}

/** What can't be read now is left over, and holds up no other. */
async function tryToLetGo(
  world: NodeWorld,
  input: PruneInput,
  decided: Decided,
): Promise<Leftover | undefined> {
  try {
    return await letGo(world, input, decided);
  } catch (error) {
    if (!(error instanceof KubeError) && !(error instanceof KubeUnreachable)) throw error;
    return { orphan: decided.orphan, failed: true, reason: "DeletionFailed", message: error.message };
  }
}

async function letGo(
  world: NodeWorld,
  input: PruneInput,
  { orphan, decision }: Decided,
): Promise<Leftover | undefined> {
  if (decision.kind === "forget") return undefined;
  const waiting = {
    orphan,
    failed: false,
    reason: "WaitingForDependents",
    message: "waits for what depends on it",
  };
  if (decision.kind === "wait") return orphan.child?.deleting === true ? terminating(orphan) : waiting;
  const found = await world.discovery.resolve(orphan.key.apiVersion, orphan.key.kind);
  if (found.kind === "absent") return kindGone(input, orphan);
  return await act(world, input, { orphan, decision, type: found.type });
}

/** The objects of a kind go with its CustomResourceDefinition; a node that is deleted doesn't wait for its return. */
function kindGone(input: PruneInput, orphan: Orphan): Leftover | undefined {
  if (input.node.deleting) return undefined;
  const message = `the API server no longer serves ${orphan.key.kind} in ${orphan.key.apiVersion}`;
  return { orphan, failed: true, reason: "KindNotFound", message };
}

interface Acting extends Decided {
  readonly type: ResourceType;
}

async function act(
  world: NodeWorld,
  input: PruneInput,
  { orphan, decision, type }: Acting,
): Promise<Leftover | undefined> {
  if (decision.kind === "look") {
    const object = await world.applier.look(type, orphan.key, input.signal);
    if (object === undefined || object.metadata.uid !== decision.uid) return undefined;
    const child = world.children.observe(type, object);
    const retain = decision.policy === "Retain";
    if (!retain && child.deleting) return terminating({ ...orphan, child });
    const next: OrphanDecision = { kind: retain ? "retain" : "delete", uid: decision.uid };
    return await act(world, input, { orphan: { ...orphan, child }, decision: next, type });
  }
  if (decision.kind !== "delete" && decision.kind !== "retain") return undefined;
  if (decision.kind === "delete" && isNamespace(orphan)) {
    const holds = await holdsRetained(world, orphan.key.name, input.signal);
    const next: OrphanDecision = { kind: "retain", uid: decision.uid };
    if (holds) return await act(world, input, { orphan, decision: next, type });
  }
  const target = { type, key: orphan.key, uid: decision.uid };
  const outcome = await world.writes.run(() =>
    decision.kind === "delete"
      ? world.applier.perform({ kind: "delete", target }, input.signal)
      : world.applier.perform({ kind: "orphan", target, reason: input.reason }, input.signal)
  );
  if (outcome.kind === "orphaned") report(world, input, { orphan, retained: true });
  if (outcome.kind === "gone" && decision.kind === "delete") {
    report(world, input, { orphan, retained: false });
  }
  return leftover(orphan, outcome);
}

function leftover(orphan: Orphan, outcome: Outcome): Leftover | undefined {
  if (outcome.kind === "gone" || outcome.kind === "orphaned") return undefined;
  if (outcome.kind === "deleting") return terminating(orphan);
  const message = "message" in outcome ? outcome.message : outcome.kind;
  return { orphan, failed: true, reason: "DeletionFailed", message };
}

function terminating(orphan: Orphan): Leftover {
  return { orphan, failed: false, reason: "Terminating", message: "deleted; waits for its finalizers" };
}

function report(
  world: NodeWorld,
  input: PruneInput,
  { orphan, retained }: { orphan: Orphan; retained: boolean },
): void {
  const { node, reason } = input;
  const what = `${orphan.key.kind}/${orphan.key.name}`;
  const event = (eventReason: string, message: string) =>
    world.events.record({
      regarding: regarding(node),
      type: "Normal",
      reason: eventReason,
      message,
      component: COMPONENT,
    });
  if (retained && isNamespace(orphan) && orphan.policy === "Delete") {
    return event(
      "NamespaceRetained",
      `Namespace ${orphan.key.name} is kept, since it holds objects that must stay`,
    );
  }
  if (reason === "LynqNodeDeleted") {
    if (retained) {
      event("ResourceRetained", `Resource ${what} retained with orphan labels (ownerReferences removed)`);
    }
    return;
  }
  if (retained) {
    const text =
      `Retained orphaned resource ${what} (ID: ${orphan.id}) - removed from template, marked with orphan labels`;
    event("OrphanedResourceRetained", text);
  } else {event(
      "OrphanedResourceDeleted",
      `Deleted orphaned resource ${what} (ID: ${orphan.id}) - removed from template`,
    );}
}

/** Until an object that is on its way out is looked at again: one that lost its label is in no watch. */
export const UNWATCHED_MS = 30_000;

export const COMPONENT = "lynqnode-controller";

/** A node as events name it. */
export function regarding(node: StoredNode) {
  return {
    apiVersion: "operator.lynq.sh/v1",
    kind: "LynqNode",
    namespace: node.namespace,
    name: node.name,
    uid: node.uid,
  };
}

/** The record of what is left over, which stays until it is confirmed gone. */
export function leftoverRecord({ orphan, reason, message }: Leftover, now: Date): ResourceRecord {
  const { record, key, child } = orphan;
  const uid = record?.uid ?? child?.uid;
  return {
    ...record,
    id: orphan.id,
    apiVersion: key.apiVersion,
    kind: key.kind,
    ...(key.namespace === "" ? {} : { namespace: key.namespace }),
    name: key.name,
    state: "Deleting",
    reason,
    message,
    since: record?.state === "Deleting" && record.since !== undefined ? record.since : rfc3339(now),
    ...(uid === undefined ? {} : { uid }),
    ...(orphan.policy === "Retain" ? { deletionPolicy: "Retain" as const } : {}),
  };
}
