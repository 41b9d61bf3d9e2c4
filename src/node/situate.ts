import { isShared } from "../api/claimant.ts";
import { ANNOTATION } from "../api/labels.ts";
import type { ResourceRecord } from "../api/node.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import { childOfNode, isTracked, ownClaim } from "./child.ts";
import { type DependencyState, isKnownDrift, type LiveState, type Situation } from "./decide.ts";
import type { WalkInput } from "./finding.ts";
import type { Item, Target } from "./gather.ts";
import { judgedBy } from "./ready_rules.ts";
import { type Settled, settleReadiness } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

/** A resource whose turn it is, and how those before it came out. */
export interface Visit {
  readonly item: Item;
  readonly states: ReadonlyMap<string, DependencyState>;
}

/** All that decides about one resource, from record and caches. */
export function situate(
  world: NodeWorld,
  input: WalkInput,
  { item, states }: Visit & { item: Target },
): Situation {
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
    account: world.account?.name,
  };
}

function liveState(
  world: NodeWorld,
  node: StoredNode,
  { item, recordedUid }: { item: Target; recordedUid: string | undefined },
): LiveState {
  const found = world.children.find(item.type, item.key);
  if (found === undefined) return { kind: "unseen" };
  const shared = isShared(item.policy, item.key);
  const other = shared ? undefined : found.claims?.find(({ uid, name }) => uid !== node.uid && name !== "");
  if (other !== undefined) return { kind: "foreign", owner: `${other.namespace}/${other.name}` };
  const child = judgedBy(childOfNode(found, node), item.policy);
  // Whoever had the labels of a shared object let go of it: one of those who stay is to have them.
  if (shared && child.node === "") return { kind: "unseen" };
  const ours = isTracked(child, node) || child.uid === recordedUid || ownClaim(child, node) !== undefined;
  if (ours) return { kind: "present", child };
  // Whether it may be shared with those who have it is told by the object.
  if (shared && child.claims !== undefined) return { kind: "unseen" };
  return { kind: "foreign", owner: `${child.nodeNamespace}/${child.node}` };
}

/** How a resource is that is neither written nor waited for. */
export function keptState(situation: Situation): Settled {
  const { live, policy, record } = situation;
  if (live.kind !== "present") return goneState(record);
  const settled = settleReadiness(live.child.readiness, policy);
  if (settled.state !== "Ready" || !isKnownDrift(situation)) return settled;
  return { state: "Ready", reason: "Drifted", message: record?.message ?? "" };
}

/** What was created once counts as done when it is gone: a Job that cleaned itself up has run. One that failed has not. */
export function goneState(record: ResourceRecord | undefined): Settled {
  if (record?.state !== "Failed") {
    return {
      state: "Ready",
      reason: "CreatedOnce",
      message: "created once; the object is gone and is not made again",
    };
  }
  if (record.reason === "FailedAndGone") {
    return { state: "Failed", reason: record.reason, message: record.message ?? "" };
  }
  const message =
    `failed, and its object is gone: ${record.message ?? record.reason ?? ""}. It is created once: ` +
    `the annotation ${ANNOTATION.recreate}: ${record.id} on the LynqNode has it made again`;
  return { state: "Failed", reason: "FailedAndGone", message };
}

/** The object that is kept: the recorded one, or one that tells of itself that it was created once. */
export function keptChild({ live, record }: Situation): Child | undefined {
  if (live.kind !== "present") return undefined;
  return live.child.createdOnce || live.child.uid === record?.uid ? live.child : undefined;
}
