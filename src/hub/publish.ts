import { isDeepStrictEqual } from "node:util";
import { findCondition, hasTurned } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";
import type { PauseCause } from "../api/pause.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { StoredForm, StoredHub } from "../api/stored.ts";
import type { HubCounts } from "../telemetry/metrics.ts";
import { marksIn } from "../api/approval.ts";
import { hubStatus, type SyncResult } from "./hub_status.ts";
import { hubEvent } from "./report.ts";
import { type Guards, replaced } from "./safe_changes.ts";
import type { HubWorld } from "./world.ts";

export interface HubTold {
  readonly hub: StoredHub;
  readonly forms: readonly StoredForm[];
  readonly sync: SyncResult;
  readonly paused: readonly PauseCause[];
  /** What a read of this pass found; what the status says stays without it. */
  readonly guards?: Pick<Guards, "ledger" | "source"> | undefined;
  /** Nothing was read, so that no more than counts can have changed. */
  readonly counts?: true;
}

/**
 * Writes the hub's status where it differs from the stored one, and keeps the gauges. What only counts is looked at once
 * a second, however many nodes move, and a condition that turns is told at once. Gives the milliseconds after which the
 * hub has to come again to be told in full; 0 where it was.
 */
export async function publishHub(world: HubWorld, of: HubTold, signal: AbortSignal): Promise<number> {
  const { hub, forms, sync, paused, guards } = of;
  const key = namespacedName(hub);
  const time = world.now();
  const waitMs = world.tells.waitMs(key, time.getTime());
  if (waitMs > 0 && of.counts) return waitMs;
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  const now = time.toISOString().replace(/\.\d+Z$/, "Z");
  const status = hubStatus(hub, { sync, forms, nodes, now, paused, guards });
  world.metrics.hubStatus({ namespace: hub.namespace, name: hub.name }, countsOf(status, of));
  const same = isDeepStrictEqual(status, hub.status);
  if (waitMs > 0 && !same && !isUrgent(hub.status, status)) return waitMs;
  world.tells.passed(key, time.getTime());
  if (same) return 0;
  reportPause(world, hub, status);
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const gone = Object.keys(hub.status).filter((key) => !(key in status));
  const body = {
    metadata: { uid: hub.uid },
    status: { ...Object.fromEntries(gone.map((key) => [key, null])), ...status, ...deletionsOf(hub, status) },
  };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.hubs.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
  return 0;
}

/** The hub with what this pass wrote of its status; not as somebody changed it meanwhile. */
export function asWritten(world: HubWorld, hub: StoredHub): StoredHub {
  const now = world.hubs.get(namespacedName(hub));
  return now?.generation === hub.generation ? now : hub;
}

function countsOf(status: HubStatus, { sync, paused }: HubTold): HubCounts {
  const { desired = 0, ready = 0, failed = 0, quarantined = 0, deletions } = status;
  const creationsHeld = sync.kind === "synced" ? sync.creations?.nodes.length ?? 0 : undefined;
  const deletionsHeld = marksIn(deletions?.held?.marks ?? "").size;
  return { desired, ready, failed, quarantined, deletionsHeld, creationsHeld, paused: paused.length > 0 };
}

function deletionsOf(hub: StoredHub, { deletions }: HubStatus): Record<string, unknown> {
  return isDeepStrictEqual(deletions, hub.status.deletions) ? {} : { deletions: replaced(deletions) };
}

function isUrgent(before: HubStatus, after: HubStatus): boolean {
  return before.observedGeneration !== after.observedGeneration ||
    hasTurned(before.conditions, after.conditions);
}

/** Tells when a pause begins and ends. */
function reportPause(world: HubWorld, hub: StoredHub, status: HubStatus): void {
  const [before, after] = [hub.status, status].map(({ conditions }) => findCondition(conditions, "Paused"));
  if (after === undefined || (before?.status ?? "False") === after.status) return;
  const paused = after.status === "True";
  const message = paused ? after.message : "The pause is over: what was missed is done now";
  hubEvent(world, hub, { type: "Normal", reason: paused ? "Paused" : "Resumed", message });
}
