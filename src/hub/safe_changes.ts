import { ANNOTATION } from "../api/labels.ts";
import type { StoredHub, StoredNode } from "../api/stored.ts";
import { guardDeletions, type HeldDeletions, uidsOf } from "./deletion_guard.ts";
import { uidOf } from "./distinct_rows.ts";
import type { HubPlan, NodeChange } from "./plan.ts";
import { readRows } from "./read_rows.ts";
import type { HubMemory, HubWorld } from "./world.ts";

/** The changes that may be carried out, and what the next sync has to know of them. */
export interface SafeChanges extends Pick<HubMemory, "covered" | "wentAt"> {
  readonly changes: readonly NodeChange[];
  readonly held: HeldDeletions | undefined;
}

const WINDOW_MS = 10 * 60_000;

/**
 * Takes out of a plan what a wrong read could have caused: many deletions at once wait for approval, and a row that is
 * gone must be gone in a second read, over a new connection, before its node goes. Throws `SourceError` where that
 * second read fails.
 */
export async function safeChanges(
  world: HubWorld,
  of: { hub: StoredHub; plan: HubPlan; nodes: readonly StoredNode[]; before: HubMemory | undefined },
  signal: AbortSignal,
): Promise<SafeChanges> {
  const { hub, plan, nodes, before } = of;
  const now = world.now().getTime();
  const wentAt = (before?.wentAt ?? []).filter((at) => now - at < WINDOW_MS);
  const { changes, held, covered } = guardDeletions({
    changes: plan.changes,
    uids: new Set(nodes.map((node) => node.spec.uid)),
    guard: hub.spec.deletionGuard,
    approved: hub.annotations[ANNOTATION.approveDeletions],
    covered: before?.covered ?? new Set(),
    recent: wentAt.length,
  });
  const gone = changes.filter((change) => change.kind === "delete" && change.cause === "RowGone");
  if (gone.length === 0) return { changes, held, covered, wentAt };
  const second = new Set((await readRows(world, hub, signal)).verdicts().map(uidOf));
  const back = new Set(gone.filter((change) => change.kind === "delete" && second.has(change.node.spec.uid)));
  const confirmed = gone.filter((change) => !back.has(change));
  const unapproved = confirmed.filter((change) => change.kind === "delete" && !covered.has(change.node.name));
  return {
    changes: changes.filter((change) => !back.has(change)),
    held,
    covered,
    wentAt: [...wentAt, ...Array.from(uidsOf(unapproved), () => now)],
  };
}
