import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import type { Limit } from "../controller/limit.ts";
import type { Pace } from "../controller/pace.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { EventRecorder } from "../telemetry/events.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** A kept revision of a form. */
export interface StoredRevision {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly form: string;
  /** Grows with time: the revision that came last has the largest. */
  readonly revision: number;
}

/** What would become of one object of one node. */
export interface Trial {
  readonly kind: "create" | "change" | "delete" | "unchanged" | "failure";
  /** Names node, resource and what, without any value of the object. */
  readonly line: string;
}

/** What is tried on whom. */
export interface TrialOf {
  readonly form: StoredForm;
  /** The revision to try; undefined for the resources of the present generation. */
  readonly pinned: string | undefined;
  readonly nodes: readonly StoredNode[];
  /** Whether the answer is still asked for. */
  readonly wanted: () => boolean;
}

/** An object of a node that would be deleted. */
export interface RevisionDeletion {
  readonly node: string;
  /** Names node and object. */
  readonly line: string;
}

/** All that a form reconcile reads and writes through. */
export interface FormWorld {
  readonly client: KubeClient;
  readonly forms: {
    get(key: string): StoredForm | undefined;
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  readonly hubs: { get(key: string): StoredHub | undefined };
  readonly nodes: {
    ofForm(namespace: string, form: string): StoredNode[];
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  readonly revisions: {
    ofForm(namespace: string, form: string): StoredRevision[];
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  /** UIDs of forms whose deletion was seen to leave their nodes behind. */
  readonly orphaning: { has(uid: string): boolean };
  /** Bounds the writes to LynqNodes that each pass has under way, by a limit `apart`; the client bounds all together. */
  readonly writes: Limit;
  /** Tries resources on nodes by server-side dry run; undefined where the answer is not asked for any more. */
  readonly preview: (of: TrialOf, signal: AbortSignal) => Promise<readonly Trial[] | undefined>;
  /** What following these resources would delete of nodes; undefined where the answer is not asked for any more. */
  readonly deletions: (of: TrialOf, signal: AbortSignal) => Promise<readonly RevisionDeletion[] | undefined>;
  /** When the status of which form was told. */
  readonly tells: Pace;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Date;
}
