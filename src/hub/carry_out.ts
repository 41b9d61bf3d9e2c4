import { pauseOf } from "../api/pause.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { RowProblem } from "../api/row.ts";
import { holdsSensitive } from "../api/sensitive.ts";
import { type StoredHub, type StoredNode, toStoredNode } from "../api/stored.ts";
import { isConflict, isNotFound, KubeError } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { certainChanges } from "./certain_changes.ts";
import { newNode, nodeMarksPatch, nodePatch } from "./node_object.ts";
import { type HubPlan, nameOf, type NodeChange, type NodeWanted } from "./plan.ts";
import { hubEvent } from "./report.ts";
import { dropValues, giveToNode, keepValues, leaveNothing } from "./sensitive_secret.ts";
import type { HubWorld } from "./world.ts";

/** What came of the planned changes. */
export interface Carried {
  /** The rows whose node could not be made. */
  readonly problems: readonly RowProblem[];
  /** Changes that were refused. */
  readonly refused: number;
  /** Why changes were left undone: no answer came. */
  readonly broken: { readonly error: unknown } | undefined;
  /** Changes that were not begun when the time was up. */
  readonly left: number;
  /** Names of the nodes whose write was answered. */
  readonly answered: readonly string[];
  /** Nodes that may have been written or may be yet: no answer came, or one that doesn't tell. */
  readonly unanswered: readonly NodeWanted[];
}

export interface CarryOut {
  readonly hub: StoredHub;
  readonly changes: readonly NodeChange[];
  readonly marks?: HubPlan["marks"];
  /** Milliseconds since the epoch from which on no change is begun; those that were, are ended. */
  readonly until?: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Carries out the planned changes, each by itself: one that is refused is reported and holds up no other, one that gets
 * no answer ends it. Nothing goes on when it returns, and it never throws, so that what was done can be remembered.
 */
export async function carryOut(
  world: HubWorld,
  of: CarryOut,
  signal: AbortSignal,
): Promise<Carried> {
  const { until = Infinity } = of;
  const state: Pick<Mutable<Carried>, "refused" | "broken" | "left"> = {
    refused: 0,
    broken: undefined,
    left: 0,
  };
  const answered: string[] = [];
  const unanswered: NodeWanted[] = [];
  const certain = await onlyCertain(world, of, signal);
  state.refused += certain.refused;
  state.broken = certain.broken;
  const changed = new Set(of.changes.map(nameOf));
  const all: Change[] = [
    ...certain.changes,
    ...(of.marks ?? []).filter(({ node }) => !changed.has(node.name))
      .map((mark) => ({ kind: "mark" as const, ...mark })),
  ];
  const problems = await world.writes.apart().all(all.sort(smallFirst), async (change) => {
    if (signal.aborted || state.broken !== undefined) return undefined;
    if (world.now().getTime() >= until) {
      state.left++;
      return undefined;
    }
    if (isOvertaken(world, { hub: of.hub, change })) return undefined;
    try {
      await carryOutOne(world, { hub: of.hub, change }, signal);
      if ("wanted" in change) answered.push(change.wanted.name);
      return undefined;
    } catch (error) {
      if ("wanted" in change) {
        if (tells(change, error)) answered.push(change.wanted.name);
        else unanswered.push(change.wanted);
      }
      if (error instanceof KubeError) {
        state.refused++;
        return refused(world, { hub: of.hub, change, error });
      }
      state.broken ??= { error };
      return undefined;
    }
  });
  return { problems: problems.filter((problem) => problem !== undefined), ...state, answered, unanswered };
}

/** What of the changes is sure to be asked for; what is not counts as refused, so that it is planned anew. */
async function onlyCertain(
  world: HubWorld,
  { hub, changes }: CarryOut,
  signal: AbortSignal,
): Promise<Pick<Carried, "refused" | "broken"> & { changes: readonly NodeChange[] }> {
  if (signal.aborted) return { changes: [], refused: 0, broken: undefined };
  try {
    const certain = await certainChanges(world, { hub, changes }, signal);
    return { changes: certain, refused: changes.length - certain.length, broken: undefined };
  } catch (error) {
    const others = changes.filter(({ kind }) => kind === "create");
    const refused = error instanceof KubeError;
    return {
      changes: others,
      refused: refused ? changes.length - others.length : 0,
      broken: refused ? undefined : { error },
    };
  }
}

/** Nodes to make come in masses; what changes those that are there goes first. */
function smallFirst(a: Change, b: Change): number {
  return Number(a.kind === "create") - Number(b.kind === "create");
}

/** Whether an error says that nothing was written. A create that meets its own node may have made it before. */
function tells(change: NodeChange, error: unknown): boolean {
  if (!(error instanceof KubeError) || error.status >= 500) return false;
  return change.kind !== "create" || error.status !== 409;
}

type Change = NodeChange | ({ readonly kind: "mark" } & HubPlan["marks"][number]);

interface One {
  readonly hub: StoredHub;
  readonly change: Change;
}

/**
 * A pause holds from the moment it is seen, also for changes that were planned before; a form that is gone gets no more
 * nodes. What was asked to go, goes.
 */
function isOvertaken(world: HubWorld, { hub, change }: One): boolean {
  if (change.kind === "delete" && change.cause !== "RowGone" && change.cause !== "RowInactive") return false;
  const now = world.now();
  const present = world.hubs.get(namespacedName(hub));
  if (present !== undefined && pauseOf(present, now).kind === "paused") return true;
  const name = "wanted" in change ? change.wanted.form : change.node.spec.templateRef;
  const form = world.forms.ofHub(hub.namespace, hub.name).find((each) => each.name === name);
  return form === undefined ? change.kind === "create" : pauseOf(form, now).kind === "paused";
}

async function carryOutOne(world: HubWorld, { hub, change }: One, signal: AbortSignal): Promise<undefined> {
  switch (change.kind) {
    case "create":
      return await create(world, { hub, wanted: change.wanted }, signal);
    case "update":
      return await update(world, { hub, node: change.node, wanted: change.wanted }, signal);
    case "mark":
      return await patch(
        world,
        { node: change.node, body: nodeMarksPatch(change.node, change.marks) },
        signal,
      );
    case "delete":
      return await remove(world, { hub, node: change.node }, signal);
  }
}

const MANAGED = { fieldManager: "lynq" };

/** What the node's Secret is to hold is there before the node speaks of it. */
async function create(
  world: HubWorld,
  { hub, wanted }: { hub: StoredHub; wanted: NodeWanted },
  signal: AbortSignal,
): Promise<undefined> {
  try {
    await keepValues(world, { hub, wanted, node: undefined }, signal);
    const node = await made(world, { hub, wanted }, signal);
    world.nodes.observe(node);
    if (wanted.row.sensitive !== undefined) await giveToNode(world, toStoredNode(node), signal);
  } catch (error) {
    const key = namespacedName(hub);
    const memory = world.sensitiveMemory.get(key);
    if (memory !== undefined) world.sensitiveMemory.set(key, { ...memory, settled: false });
    throw error;
  }
}

async function made(
  world: HubWorld,
  { hub, wanted }: { hub: StoredHub; wanted: NodeWanted },
  signal: AbortSignal,
): Promise<KubeObject> {
  try {
    return await world.client.create(world.nodes.type, newNode(hub, wanted), MANAGED, signal);
  } catch (error) {
    await leaveNothing(world, { hub, wanted, error }, signal);
    throw error;
  }
}

async function update(
  world: HubWorld,
  { hub, node, wanted }: { hub: StoredHub; node: StoredNode; wanted: NodeWanted },
  signal: AbortSignal,
): Promise<undefined> {
  if (!holdsSensitive(node, wanted.row.sensitive)) await keepValues(world, { hub, wanted, node }, signal);
  await patch(world, { node, body: nodePatch(hub, node, wanted) }, signal);
  await dropValues(world, { wanted, node }, signal);
}

async function patch(
  world: HubWorld,
  { node, body }: { node: StoredNode; body: Record<string, unknown> },
  signal: AbortSignal,
): Promise<undefined> {
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  world.nodes.observe(await world.client.patch(ref, { type: "merge", body }, MANAGED, signal));
}

async function remove(
  world: HubWorld,
  { hub, node }: { hub: StoredHub; node: StoredNode },
  signal: AbortSignal,
): Promise<undefined> {
  const message =
    `Deleting LynqNode '${node.name}' (template: ${node.spec.templateRef}, uid: ${node.spec.uid}) - no ` +
    "longer in active dataset. This could be due to: row deletion, activate=false, or template change.";
  hubEvent(world, hub, { type: "Normal", reason: "NodeDeleting", message });
  const ref = { type: world.nodes.type, namespace: hub.namespace, name: node.name };
  try {
    await world.client.delete(ref, { uid: node.uid, propagationPolicy: "Background" }, signal);
  } catch (error) {
    // Another node has the name by now; the next plan sees it.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

function refused(world: HubWorld, of: One & { error: KubeError }): RowProblem | undefined {
  const { hub, change, error } = of;
  const name = change.kind === "mark" ? change.node.name : nameOf(change);
  world.log.error(`Failed to ${change.kind} LynqNode`, { node: `${hub.namespace}/${name}`, error });
  if (change.kind === "delete") {
    const message = `Failed to delete LynqNode '${name}': ${error.message}`;
    hubEvent(world, hub, { type: "Warning", reason: "NodeDeletionFailed", message });
    return undefined;
  }
  const message = `LynqNode ${name} could not be written: ${error.message}`;
  hubEvent(world, hub, { type: "Warning", reason: "NodeWriteFailed", message });
  if (change.kind === "mark") return undefined;
  const reason = error.status === 409 ? "NameTaken" as const : "NodeRejected" as const;
  return { reason, uid: change.wanted.row.uid, message };
}
