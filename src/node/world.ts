import type { Account } from "../api/account.ts";
import type { KeySource } from "../api/givens.ts";
import type { PauseCause } from "../api/pause.ts";
import type { Applier } from "../apply/applier.ts";
import type { Backoff } from "../controller/backoff.ts";
import type { Limit } from "../controller/limit.ts";
import type { Turns } from "../controller/turns.ts";
import type { KubeClient } from "../kube/client.ts";
import type { Discovery } from "../kube/discovery.ts";
import type { KubeObject } from "../kube/object.ts";
import type { ResourceType } from "../kube/resource_type.ts";
import type { EventRecorder } from "../telemetry/events.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Children } from "./child_caches.ts";
import type { NamespaceState } from "./decide.ts";
import type { Elsewhere } from "./elsewhere.ts";
import type { LookPace } from "./look_pace.ts";
import type { PreparedForm } from "./prepared_form.ts";
import type { RepairPace } from "./repair_pace.ts";
import type { StorageClasses } from "./storage_classes.ts";
import type { TargetNamespaces } from "./target_namespaces.ts";
import type { StoredNode } from "../api/stored.ts";

/** The form that a node follows, prepared; or why there is none. */
export type PreparedResult =
  | { readonly kind: "prepared"; readonly form: PreparedForm }
  | { readonly kind: "missing"; readonly message: string };

/** What the resources of a node are written, read and deleted with. */
export interface Hands {
  readonly applier: Applier;
  /** Lists what belongs to the resources: their pods and events. */
  readonly tenant: Pick<KubeClient, "list">;
}

/** All that a node reconcile reads and writes through. */
export interface NodeWorld extends Hands {
  /** The operator's own requests. */
  readonly client: KubeClient;
  /** Whom it acts for, where a node has an account. */
  readonly account?: Account | undefined;
  readonly accounts: {
    /** The account of nodes that name none (`--default-service-account`); undefined for the operator's own. */
    readonly standard: string | undefined;
    as(account: Account, options?: { readonly dryRun: boolean }): Hands;
  };
  readonly discovery: Discovery;
  readonly children: Children;
  /** Rendering, over all nodes: it leaves the thread to others now and then. */
  readonly turns: Turns;
  /** Bounds the writes to children under way, over all nodes. */
  readonly writes: Limit;
  readonly nodes: {
    get(key: string): StoredNode | undefined;
    /** The nodes whose children carry this label; names beyond a label's length are cut, so that it may be several. */
    labelled(namespace: string, label: string): readonly StoredNode[];
    observe(object: KubeObject): void;
    readonly type: ResourceType;
  };
  /** The namespaces that the operator keeps to (`--namespaces`); undefined where it may work in all. */
  readonly keptTo?: readonly string[] | undefined;
  readonly targets: TargetNamespaces;
  /** What the caches lack since other replicas work on some of the nodes; undefined where they have all. */
  readonly elsewhere?: Elsewhere | undefined;
  /** What is being deleted around the nodes of a namespace, so that they go with it; undefined for nothing. */
  readonly teardown: {
    around(node: Pick<StoredNode, "namespace" | "resourceVersion">): Promise<string | undefined>;
  };
  /** UIDs of nodes whose deletion was seen to leave their children behind. */
  readonly orphaning: { has(uid: string): boolean };
  readonly forms: {
    prepared(node: StoredNode): Promise<PreparedResult>;
    /** Kinds of every kept revision: children of any of them may carry a node's labels. */
    kinds(): Iterable<{ apiVersion: string; kind: string }>;
  };
  /** What pauses a node now: the node itself, its row, its form or its hub. */
  readonly pauses: (node: StoredNode) => readonly PauseCause[];
  readonly namespaces: {
    state(name: string): NamespaceState;
    /** Takes in a Namespace that was just written. */
    observe(object: KubeObject): void;
    /** Wakes the node when one of these namespaces appears or goes; replaces what it waited for before. */
    wait(node: string, names: readonly string[]): void;
  };
  /** Remembers the nodes that wait for a kind to be served, to be woken by a new CustomResourceDefinition. */
  readonly missingKinds: { wait(node: string, kinds: readonly string[]): void };
  /** Wakes the node when one of these objects, as `objectId` names them, is let go of by another node; replaces as above. */
  readonly heldObjects: { wait(node: string, objects: readonly string[]): void };
  readonly backoff: Backoff;
  readonly repairs: RepairPace;
  /** When pods of what does not become ready are looked at. */
  readonly looks: LookPace;
  readonly storageClasses: StorageClasses;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly now: () => Date;
  /** Bytes fit for a secret. */
  readonly randomBytes: (length: number) => Uint8Array<ArrayBuffer>;
  /** A new private key as PEM, made beside all else. */
  readonly makeKey: (kind: Parameters<KeySource>[0]) => Promise<string>;
}
