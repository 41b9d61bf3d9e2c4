import { explain } from "../apply/rejection.ts";
import { refOf } from "../apply/object_ref.ts";
import type { ObjectKey } from "../api/resource_key.ts";
import { isNotFound, KubeError, KubeUnreachable } from "../kube/error.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import { childOfNode } from "./child.ts";
import { failed, type Leftover, leftover, type PruneInput, terminating, waiting } from "./leftover.ts";
import { isStillOurs } from "./living_nodes.ts";
import { holdersOf } from "./namespace_holders.ts";
import type { Orphan, OrphanDecision } from "./orphans.ts";
import { type LetGo, reportLetGo } from "./prune_report.ts";
import type { ServedKind } from "./served_kind.ts";
import { releaseShared } from "./release_claim.ts";
import type { NodeWorld } from "./world.ts";

/** One orphan, what was decided about it, and its kind. */
export interface Decided {
  readonly orphan: Orphan;
  readonly decision: OrphanDecision;
  readonly served: ServedKind;
}

/** Carries out what was decided. What can't be read now is left over, and holds up no other. */
export async function letGo(
  world: NodeWorld,
  input: PruneInput,
  { orphan, decision, served }: Decided,
): Promise<Leftover | undefined> {
  if (decision.kind === "wait") {
    return orphan.child?.deleting === true ? terminating(orphan) : waiting(orphan);
  }
  if (served.kind !== "served") {
    return failed(orphan, served.kind === "unknown" ? served.message : "its kind is not served");
  }
  try {
    return await carryOut(world, input, { orphan, decision, type: served.type });
  } catch (error) {
    if (!(error instanceof KubeError) && !(error instanceof KubeUnreachable)) throw error;
    if (await isUnseenAndGone(world, error, { ...served, key: orphan.key, signal: input.signal })) {
      return undefined;
    }
    const { key } = orphan;
    const by = { type: served.type, namespace: key.namespace, account: world.account };
    return failed(orphan, error instanceof KubeError ? explain(error, by) : error.message);
  }
}

/** What a node's account may not see, as after its rights went with a namespace, is gone where nobody finds it. */
async function isUnseenAndGone(
  { account, client }: Pick<NodeWorld, "account" | "client">,
  error: unknown,
  { type, key, signal }: { type: ResourceType; key: ObjectKey; signal: AbortSignal },
): Promise<boolean> {
  if (account === undefined || !(error instanceof KubeError) || error.status !== 403) return false;
  try {
    await client.get(refOf(type, key), { metadataOnly: true, signal });
    return false;
  } catch (other) {
    return isNotFound(other);
  }
}

interface Going {
  readonly orphan: Orphan;
  readonly decision: OrphanDecision;
  readonly type: ResourceType;
}

async function carryOut(
  world: NodeWorld,
  input: PruneInput,
  { orphan, decision, type }: Going,
): Promise<Leftover | undefined> {
  if (orphan.shared) return await releaseShared(world, input, { orphan, type });
  switch (decision.kind) {
    case "wait":
      return undefined;
    case "look":
      return await lookThenLetGo(world, input, { orphan, decision, type });
    case "retain":
      return await leave(world, input, { orphan, type, uid: decision.uid, letGo: { kind: "retained" } });
    case "delete":
      return await remove(world, input, { orphan, type, uid: decision.uid });
  }
}

async function lookThenLetGo(
  world: NodeWorld,
  input: PruneInput,
  { orphan, decision, type }: Going & { decision: Extract<OrphanDecision, { kind: "look" }> },
): Promise<Leftover | undefined> {
  const object = await world.applier.look(type, orphan.key, input.signal);
  if (object === undefined) return undefined;
  if (!await isStillOurs(world, input, { object, uid: decision.uid })) return undefined;
  const seen = world.children.observe(type, object, input.node);
  const child = childOfNode(seen, input.node);
  if (decision.policy === "Delete" && child.deleting) return terminating({ ...orphan, child });
  const next = { kind: decision.policy === "Retain" ? "retain" as const : "delete" as const, uid: child.uid };
  const shared = child.claims !== undefined;
  return await carryOut(world, input, { orphan: { ...orphan, child, shared }, decision: next, type });
}

interface Leaving {
  readonly orphan: Orphan;
  readonly type: ResourceType;
  readonly uid: string;
}

async function remove(world: NodeWorld, input: PruneInput, of: Leaving): Promise<Leftover | undefined> {
  const { orphan, type, uid } = of;
  const holders = await holdersOf(world, input, orphan);
  if (holders.length > 0) return await leave(world, input, { ...of, letGo: { kind: "held", holders } });
  const target = { type, key: orphan.key, uid };
  const outcome = await world.writes.run(() =>
    world.applier.perform({ kind: "delete", target }, input.signal)
  );
  if (outcome.kind === "gone") reportLetGo(world, input, { orphan, letGo: { kind: "deleted" } });
  return leftover(orphan, outcome);
}

/** Others write status, and the garbage collector owners, while we read: so often it is read again. */
const ATTEMPTS = 4;

async function leave(
  world: NodeWorld,
  input: PruneInput,
  { orphan, type, uid, letGo }: Leaving & { letGo: LetGo },
): Promise<Leftover | undefined> {
  const target = { type, key: orphan.key, uid };
  for (let attempt = 1;; attempt++) {
    const outcome = await world.writes.run(() =>
      world.applier.perform({ kind: "orphan", target, reason: input.reason }, input.signal)
    );
    const changed = outcome.kind === "rejected" && outcome.code === "Changed";
    if (changed && attempt < ATTEMPTS) continue;
    if (outcome.kind === "orphaned") reportLetGo(world, input, { orphan, letGo });
    return leftover(orphan, outcome);
  }
}
