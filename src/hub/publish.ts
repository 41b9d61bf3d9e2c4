import { isDeepStrictEqual } from "node:util";
import type { StoredForm, StoredHub } from "../api/stored.ts";
import { hubStatus, type SyncResult } from "./hub_status.ts";
import type { HubWorld } from "./world.ts";

/** Writes the hub's status where it differs from the stored one, and keeps the gauges. */
export async function publishHub(
  world: HubWorld,
  of: { hub: StoredHub; forms: readonly StoredForm[]; sync: SyncResult },
  signal: AbortSignal,
): Promise<void> {
  const { hub, forms, sync } = of;
  const nodes = world.nodes.ofHub(hub.namespace, hub.name);
  const now = world.now().toISOString().replace(/\.\d+Z$/, "Z");
  const status = hubStatus(hub, { sync, forms, nodes, now });
  const { desired = 0, ready = 0, failed = 0 } = status;
  world.metrics.hubStatus({ namespace: hub.namespace, name: hub.name }, { desired, ready, failed });
  if (isDeepStrictEqual(status, hub.status)) return;
  const ref = { type: world.hubs.type, namespace: hub.namespace, name: hub.name };
  const body = { metadata: { uid: hub.uid }, status };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  world.hubs.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
}
