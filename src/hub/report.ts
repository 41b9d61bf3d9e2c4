import type { StoredHub } from "../api/stored.ts";
import { API_VERSION } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { SourceError } from "../source/port.ts";
import type { HeldDeletions } from "./deletion_guard.ts";
import { describeHeld, describeUid } from "./hub_status.ts";
import type { HubPlan } from "./plan.ts";
import type { HubWorld } from "./world.ts";

const COMPONENT = "lynqhub-controller";

/** An event on a hub. */
export function hubEvent(
  world: HubWorld,
  hub: StoredHub,
  event: { type: "Normal" | "Warning"; reason: string; message: string },
): void {
  const { namespace, name, uid } = hub;
  world.events.record({
    ...event,
    regarding: { apiVersion: API_VERSION, kind: "LynqHub", namespace, name, uid },
    component: COMPONENT,
  });
}

/** Tells of a read that failed; the same failure again only adds to the event's count. */
export function reportFailure(world: HubWorld, hub: StoredHub, error: SourceError): void {
  const message = `Failed to query database: ${error.code}: ${error.message}. ${error.remedy}`;
  world.log.error("Failed to query database", { hub: namespacedName(hub), code: error.code, error });
  hubEvent(world, hub, { type: "Warning", reason: "DatabaseQueryFailed", message });
}

/** Tells of rows that are left out and of changes that wait, when that differs from the last read. */
export function reportPlan(
  world: HubWorld,
  hub: StoredHub,
  { plan, held }: { plan: HubPlan; held: HeldDeletions | undefined },
): void {
  const before = world.memory.get(namespacedName(hub))?.sync;
  if (held !== undefined && (before?.kind !== "synced" || before.held?.hash !== held.hash)) {
    hubEvent(world, hub, { type: "Warning", reason: "DeletionHeld", message: describeHeld(held) });
  }
  const known = new Set(before?.kind === "synced" ? before.problems.map((p) => `${p.reason}\n${p.uid}`) : []);
  for (const problem of plan.problems.filter((p) => !known.has(`${p.reason}\n${p.uid}`)).slice(0, 10)) {
    const message = `Row ${describeUid(problem.uid)} is left as it is: ${problem.message}`;
    hubEvent(world, hub, { type: "Warning", reason: "RowQuarantined", message });
  }
  for (const { form, count, updating } of plan.throttled) {
    const message = `LynqForm '${form}': ${count} node updates throttled (currently updating=${updating})`;
    hubEvent(world, hub, { type: "Normal", reason: "RolloutThrottled", message });
  }
}
