import { nameAsLabel } from "../api/labels.ts";
import type { Child } from "../api/stages.ts";
import type { StoredNode } from "../api/stored.ts";
import type { DependencyState, LiveState, Situation } from "./decide.ts";
import type { WalkInput } from "./finding.ts";
import type { Item, Target } from "./gather.ts";
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
export function keptState({ live, policy }: Situation): Settled {
  if (live.kind === "present") return settleReadiness(live.child.readiness, policy);
  return {
    state: "Ready",
    reason: "CreatedOnce",
    message: "created once; the object is gone and is not made again",
  };
}

/** The object that is kept: the recorded one, or one that tells of itself that it was created once. */
export function keptChild({ live, record }: Situation): Child | undefined {
  if (live.kind !== "present") return undefined;
  return live.child.createdOnce || live.child.uid === record?.uid ? live.child : undefined;
}
