import type { StoredForm, StoredHub, StoredNode } from "../api/stored.ts";
import type { Backoff } from "../controller/backoff.ts";
import type { Limit } from "../controller/limit.ts";
import type { Pace } from "../controller/pace.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { SourceConfig } from "../source/config.ts";
import type { RowSource } from "../source/port.ts";
import type { EventRecorder } from "../telemetry/events.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Calm } from "./calm.ts";
import type { SyncResult } from "./hub_status.ts";
import type { NodeWanted } from "./plan.ts";
import type { HubSecrets } from "./read_rows.ts";
import type { Doubts } from "./rollout.ts";
import type { Guards } from "./safe_changes.ts";
import type { SickReads } from "./sick_reads.ts";

/** What is remembered of a hub between reconciles. */
export interface HubMemory {
  /** Milliseconds since the epoch of the last read, good or bad. */
  readonly readAt: number;
  /** Hub generation and form revisions that the last read was planned with. */
  readonly basis: string;
  readonly sync: SyncResult;
  /** Changes wait for what a node does: room under maxSkew, the next wave, a group of the order. */
  readonly throttled: boolean;
  /** Forms whose maxSkew holds something back: told by an event when that begins. */
  readonly full: ReadonlySet<string>;
  /** Those of the last read that wait. */
  readonly waiting: readonly NodeWanted[];
  readonly doubts: Doubts;
  /** What happened since the last read began that asks for another at once. */
  readonly overtaken: "no" | "nodeGone" | "secretChanged";
  /** Set where the last read asked for nothing. */
  readonly calm?: Calm | undefined;
  /** What the read of this pass says of what waits for a person; undefined where there was none. */
  readonly guards?: Pick<Guards, "ledger" | "source"> | undefined;
}

/** What is remembered of a hub's sensitive values. */
export interface SensitiveMemory {
  /** Their key, as it was seen last. */
  readonly key?: Uint8Array | undefined;
  /** Whether every Secret of theirs is known to be its node's. */
  readonly settled: boolean;
}

/** All that a hub reconcile reads and writes through. */
export interface HubWorld {
  readonly client: KubeClient;
  readonly hubs: {
    get(key: string): StoredHub | undefined;
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  /** The forms that name this hub, by name. */
  readonly forms: { ofHub(namespace: string, hub: string): StoredForm[]; readonly type: ResourceType };
  readonly nodes: {
    ofHub(namespace: string, hub: string): StoredNode[];
    /** The nodes of a form, whatever hub they have. */
    ofForm(namespace: string, form: string): StoredNode[];
    /** Grows with every change of a node of this namespace. */
    moves(namespace: string): number;
    /** Whether a LynqNode of this name exists, whoever made it. */
    has(namespace: string, name: string): boolean;
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  readonly secrets: HubSecrets;
  /** By `namespace/name` of a hub with sensitive values. */
  readonly sensitiveMemory: Map<string, SensitiveMemory>;
  /** Bytes fit for a secret. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly open: (config: SourceConfig) => RowSource;
  readonly memory: Map<string, HubMemory>;
  /** By `namespace/name` of a form: its last state that the API server confirmed, `uid generation revision`. */
  readonly confirmedForms: Map<string, string>;
  readonly backoff: Backoff;
  readonly sickReads: SickReads;
  /** When the status of which hub was told. */
  readonly tells: Pace;
  /** Bounds the writes to LynqNodes that each pass has under way, by a limit `apart`; the client bounds all together. */
  readonly writes: Limit;
  /** UIDs of hubs whose deletion was seen to leave their nodes behind. */
  readonly orphaning: { has(uid: string): boolean };
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Date;
}
