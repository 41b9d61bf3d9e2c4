import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type {
  ApplyLabels,
  ConflictLabels,
  DriftLabels,
  NodeConditionType,
  NodeGauges,
  NodeReconcileResult,
  ObjectName,
} from "./metrics.ts";

type NodeLabel = "lynqnode" | "namespace";
type ConflictLabel = NodeLabel | "resource_kind" | "conflict_policy";

const CONDITION_TYPES: readonly NodeConditionType[] = [
  "Ready",
  "Progressing",
  "Conflicted",
  "Degraded",
  "Paused",
  "RowAccepted",
];
const CONDITION_VALUES = { False: 0, True: 1, Unknown: 2 } as const;

/** The `lynqnode_*` series and `apply_attempts_total`. */
export class NodeMetrics {
  readonly #duration: Histogram<"result">;
  readonly #ready: Gauge<NodeLabel>;
  readonly #desired: Gauge<NodeLabel>;
  readonly #failed: Gauge<NodeLabel>;
  readonly #conflicted: Gauge<NodeLabel>;
  readonly #condition: Gauge<NodeLabel | "type">;
  readonly #degraded: Gauge<NodeLabel | "reason">;
  readonly #conflicts: Counter<ConflictLabel>;
  readonly #drift: Counter<"kind" | "action">;
  readonly #attempts: Counter<"kind" | "result" | "conflict_policy">;
  /** Label values in use by node, so that they can be taken away. */
  readonly #reasons = new Map<string, Set<string>>();
  readonly #conflictSeries = new Map<string, Map<string, Record<ConflictLabel, string>>>();

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ["lynqnode", "namespace"], registers });
    this.#duration = new Histogram({
      name: "lynqnode_reconcile_duration_seconds",
      help: "Duration of LynqNode reconciliations in seconds.",
      labelNames: ["result"],
      buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60],
      registers,
    });
    this.#ready = gauge("lynqnode_resources_ready", "Resources of a LynqNode that are ready.");
    this.#desired = gauge("lynqnode_resources_desired", "Resources that a LynqNode wants.");
    this.#failed = gauge("lynqnode_resources_failed", "Resources of a LynqNode that failed.");
    this.#conflicted = gauge(
      "lynqnode_resources_conflicted",
      "Resources of a LynqNode that someone else holds.",
    );
    this.#condition = new Gauge({
      name: "lynqnode_condition_status",
      help: "Status of a LynqNode's condition: 0 False, 1 True, 2 Unknown.",
      labelNames: ["lynqnode", "namespace", "type"],
      registers,
    });
    this.#degraded = new Gauge({
      name: "lynqnode_degraded_status",
      help: "Whether a LynqNode is degraded for this reason: 1 now, 0 no longer.",
      labelNames: ["lynqnode", "namespace", "reason"],
      registers,
    });
    this.#conflicts = new Counter({
      name: "lynqnode_conflicts_total",
      help: "Conflicts with other owners met by a LynqNode.",
      labelNames: ["lynqnode", "namespace", "resource_kind", "conflict_policy"],
      registers,
    });
    this.#drift = new Counter({
      name: "lynqnode_drift_total",
      help: "Children that somebody else changed or deleted, by what was done about it.",
      labelNames: ["kind", "action"],
      registers,
    });
    this.#attempts = new Counter({
      name: "apply_attempts_total",
      help: "Attempts to apply a resource.",
      labelNames: ["kind", "result", "conflict_policy"],
      registers,
    });
  }

  reconciled(result: NodeReconcileResult, seconds: number): void {
    this.#duration.observe({ result }, seconds);
  }

  status(node: ObjectName, status: NodeGauges): void {
    const labels = labelsOf(node);
    this.#ready.set(labels, status.ready);
    this.#desired.set(labels, status.desired);
    this.#failed.set(labels, status.failed);
    this.#conflicted.set(labels, status.conflicted);
    for (const type of CONDITION_TYPES) {
      const value = status.conditions[type];
      if (value === undefined) this.#condition.remove({ ...labels, type });
      else this.#condition.set({ ...labels, type }, CONDITION_VALUES[value]);
    }
    this.#setDegraded(node, status.degradedReason);
  }

  conflict(node: ObjectName, of: ConflictLabels): void {
    const labels = { ...labelsOf(node), resource_kind: of.kind, conflict_policy: of.conflictPolicy };
    this.#conflicts.inc(labels);
    const series = this.#conflictSeries.get(keyOf(node)) ?? new Map();
    series.set(`${of.kind}/${of.conflictPolicy}`, labels);
    this.#conflictSeries.set(keyOf(node), series);
  }

  drift(of: DriftLabels): void {
    this.#drift.inc({ kind: of.kind, action: of.action.toLowerCase() });
  }

  applyAttempt(of: ApplyLabels): void {
    this.#attempts.inc({ kind: of.kind, result: of.result, conflict_policy: of.conflictPolicy });
  }

  forget(node: ObjectName): void {
    const labels = labelsOf(node);
    for (const gauge of [this.#ready, this.#desired, this.#failed, this.#conflicted]) gauge.remove(labels);
    for (const type of CONDITION_TYPES) this.#condition.remove({ ...labels, type });
    for (const reason of this.#reasons.get(keyOf(node)) ?? []) this.#degraded.remove({ ...labels, reason });
    for (const series of this.#conflictSeries.get(keyOf(node))?.values() ?? []) {
      this.#conflicts.remove(series);
    }
    this.#reasons.delete(keyOf(node));
    this.#conflictSeries.delete(keyOf(node));
  }

  #setDegraded(node: ObjectName, reason: string | undefined): void {
    const seen = this.#reasons.get(keyOf(node)) ?? new Set();
    for (const earlier of seen) this.#degraded.set({ ...labelsOf(node), reason: earlier }, 0);
    if (reason === undefined) return;
    this.#degraded.set({ ...labelsOf(node), reason }, 1);
    this.#reasons.set(keyOf(node), seen.add(reason));
  }
}

function labelsOf(node: ObjectName): Record<NodeLabel, string> {
  return { lynqnode: node.name, namespace: node.namespace };
}

function keyOf(node: ObjectName): string {
  return `${node.namespace}/${node.name}`;
}
