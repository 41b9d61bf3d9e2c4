import { namespacedName } from "../api/resource_key.ts";
import type { RowProblem } from "../api/row.ts";
import type { StoredForm, StoredHub } from "../api/stored.ts";
import { type Carried, carryOut } from "./carry_out.ts";
import { type HubPlan, nameOf, type NodeChange } from "./plan.ts";
import { reportThrottled } from "./report.ts";
import { awaited, type Doubts, doubtsAfter, pendingWrites, stillInDoubt } from "./rollout.ts";
import { gate, movesOf, type NodeWrite } from "./rollout_gate.ts";
import type { HubMemory, HubWorld } from "./world.ts";

export interface Advance {
  readonly hub: StoredHub;
  readonly forms: readonly StoredForm[];
  /** What a read of the rows asks for; undefined where there was none. */
  readonly plan: (Pick<HubPlan, "marks"> & { readonly changes: readonly NodeChange[] }) | undefined;
  readonly before: HubMemory;
  /** Milliseconds since the epoch at which the next read is due: what is not begun then is planned for anew. */
  readonly until: number;
}

/** What came of it, and what the next pass has to know. */
export interface Advanced extends Pick<HubMemory, "waiting" | "doubts" | "throttled" | "full"> {
  readonly problems: readonly RowProblem[];
  readonly refused: number;
  readonly broken: Carried["broken"];
  readonly left: number;
}

/**
 * Writes what the gate lets through, of the rows' changes and of the forms' new revisions. It needs no read of the
 * database: nodes get another revision from the caches alone, and of the rows' changes those are remembered that wait.
 */
export async function advance(world: HubWorld, of: Advance, signal: AbortSignal): Promise<Advanced> {
  // 1. What is asked for.
  const { hub, forms, plan, before, until } = of;
  const now = world.now();
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  const asked = plan?.changes ?? pendingWrites(before.waiting, { hub: hub.name, forms, nodes, now });
  const planned = new Set(asked.map(nameOf));
  const moves = movesOf({ forms, nodes, now }).filter((move) => !planned.has(nameOf(move)));
  const writes = [...asked.filter((change): change is NodeWrite => change.kind !== "delete"), ...moves];
  const deletions = asked.filter((change) => change.kind === "delete");

  // 2. What may go now.
  const doubts = stillInDoubt(before.doubts, { nodes, now });
  const gated = gate({ forms, nodes, writes, doubtful: doubtful(doubts), now });
  reportThrottled(world, hub, gated.throttled.filter(({ form }) => !before.full.has(form)));

  // 3. Write it. What becomes ready meanwhile brings the hub back at once where something waits.
  const throttled = gated.held.length > 0;
  const key = namespacedName(hub);
  world.memory.set(key, { ...(world.memory.get(key) ?? before), throttled });
  const changes = [...gated.writes, ...deletions];
  const written = new Set(gated.writes.map(nameOf));
  const marks = plan?.marks.filter(({ node }) => !written.has(node.name)) ?? [];
  const { problems, refused, broken, left, answered, unanswered } = await carryOut(
    world,
    { hub, changes, marks, until },
    signal,
  );
  return {
    problems,
    refused,
    broken,
    left,
    waiting: awaited(gated.held),
    throttled,
    full: new Set(gated.throttled.map(({ form }) => form)),
    doubts: doubtsAfter(doubts, { answered, unanswered, now }),
  };
}

function doubtful(doubts: Doubts): ReadonlyMap<string, string> {
  return new Map([...doubts].map(([name, { form }]) => [name, form]));
}
