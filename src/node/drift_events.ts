import { ANNOTATION } from "../api/labels.ts";
import type { Resource } from "../api/resource.ts";
import { namespacedName, type ObjectKey } from "../api/resource_key.ts";
import type { StoredNode } from "../api/stored.ts";
import type { DriftReport } from "./drift_report.ts";
import { nodeEvent } from "./node_event.ts";
import { CONTENDED_REPAIRS } from "./repair_pace.ts";
import type { Finding } from "./settle.ts";
import type { NodeWorld } from "./world.ts";

const EVENTS: Readonly<Record<DriftReport["action"], { type: "Normal" | "Warning"; reason: string }>> = {
  Corrected: { type: "Normal", reason: "DriftCorrected" },
  Recreated: { type: "Normal", reason: "DriftCorrected" },
  Reported: { type: "Warning", reason: "DriftDetected" },
};

/** One event, count and log line for each object that somebody else changed or deleted. */
export function reportDrift(world: NodeWorld, node: StoredNode, findings: readonly Finding[]): void {
  for (const { id, key, drift } of findings) {
    if (drift === undefined) continue;
    const { action, what } = drift;
    world.metrics.drift({ kind: key.kind, action });
    world.log.info("Drift", { node: namespacedName(node), id, kind: key.kind, action });
    nodeEvent(world, node, { ...EVENTS[action], message: `${id}: ${objectName(key)} ${told(drift, what)}` });
  }
}

function told({ action }: DriftReport, what: string): string {
  switch (action) {
    case "Corrected":
      return `was changed by somebody else and is as it was again${what === "" ? "" : `: ${what}`}`;
    case "Recreated":
      return "was deleted by somebody else and is made again";
    case "Reported":
      return `was changed by somebody else and is left as it is (driftPolicy Report): ${what}`;
  }
}

/** What a contention says: who changes which fields, and what can be done. */
export function contentionText({ key }: { key: ObjectKey }, drift: DriftReport | undefined): string {
  const what = drift === undefined || drift.what === "" ? "" : ` (${drift.what})`;
  const times = `${CONTENDED_REPAIRS} times within a minute`;
  if (drift?.action === "Recreated") {
    const once = key.kind === "Job"
      ? "; with creationPolicy: Once a Job that cleans itself up runs one time"
      : "";
    return `${
      objectName(key)
    } was made again ${times}, and is deleted each time: it is made again ever more ` +
      `seldom. Stop what deletes it, or take it out of the form${once}`;
  }
  return `${
    objectName(key)
  } was repaired ${times}, and is changed back each time${what}: repairs come ever more ` +
    "seldom. Name the fields in ignoreFields, or stop the other writer";
}

/** Another writer changes an object back as often as it is repaired. */
export function reportContended(
  world: NodeWorld,
  node: StoredNode,
  of: { id: string; message: string },
): void {
  nodeEvent(world, node, { type: "Warning", reason: "DriftContended", message: `${of.id}: ${of.message}` });
}

/** An object that was somebody else's is never taken silently. */
export function reportTaken(
  world: NodeWorld,
  node: StoredNode,
  { id, key, policy }: { id: string; key: ObjectKey; policy: Resource },
): void {
  const why = policy.conflictPolicy === "Force"
    ? "conflictPolicy: Force"
    : `its annotation ${ANNOTATION.adopt}`;
  const message = `${id}: ${objectName(key)}, which was not this node's, is taken over, as ${why} says`;
  nodeEvent(world, node, { type: "Normal", reason: "ForceApply", message });
}

function objectName({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
}
