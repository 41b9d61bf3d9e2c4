import { userOf } from "../../src/api/account.ts";
import { LABEL, NODE_FINALIZER } from "../../src/api/labels.ts";
import type { NodeSpec, NodeStatus } from "../../src/api/node.ts";
import { pausesOf } from "../../src/api/pause.ts";
import type { Resource } from "../../src/api/resource.ts";
import { type StoredNode, toStoredNode } from "../../src/api/stored.ts";
import { createApplier } from "../../src/apply/applier.ts";
import { Backoff } from "../../src/controller/backoff.ts";
import { Limit } from "../../src/controller/limit.ts";
import { Turns } from "../../src/controller/turns.ts";
import type { Verdict } from "../../src/controller/verdict.ts";
import type { KubeClient, WatchingClient } from "../../src/kube/client.ts";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import { createDiscovery } from "../../src/kube/discovery.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { ChildCaches } from "../../src/node/child_caches.ts";
import { prepareForm } from "../../src/node/prepared_form.ts";
import { LookPace } from "../../src/node/look_pace.ts";
import { RepairPace } from "../../src/node/repair_pace.ts";
import { StorageClasses } from "../../src/node/storage_classes.ts";
import { targetNamespaces } from "../../src/node/target_namespaces.ts";
import { reconcileNode } from "../../src/node/reconcile.ts";
import type { NodeWorld } from "../../src/node/world.ts";
import { KeyMaker } from "../../src/operator/key_maker.ts";
import { NODE } from "../../src/operator/kinds.ts";
import { Waiters } from "../../src/operator/waiters.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/mod.ts";
import { createMetrics } from "../../src/telemetry/prometheus.ts";
import { RecordingEvents } from "../../src/telemetry/recording_events.ts";
import { RecordingLog } from "../../src/telemetry/recording_log.ts";
import { type ClusterObjects, clusterObjects } from "./cluster_objects.ts";
import { installKinds } from "./operator_lab.ts";

const WRITES = ["POST", "PUT", "PATCH", "APPLY", "DELETE"];
const KEY = "default/acme-web";

/** One LynqNode, `default/acme-web`, in an API server of its own, and the controller's world around it. */
export interface NodeLab {
  readonly objects: ClusterObjects;
  readonly client: KubeClient;
  readonly events: RecordingEvents;
  readonly waiting: Readonly<Record<"namespaces" | "kinds" | "objects", Waiters>>;
  /** Seconds that the controller's clock is ahead. */
  readonly clock: { ahead: number };
  /** What is being deleted around the node, if anything. */
  readonly ground: { going?: string };
  /** Forgets what a controller that starts does not know: how often it repaired what. */
  restart(): void;
  /** Errors that the controller gets instead of an answer. */
  readonly faults: Faults;
  /** Gives the node these resources and values. */
  want(configMaps: readonly Resource[], values?: Record<string, string>): Promise<void>;
  /** Done once the next pass has looked at the node. */
  meanwhile(change: () => Promise<unknown>): void;
  /** One pass of the controller over what is stored now, and the writes that it made. */
  pass(): Promise<Pass>;
  /** Marks the node as deleted, as kubectl does. */
  remove(): Promise<void>;
  stored(): Promise<KubeObject | undefined>;
}

export interface Pass {
  readonly verdict: Verdict;
  readonly writes: number;
  /** Reads that the controller made, lists of watches aside, and keys that it had made. */
  readonly reads: readonly string[];
  readonly status: NodeStatus;
}

export interface Faults {
  /** By kind: what lists of it end with. */
  readonly list: Map<string, Error>;
  /** By object name: what reads of it end with. */
  readonly get: Map<string, Error>;
  /** By object name: what the next apply of it ends with. */
  readonly apply: Map<string, Error>;
  /** Watches tell nothing. */
  blind: boolean;
}

/** Gives the lab to `test` and takes everything away again. Workloads never become ready in it. */
export async function withNode(test: (lab: NodeLab) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({ workloadDelayMs: 3_600_000 });
  const client = createKubeClient(fixedCredentials({ server: sandbox.url }));
  const faults: Faults = { list: new Map(), get: new Map(), apply: new Map(), blind: false };
  const reads: string[] = [];
  const faulty = withFaults(client, { faults, reads });
  const children = new ChildCaches({
    client: faulty,
    onChange: () => {},
    onError: (error) => reportError(error),
  });
  try {
    const objects = clusterObjects(client);
    await installKinds(objects);
    await test(labOf({ sandbox, client, faulty, faults, reads, children, objects }));
  } finally {
    await children.stop();
    client.close();
    await sandbox.stop();
  }
}

interface Heard {
  readonly faults: Faults;
  readonly reads: string[];
}

interface Parts {
  readonly sandbox: Sandbox;
  readonly client: ReturnType<typeof createKubeClient>;
  readonly faulty: WatchingClient;
  readonly faults: Faults;
  readonly reads: string[];
  readonly children: ChildCaches;
  readonly objects: ClusterObjects;
}

function withFaults(client: WatchingClient, { faults, reads }: Heard): WatchingClient {
  const failing: Partial<WatchingClient> = {
    list: async function* (options, signal) {
      if (options.labelSelector !== LABEL.node) reads.push(`list ${options.type.plural}`);
      const error = faults.list.get(options.type.kind);
      if (error !== undefined) throw error;
      yield* client.list(options, signal);
    },
    watch: async function* (options, signal) {
      for await (const event of client.watch(options, signal)) if (!faults.blind) yield event;
    },
    get: (ref, options) => {
      reads.push(`get ${ref.type.plural} ${ref.name}`);
      const error = faults.get.get(ref.name);
      return error === undefined ? client.get(ref, options) : Promise.reject(error);
    },
    apply: (ref, ...rest) => {
      const error = faults.apply.get(ref.name);
      faults.apply.delete(ref.name);
      return error === undefined ? client.apply(ref, ...rest) : Promise.reject(error);
    },
  };
  return new Proxy(client, {
    get: (target, name) => {
      const own = failing[name as keyof WatchingClient];
      const value: unknown = Reflect.get(target, name);
      return own ?? (typeof value === "function" ? value.bind(target) : value);
    },
  });
}

const WHICH = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: "default", name: "acme-web" };

function labOf(parts: Parts): NodeLab {
  const { client, objects, sandbox, faults, reads } = parts;
  const events = new RecordingEvents();
  const waiting = { namespaces: new Waiters(), kinds: new Waiters(), objects: new Waiters() };
  const clock = { ahead: 0 };
  const memory = { repairs: new RepairPace() };
  const ground: NodeLab["ground"] = {};
  const state: { node?: StoredNode } = {};
  const between: (() => Promise<unknown>)[] = [];
  const world = worldOf({ ...parts, events, waiting, clock, memory, state, ground });
  const stored = () => objects.get(WHICH);
  const writes = () =>
    [...sandbox.requests().byMethod].reduce((sum, [verb, n]) => sum + (WRITES.includes(verb) ? n : 0), 0);
  return {
    objects,
    client,
    events,
    waiting,
    clock,
    ground,
    restart: () => {
      memory.repairs = new RepairPace();
    },
    faults,
    stored,
    want: async (configMaps, values = {}) => {
      const spec: NodeSpec = { uid: "acme", templateRef: "web", values, configMaps: [...configMaps] };
      const metadata = { name: "acme-web", namespace: "default", finalizers: [NODE_FINALIZER] };
      const object = { apiVersion: WHICH.apiVersion, kind: "LynqNode", metadata, spec };
      const ref = { type: NODE, namespace: "default", name: "acme-web" };
      await client.apply(ref, object, { fieldManager: "test", force: true });
    },
    meanwhile: (change) => void between.push(change),
    pass: async () => {
      const object = await stored();
      if (object === undefined) delete state.node;
      else state.node = toStoredNode(object);
      for (const change of between.splice(0)) await change();
      const before = writes();
      reads.length = 0;
      const verdict = await reconcileNode(world, KEY, new AbortController().signal);
      const status = ((await stored())?.["status"] ?? {}) as NodeStatus;
      return { verdict, writes: writes() - before, reads: [...reads], status };
    },
    remove: () => objects.remove(WHICH),
  };
}

interface WorldParts extends Parts {
  readonly events: RecordingEvents;
  readonly waiting: NodeLab["waiting"];
  readonly clock: { readonly ahead: number };
  readonly ground: NodeLab["ground"];
  readonly memory: { readonly repairs: RepairPace };
  readonly state: { node?: StoredNode };
}

function worldOf(
  { faulty: client, reads, children, events, waiting, clock, memory, state, ground }: WorldParts,
): NodeWorld {
  const now = () => new Date(Date.now() + clock.ahead * 1000);
  const present = new Set(["default"]);
  return {
    client,
    tenant: client,
    accounts: {
      standard: undefined,
      as: (account) => {
        const tenant = client.as({ user: userOf(account) });
        return { tenant, applier: createApplier({ client: tenant, now, account }) };
      },
    },
    targets: targetNamespaces(undefined),
    discovery: createDiscovery({ client, refreshSeconds: 0, absentSeconds: 0 }),
    applier: createApplier({ client, now }),
    children,
    writes: new Limit(4),
    turns: new Turns({ mostMs: 5000 }),
    nodes: {
      get: () => state.node,
      labelled: () => state.node === undefined ? [] : [state.node],
      observe: (object) => {
        state.node = toStoredNode(object);
      },
      type: NODE,
    },
    forms: {
      prepared: (node) => Promise.resolve({ kind: "prepared", form: prepareForm(node.spec) }),
      kinds: () => [],
    },
    pauses: (node) => pausesOf({ node }, now()),
    namespaces: {
      state: (name) => present.has(name) ? "present" : "missing",
      observe: ({ metadata }) => void present.add(metadata.name ?? ""),
      wait: (node, names) => waiting.namespaces.wait(node, names),
    },
    missingKinds: waiting.kinds,
    heldObjects: waiting.objects,
    teardown: { around: () => Promise.resolve(ground.going) },
    orphaning: new Set(),
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    get repairs() {
      return memory.repairs;
    },
    looks: new LookPace(),
    storageClasses: new StorageClasses(client),
    events,
    metrics: createMetrics(),
    log: new RecordingLog(),
    now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    makeKey: (kind) => {
      reads.push(`key ${kind}`);
      return new KeyMaker().make(kind);
    },
  };
}
