import type { StoredForm, StoredHub } from "../api/stored.ts";
import type { HubPlan } from "./plan.ts";
import type { HubMemory, HubWorld } from "./world.ts";

/**
 * A read whose rows asked for nothing, remembered by digests instead of rows: as long as hub, forms and nodes are as they
 * were then, a read of the same rows asks for nothing either, and needs no plan.
 */
export interface Calm {
  /** Digest of the rows. */
  readonly rows: string;
  /** What hub, forms and nodes were, as `stampOf` tells. */
  readonly stamp: string;
  /** Milliseconds since the epoch at which time alone changes what is asked for: a pause ends. */
  readonly until: number;
}

/** What changes with every change of the hub, of its forms and of any node that could be the hub's. */
export function stampOf(
  world: { readonly nodes: Pick<HubWorld["nodes"], "moves"> },
  { hub, forms }: { hub: StoredHub; forms: readonly StoredForm[] },
): string {
  const versions = forms.map(({ uid, resourceVersion }) => `${uid}@${resourceVersion}`);
  return [`${hub.uid}@${hub.resourceVersion}`, ...versions, world.nodes.moves(hub.namespace)].join("\n");
}

/** Whether nothing that a plan is made of has moved, but perhaps the rows. */
export function isCalm(memory: HubMemory | undefined, of: { stamp: string; now: number }): boolean {
  return memory?.calm !== undefined && memory.overtaken === "no" && memory.calm.stamp === of.stamp &&
    of.now < memory.calm.until;
}

/** Whether a plan asks for nothing now and leaves nothing over for later. */
export function asksNothing(plan: HubPlan): boolean {
  return plan.changes.length === 0 && plan.marks.length === 0;
}

/** What the read found is calm only when its status is told too. */
export function keepCalm(
  world: Pick<HubWorld, "memory">,
  of: { key: string; memory: HubMemory; until: number },
): void {
  const { key, memory, until } = of;
  const present = world.memory.get(key);
  if (present === undefined || memory.calm === undefined) return;
  world.memory.set(key, { ...present, calm: { ...memory.calm, until } });
}
