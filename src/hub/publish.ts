import { isDeepStrictEqual } from "node:util";
import { findCondition } from "../api/conditions.ts";
import type { HubStatus } from "../api/hub.ts";
import type { PauseCause } from "../api/pause.ts";
import type { StoredForm, StoredHub } from "../api/stored.ts";
import { hubStatus, type SyncResult } from "./hub_status.ts";
import { hubEvent } from "./report.ts";
import type { HubWorld } from "./world.ts";

/** Writes the hub's status where it differs from the stored one, and keeps the gauges. */
export async function publishHub(
  world: HubWorld,
  of: {
    hub: StoredHub;
    forms: readonly StoredForm[];
    sync: SyncResult;
    paused: readonly PauseCause[];
  },
  signal: AbortSignal,
): Promise<void> {
  const { hub, forms, sync, paused } = of;
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  const now = world.now().toISOString().replace(/\.\d+Z$/, "Z");
  const status = hubStatus(hub, { sync, forms, nodes, now, paused });
  const { desired = 0, ready = 0, failed = 0, quarantined = 0 } = status;
  const counts = { desired, ready, failed, quarantined, paused: paused.length > 0 };
  world.metrics.hubStatus({ namespace: hub.namespace, name: hub.name }, counts);
  reportPause(world, hub, status);
  if (isDeepStrictEqual(status, hub.status)) return;
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const gone = Object.keys(hub.status).filter((key) => !(key in status));
  const body = {
    metadata: { uid: hub.uid },
    status: { ...Object.fromEntries(gone.map((key) => [key, null])), ...status },
  };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.hubs.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
}

/** Tells when a pause begins and ends. */
function reportPause(world: HubWorld, hub: StoredHub, status: HubStatus): void {
  const [before, after] = [hub.status, status].map(({ conditions }) => findCondition(conditions, "Paused"));
  if (after === undefined || (before?.status ?? "False") === after.status) return;
  const paused = after.status === "True";
  const message = paused ? after.message : "The pause is over: what was missed is done now";
  hubEvent(world, hub, { type: "Normal", reason: paused ? "Paused" : "Resumed", message });
}
