import type { NodeStatus, ResourceRecord } from "../api/node.ts";
import { findCondition } from "../api/conditions.ts";
import { equalJson } from "../kube/equal_json.ts";
import { isNotFound } from "../kube/error.ts";
import { countResources } from "./node_status.ts";
import { COMPONENT, nodeEvent, regarding } from "./node_event.ts";
import { TIMEOUT_REASON } from "./settle.ts";
import type { StoredNode } from "../api/stored.ts";
import type { NodeWorld } from "./world.ts";

/** Writes the status where it differs from the stored one, and keeps the gauges. */
export async function publishStatus(
  world: NodeWorld,
  { node, status }: { node: StoredNode; status: NodeStatus },
  signal: AbortSignal,
): Promise<void> {
  gauges(world, node, status);
  reportPause(world, node, status);
  if (equalJson(status, node.status)) return;
  const removed = Object.keys(node.status).filter((key) => !(key in status));
  const body = {
    metadata: { uid: node.uid },
    status: { ...Object.fromEntries(removed.map((key) => [key, null])), ...status },
  };
  const ref = { type: world.nodes.type, namespace: node.namespace, name: node.name };
  const options = { fieldManager: "lynq", subresource: "status" as const };
  try {
    world.nodes.observe(await world.client.patch(ref, { type: "merge", body }, options, signal));
  } catch (error) {
    // It was deleted meanwhile: nobody is left to be told.
    if (!isNotFound(error)) throw error;
  }
}

function gauges(world: NodeWorld, node: StoredNode, status: NodeStatus): void {
  const counts = countResources(status.resources ?? []);
  const of = (type: string) => findCondition(status.conditions, type);
  const degraded = of("Degraded");
  const conditions = Object.fromEntries(
    (["Ready", "Progressing", "Conflicted", "Degraded", "Paused", "RowAccepted"] as const).flatMap((type) => {
      const found = of(type);
      return found === undefined ? [] : [[type, found.status]];
    }),
  );
  world.metrics.nodeStatus({ namespace: node.namespace, name: node.name }, {
    ...counts,
    conditions,
    degradedReason: degraded?.status === "True" ? degraded.reason : undefined,
  });
}

/** Tells when a pause of this node alone begins and ends; that of its hub or form is told once, there. */
function reportPause(world: NodeWorld, node: StoredNode, status: NodeStatus): void {
  const [before, after] = [node.status, status].map(({ conditions }) => findCondition(conditions, "Paused"));
  const paused = after?.status === "True";
  const told = paused ? after : before;
  if ((before?.status === "True") === paused || told?.reason !== "Paused") return;
  const message = paused ? told.message : "The pause is over: what was missed is done now";
  nodeEvent(world, node, { type: "Normal", reason: paused ? "Paused" : "Resumed", message });
}

/** Event reasons by record reason, for states that deserve one when they are entered. */
const WARNINGS: Readonly<Record<string, string>> = {
  TemplateRenderError: "TemplateRenderError",
  ApplyFailed: "ApplyFailed",
  ImmutableField: "ApplyFailed",
  ResourceConflict: "ResourceConflict",
  DependencySkipped: "DependencySkipped",
  KindNotFound: "ApplyFailed",
  DuplicateObject: "ApplyFailed",
  DeletionFailed: "CleanupPartialFailure",
  [TIMEOUT_REASON]: "ReadinessTimeout",
};

/** One event for each resource that entered a state worth telling. */
export function reportTransitions(
  world: NodeWorld,
  node: StoredNode,
  records: readonly ResourceRecord[],
): void {
  const before = new Map((node.status.resources ?? []).map((record) => [identity(record), record]));
  for (const record of records) {
    const old = before.get(identity(record));
    const reason = record.reason ?? record.state;
    if (old?.state === record.state && (old.reason ?? old.state) === reason) continue;
    const event = WARNINGS[reason] ?? (record.state === "Failed" ? "ResourceFailed" : undefined);
    if (event === undefined) continue;
    if (event === "ResourceConflict") countConflict(world, node, record);
    world.events.record({
      regarding: regarding(node),
      type: "Warning",
      reason: event,
      message: eventMessage(record, event),
      component: COMPONENT,
    });
  }
}

/** A resource that is being replaced has its id twice: what leaves, and what comes. */
function identity({ id, kind, namespace, name }: ResourceRecord): string {
  return `${id} ${kind}/${namespace ?? ""}/${name}`;
}

function countConflict(world: NodeWorld, node: StoredNode, record: ResourceRecord): void {
  world.metrics.conflict({ namespace: node.namespace, name: node.name }, {
    kind: record.kind,
    conflictPolicy: "Stuck",
  });
}

/** The wording of conflicts is parsed by dashboards (compat.md 0.23). */
function eventMessage(record: ResourceRecord, event: string): string {
  const message = record.message ?? "";
  if (event === "ResourceConflict") {
    return `Resource conflict detected for ${record.namespace ?? ""}/${record.name} (Kind: ${record.kind}, ` +
      "Policy: Stuck). Another controller or user may be managing this resource. Consider using " +
      `ConflictPolicy=Force to take ownership or resolve the conflict manually. Error: ${message}`;
  }
  return message.startsWith("Resource") || message.startsWith("Failed")
    ? message
    : `${record.id}: ${message}`;
}
