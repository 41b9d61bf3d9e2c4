import type { StoredHub } from "../api/stored.ts";
import { intervalMs } from "./interval.ts";
import type { HubWorld } from "./world.ts";

export interface Timing {
  readonly key: string;
  readonly hub: StoredHub;
  readonly basis: string;
}

/** Whether the hub reads in this pass, and where it may not, though it is time, milliseconds until it asks again. */
export interface Turn {
  readonly due: boolean;
  readonly waitMs: number;
}

/** How soon a hub whose last read failed asks for its turn again. */
export const TURN_MS = 1000;

/** Takes the hub's turn to read, where it is time and it gets one; a hub whose last read failed has it until `sickReads.end`. */
export function takeTurn(world: HubWorld, of: Timing): Turn {
  if (waitBeforeRead(world, of) > 0) return { due: false, waitMs: 0 };
  const sick = world.memory.get(of.key)?.sync.kind === "failed";
  return !sick || world.sickReads.begin(of.key) ? { due: true, waitMs: 0 } : { due: false, waitMs: TURN_MS };
}

/** Many nodes that go one after another are no reason to read the rows for each. */
const GONE_MS = 1000;

/** Milliseconds until the next read is due. After a failed read or refused write it comes sooner, growing up to the interval. */
export function waitBeforeRead(world: HubWorld, { key, hub, basis }: Timing): number {
  const memory = world.memory.get(key);
  const now = world.now().getTime();
  if (memory === undefined || memory.basis !== basis || memory.overtaken === "secretChanged") return 0;
  // A clock that was set back is no reason to wait for hours.
  if (now < memory.readAt) return 0;
  const interval = intervalMs(hub.spec);
  const failures = world.backoff.failures(key);
  const wait = failures === 0 ? interval : Math.min(interval, 1000 * 2 ** Math.min(failures - 1, 20));
  const since = memory.overtaken === "nodeGone" ? Math.min(wait, GONE_MS) : wait;
  return Math.max(0, memory.readAt + since - now);
}

/** Writing that takes longer than the interval gives way to a read, so that rows are followed in a bulk too. */
export function nextReadAt(world: HubWorld, hub: StoredHub): number {
  return world.now().getTime() + intervalMs(hub.spec);
}
