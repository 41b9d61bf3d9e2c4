import type { TrafficClass, TrafficFigures } from "../kube/turnstile.ts";

export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

export type NodeConditionType =
  | "Ready"
  | "Progressing"
  | "Conflicted"
  | "Degraded"
  | "Paused"
  | "RowAccepted";

/** What the gauges of one LynqNode say. */
export interface NodeGauges {
  readonly desired: number;
  readonly ready: number;
  readonly failed: number;
  readonly conflicted: number;
  /** A type that is absent has no series. */
  readonly conditions: Readonly<Partial<Record<NodeConditionType, "True" | "False" | "Unknown">>>;
  /** Why the node is degraded; undefined when it is not. Every earlier reason's series becomes 0. */
  readonly degradedReason: string | undefined;
}

export interface HubCounts {
  readonly desired: number;
  readonly ready: number;
  readonly failed: number;
  /** Rows that can't be provisioned as they are; 0 unless told. */
  readonly quarantined?: number;
  /** LynqNodes whose deletion waits for approval; 0 unless told. */
  readonly deletionsHeld?: number;
  /** LynqNodes whose creation waits for approval; as it was unless told. */
  readonly creationsHeld?: number | undefined;
  /** False unless told. */
  readonly paused?: boolean;
}

export interface DriftLabels {
  readonly kind: string;
  /** Corrected: put back. Recreated: made again. Reported: left as it is. */
  readonly action: "Corrected" | "Recreated" | "Reported";
}

export interface RolloutGauges {
  readonly phase: "Idle" | "InProgress" | "Failed" | "Complete";
  readonly updatingNodes: number;
  /** 0 to 100. */
  readonly progress: number;
}

/** How a reconcile of a LynqNode ended. */
export type NodeReconcileResult = "success" | "partial_failure" | "error";
/** controller-runtime's results of a reconcile. */
export type ReconcileResult = "success" | "error" | "requeue" | "requeue_after";
/** Why an event was not written: what the API server answered, or that it was never asked. */
export type EventDropReason = "rate_limited" | "queue_full" | "rejected" | "unreachable" | "shutdown";

export interface ConflictLabels {
  readonly kind: string;
  readonly conflictPolicy: string;
}

export interface ApplyLabels {
  readonly kind: string;
  readonly result: "success" | "error";
  readonly conflictPolicy: string;
}

export interface RequestLabels {
  /** The HTTP status; `<error>` where no answer came, as client-go writes it. */
  readonly code: number | "<error>";
  readonly method: string;
  readonly host: string;
}

/** What one controller tells of itself and its queue. Shaped as the controller room's observer. */
export interface ControllerSeries {
  /** Keys that wait for a worker. */
  depth(count: number): void;
  added(): void;
  retried(): void;
  /** Seconds between a key's add and its start. */
  waited(seconds: number): void;
  /** Workers that are busy; called when one starts and when one ends. */
  active(workers: number): void;
  finished(result: ReconcileResult, seconds: number): void;
}

/**
 * Everything that the operator counts, under the names that alerts and dashboards already use.
 *
 * Every method is synchronous and cheap. A seconds argument is a duration. Label values come from closed sets or from
 * names of our own objects, never from rows; the series of an object end with `forget...`.
 */
export interface Metrics {
  nodeReconciled(result: NodeReconcileResult, seconds: number): void;
  nodeStatus(node: ObjectName, status: NodeGauges): void;
  conflict(node: ObjectName, of: ConflictLabels): void;
  forgetNode(node: ObjectName): void;
  applyAttempt(of: ApplyLabels): void;
  /** Somebody else changed or deleted a child. */
  drift(of: DriftLabels): void;

  hubStatus(hub: ObjectName, counts: HubCounts): void;
  forgetHub(hub: ObjectName): void;
  rollout(form: ObjectName, of: RolloutGauges): void;
  forgetRollout(form: ObjectName): void;
  formPaused(form: ObjectName, paused: boolean): void;
  forgetForm(form: ObjectName): void;

  /** The series of one controller and its queue: "lynqhub", "lynqform", "lynqnode". They start at 0. */
  controller(name: string, maxConcurrentReconciles: number): ControllerSeries;

  restRequest(of: RequestLabels): void;
  leader(lease: string, isLeader: boolean): void;
  eventDropped(reason: EventDropReason): void;
  certificateRead(result: "success" | "error"): void;
  /** Where the figures of the API server's client are read when metrics are. Once. */
  apiTraffic(figures: (of: TrafficClass) => TrafficFigures): void;

  /** The media type of `render`. */
  readonly contentType: string;
  /** All series in Prometheus' text format. */
  render(): Promise<string>;
}
