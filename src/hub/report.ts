import { isDeepStrictEqual } from "node:util";
import type { RowProblem } from "../api/row.ts";
import { findCondition } from "../api/conditions.ts";
import type { StoredHub } from "../api/stored.ts";
import { API_VERSION } from "../api/labels.ts";
import { namespacedName } from "../api/resource_key.ts";
import type { SourceError } from "../source/port.ts";
import { describeHeld, describeHeldCreations } from "./held_conditions.ts";
import { describeUid, sampleOf } from "./hub_status.ts";
import type { HubPlan } from "./plan.ts";
import type { Throttled } from "./rollout_gate.ts";
import type { Guards } from "./safe_changes.ts";
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
  { plan, guards }: { plan: HubPlan; guards: Pick<Guards, "held" | "creations"> },
): void {
  const { held, creations } = guards;
  const { deletions, conditions } = hub.status;
  if (held !== undefined && deletions?.held?.hash !== held.hash) {
    hubEvent(world, hub, { type: "Warning", reason: "DeletionHeld", message: describeHeld(held) });
  }
  if (creations !== undefined) {
    const message = describeHeldCreations(creations);
    if (findCondition(conditions, "CreationHeld")?.message !== message) {
      hubEvent(world, hub, { type: "Warning", reason: "CreationHeld", message });
    }
  }
  reportProblems(world, hub, plan.problems);
}

/** Tells of changes that wait for room under maxSkew. */
export function reportThrottled(world: HubWorld, hub: StoredHub, throttled: readonly Throttled[]): void {
  for (const { form, count, updating, maxSkew } of throttled) {
    const message = `LynqForm '${form}': ${count} node updates throttled ` +
      `(maxSkew=${maxSkew}, currently updating=${updating})`;
    hubEvent(world, hub, { type: "Normal", reason: "RolloutThrottled", message });
  }
}

/** One event for each reason that new rows are left out for, with what to do about it. */
function reportProblems(world: HubWorld, hub: StoredHub, problems: readonly RowProblem[]): void {
  const known = knownProblems(world, hub, problems);
  const byReason = Map.groupBy(problems, ({ reason }) => reason);
  for (const [reason, all] of byReason) {
    if (all.every((problem) => known.has(keyOf(problem)))) continue;
    const uids = [...new Set(all.map(({ uid }) => describeUid(uid)))];
    const more = uids.length > SAMPLE ? ` and ${uids.length - SAMPLE} more` : "";
    const rows = all.length === 1 ? "1 row is left as it is" : `${all.length} rows are left as they are`;
    const message = `${rows} (${reason}): ${uids.slice(0, SAMPLE).join(", ")}${more}: ` +
      `${all[0]?.message}. Their nodes stay as they are, and none is made or deleted`;
    hubEvent(world, hub, { type: "Warning", reason: "RowQuarantined", message });
  }
}

const SAMPLE = 10;

function keyOf({ reason, uid }: Pick<RowProblem, "reason" | "uid">): string {
  return `${reason}\n${uid}`;
}

/** What was told before; after a restart, what the status says, where it says just this. */
function knownProblems(
  world: HubWorld,
  hub: StoredHub,
  problems: readonly RowProblem[],
): ReadonlySet<string> {
  const before = world.memory.get(namespacedName(hub))?.sync;
  if (before?.kind === "synced") return new Set(before.problems.map(keyOf));
  const { quarantined, quarantinedRows } = hub.status;
  const same = quarantined === problems.length && isDeepStrictEqual(quarantinedRows, sampleOf(problems));
  return new Set(same ? problems.map(keyOf) : []);
}
