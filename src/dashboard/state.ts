/**
 * What the status page shows: reads of the caches, at once and without a request. Called for each page view.
 *
 * No field may hold a value of a Secret or of a row beyond the names that objects carry.
 */
export interface StatusPort {
  hubs(): readonly HubView[];
  forms(): readonly FormView[];
  /** Lazily, in any order: the page filters, sorts and pages. */
  nodes(): Iterable<NodeView>;
  node(namespace: string, name: string): NodeView | undefined;
  /** What of the cluster this replica knows, as sentences; undefined where it knows all. */
  scope?(): string | undefined;
}

export interface ConditionView {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** lastTransitionTime, RFC 3339. */
  readonly since: string | undefined;
}

/** How a hub or a form does, as whoever knows its conditions' reasons tells it. */
export type ParentState = "Ready" | "Progressing" | "Failed" | "Unknown";

export interface HubView {
  readonly namespace: string;
  readonly name: string;
  /** The kind of source, "mysql". */
  readonly source: string;
  /** As in the spec, "30s". */
  readonly interval: string;
  readonly desired: number;
  readonly ready: number;
  readonly failed: number;
  /** Rows that can't be provisioned as they are. */
  readonly quarantined: number;
  /** End of the last read that succeeded, RFC 3339. */
  readonly lastSync: string | undefined;
  readonly state: ParentState;
  readonly reason: string;
  readonly message: string;
  readonly conditions: readonly ConditionView[];
}

export interface FormView {
  readonly namespace: string;
  readonly name: string;
  readonly hub: string;
  /** Entries of the form. */
  readonly resources: number;
  readonly totalNodes: number;
  readonly readyNodes: number;
  readonly state: ParentState;
  readonly reason: string;
  readonly message: string;
  readonly conditions: readonly ConditionView[];
}

/** The order is that of urgency: what needs a person comes first. */
export const NODE_STATES = [
  "Failed",
  "Conflicted",
  "Degraded",
  "Unknown",
  "Deleting",
  "Progressing",
  "Ready",
] as const;
export type NodeState = typeof NODE_STATES[number];

export type ResourceState =
  | "Failed"
  | "Conflicted"
  | "Skipped"
  | "Unknown"
  | "Deleting"
  | "Waiting"
  | "Progressing"
  | "Ready";

export interface ResourceView {
  readonly id: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly state: ResourceState;
  readonly reason: string;
  readonly message: string;
}

export interface NodeView {
  readonly namespace: string;
  readonly name: string;
  readonly hub: string;
  readonly form: string;
  readonly state: NodeState;
  readonly reason: string;
  readonly message: string;
  readonly desired: number;
  readonly ready: number;
  readonly failed: number;
  readonly conflicted: number;
  readonly skipped: number;
  /** RFC 3339. */
  readonly createdAt: string | undefined;
  readonly conditions: readonly ConditionView[];
  readonly resources: readonly ResourceView[];
}
