import { pausesOf } from "../api/pause.ts";
import { createApplier } from "../apply/applier.ts";
import { Backoff } from "../controller/backoff.ts";
import { Controller } from "../controller/controller.ts";
import { Limit } from "../controller/limit.ts";
import type { Timers } from "../controller/timers.ts";
import { reconcileForm } from "../form/reconcile.ts";
import { reconcileHub } from "../hub/reconcile.ts";
import type { HubWorld } from "../hub/world.ts";
import type { WatchingClient } from "../kube/client.ts";
import { createDiscovery } from "../kube/discovery.ts";
import { createOpenApi } from "../kube/open_api.ts";
import { ChildCaches } from "../node/child_caches.ts";
import { LookPace } from "../node/look_pace.ts";
import { RepairPace } from "../node/repair_pace.ts";
import { reconcileNode } from "../node/reconcile.ts";
import { StorageClasses } from "../node/storage_classes.ts";
import type { NodeWorld } from "../node/world.ts";
import type { SourceConfig } from "../source/config.ts";
import type { RowSource } from "../source/port.ts";
import type { EventRecorder } from "../telemetry/events.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Caches, startCaches, stopCaches, synced, valuesBy } from "./caches.ts";
import { formWorld } from "./form_world.ts";
import { hubSecrets, type StoppableSecrets } from "./hub_secrets.ts";
import { HUB, NODE } from "./kinds.ts";
import { observeController } from "./observe.ts";
import { PreparedForms } from "./revision.ts";
import { routeEvents } from "./route_events.ts";
import { SchemaGuard } from "./schema_guard.ts";
import { Orphaning } from "./orphaning.ts";
import { leavesDependents } from "../api/orphaning.ts";
import type { StoredNode } from "../api/stored.ts";
import { Waiters } from "./waiters.ts";

export interface ManagerOptions {
  readonly client: WatchingClient;
  readonly openSource: (config: SourceConfig) => RowSource;
  readonly concurrency: {
    readonly hub: number;
    readonly form: number;
    readonly node: number;
    readonly writes: number;
  };
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly timers: Timers;
}

/** The three controllers over their caches. */
export interface Manager {
  readonly caches: Caches;
  /** Settles when every cache is in and the workers run; rejects when a kind is not installed. */
  readonly started: Promise<void>;
  /** Why it is not ready; empty when it is. */
  notReady(): readonly string[];
  /** Ends watches and workers; running reconciles get `graceMs` to end. */
  stop(graceMs: number): Promise<void>;
}

/** One of the operator's own kinds is not served: its CustomResourceDefinition is missing. */
export class KindsMissing extends Error {
  override readonly name = "KindsMissing";
  readonly kinds: readonly string[];

  constructor(kinds: readonly string[]) {
    super(
      `the API server does not serve ${
        kinds.join(", ")
      }: install them with 'kubectl apply --server-side -f crds/'`,
    );
    this.kinds = kinds;
  }
}

/** Wires caches, worlds and controllers, and starts them. */
export function startManager(options: ManagerOptions): Manager {
  const { timers, log } = options;
  const parts = wire(options);
  const state = { running: false, stopped: false };
  const started = start();
  return {
    caches: parts.caches,
    started,
    notReady: () => state.running ? parts.guard.problems() : ["the caches are not filled yet"],
    stop: async (graceMs) => {
      state.stopped = true;
      state.running = false;
      await parts.guard.stop();
      await Promise.all(parts.controllers.map((controller) => controller.stop(graceMs)));
      await Promise.all([stopCaches(parts.caches), parts.children.stop(), parts.secrets.stop()]);
    },
  };

  async function start(): Promise<void> {
    const missing = await synced(parts.caches);
    if (state.stopped) return;
    if (missing.length > 0) throw new KindsMissing(missing);
    await parts.guard.check();
    if (state.stopped) return;
    for (const controller of parts.controllers) controller.start();
    state.running = true;
    log.info("starting manager", { at: new Date(timers.now()).toISOString() });
  }
}

interface Parts {
  readonly caches: Caches;
  readonly children: ChildCaches;
  readonly secrets: StoppableSecrets;
  readonly controllers: readonly Controller[];
  readonly guard: SchemaGuard;
}

function wire(options: ManagerOptions): Parts {
  const { client, timers, log } = options;
  const discovery = createDiscovery({ client });
  const waiting = { namespaces: new Waiters(), kinds: new Waiters() };
  const memory: HubWorld["memory"] = new Map();
  const guard = new SchemaGuard({ client, timers, log });
  const orphaning = new Orphaning();
  const secrets = hubSecrets(client, (hub) => {
    const known = memory.get(hub);
    if (known !== undefined) memory.set(hub, { ...known, overtaken: "secretChanged" });
    queues.hub.enqueue(hub);
  });
  const caches: Caches = startCaches(
    client,
    guard.watching(
      routeEvents({ caches: () => caches, queues: () => queues, waiting, memory, discovery, orphaning, log }),
    ),
  );
  const children = new ChildCaches({
    client,
    onChange: ({ namespace, label }) => {
      for (const key of caches.nodes.keysBy("label", `${namespace}/${label}`)) queues.node.enqueue(key);
    },
    onError: (error, key) => log.error("Cache of children", { key, error }),
  });
  const node = nodeWorld(options, { caches, children, discovery, orphaning, waiting });
  const worlds = {
    hub: hubWorld(options, { caches, memory, orphaning, secrets }),
    form: formWorld(shared(options), { caches, orphaning, node, writes: HUB_WRITES }),
    node,
  };
  const controller = (
    kind: "hub" | "form" | "node",
    reconcile: ConstructorParameters<typeof Controller>[0]["reconcile"],
  ) =>
    new Controller({
      concurrency: options.concurrency[kind],
      reconcile: guard.guard(reconcile),
      timers,
      observer: observeController({ ...CONTROLLERS[kind], concurrency: options.concurrency[kind] }, options),
      backoff: { baseMs: 50, maxMs: 60_000 },
    });
  const queues = {
    hub: controller("hub", (key, signal) => reconcileHub(worlds.hub, key, signal)),
    form: controller("form", (key, signal) => reconcileForm(worlds.form, key, signal)),
    node: controller("node", (key, signal) => reconcileNode(forOneNode(worlds.node), key, signal)),
  };
  return { caches, children, secrets, guard, controllers: [queues.hub, queues.form, queues.node] };
}

/** A node has a part of the writes to itself, so that one whose objects hang in a webhook leaves room for the others. */
function forOneNode(world: NodeWorld): NodeWorld {
  return { ...world, writes: world.writes.part(4) };
}

const CONTROLLERS = {
  hub: { controller: "lynqhub", kind: "LynqHub" },
  form: { controller: "lynqform", kind: "LynqForm" },
  node: { controller: "lynqnode", kind: "LynqNode" },
} as const;

/** Writes of LynqNodes that one hub pass has under way. */
const HUB_WRITES = 16;

interface HubParts {
  readonly caches: Caches;
  readonly memory: HubWorld["memory"];
  readonly orphaning: Orphaning;
  readonly secrets: HubWorld["secrets"];
}

function hubWorld(options: ManagerOptions, { caches, memory, orphaning, secrets }: HubParts): HubWorld {
  // The nodes of a form that leaves them behind are about to leave their hub.
  const isLeft = (node: StoredNode) => {
    const form = caches.forms.get(`${node.namespace}/${node.spec.templateRef}`)?.value;
    return form?.deleting === true && leavesDependents(form, orphaning);
  };
  return {
    ...shared(options),
    orphaning,
    hubs: { get: (key) => caches.hubs.get(key)?.value, observe: (o) => caches.hubs.observe(o), type: HUB },
    forms: {
      ofHub: (ns, hub) =>
        valuesBy(caches.forms, "hub", `${ns}/${hub}`).filter((f) => !f.deleting).sort(byName),
    },
    nodes: {
      ofHub: (ns, hub) => valuesBy(caches.nodes, "hub", `${ns}/${hub}`).filter((node) => !isLeft(node)),
      ofForm: (ns, form) => valuesBy(caches.nodes, "form", `${ns}/${form}`),
      has: (ns, name) => caches.nodes.get(`${ns}/${name}`) !== undefined,
      observe: (o) => caches.nodes.observe(o),
      type: NODE,
    },
    secrets,
    open: options.openSource,
    memory,
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    writes: new Limit(HUB_WRITES),
  };
}

interface NodeParts {
  readonly caches: Caches;
  readonly children: ChildCaches;
  readonly discovery: NodeWorld["discovery"];
  readonly orphaning: Orphaning;
  readonly waiting: { readonly namespaces: Waiters; readonly kinds: Waiters };
}

function nodeWorld(options: ManagerOptions, parts: NodeParts): NodeWorld {
  const { caches, children, discovery, orphaning, waiting } = parts;
  const forms = new PreparedForms({
    find: (ns, name) => caches.revisions.get(`${ns}/${name}`)?.value,
    openApi: createOpenApi({ client: options.client }),
  });
  return {
    ...shared(options),
    discovery,
    children,
    orphaning,
    applier: createApplier({ client: options.client, now: () => new Date(options.timers.now()) }),
    writes: new Limit(options.concurrency.writes),
    nodes: {
      get: (key) => caches.nodes.get(key)?.value,
      labelled: (namespace, label) => valuesBy(caches.nodes, "label", `${namespace}/${label}`),
      observe: (o) => caches.nodes.observe(o),
      type: NODE,
    },
    forms: {
      prepared: (node) =>
        forms.prepared(
          node,
          caches.forms.get(`${node.namespace}/${node.spec.templateRef}`)?.value.status.currentRevision,
        ),
      kinds: () => [...caches.revisions.values()].flatMap(({ value }) => value.kinds),
    },
    pauses: (node) => {
      const { namespace, spec } = node;
      const hub = caches.hubs.get(`${namespace}/${node.hub ?? ""}`)?.value;
      const form = caches.forms.get(`${namespace}/${spec.templateRef}`)?.value;
      return pausesOf({ hub, form, node }, new Date(options.timers.now()));
    },
    namespaces: {
      state: (name) => {
        const found = caches.namespaces.get(name)?.value;
        return found === undefined ? "missing" : found.deleting ? "terminating" : "present";
      },
      observe: (object) => caches.namespaces.observe(object),
      wait: (node, names) => waiting.namespaces.wait(node, names),
    },
    missingKinds: waiting.kinds,
    backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }),
    repairs: new RepairPace(),
    looks: new LookPace(),
    storageClasses: new StorageClasses(options.client),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  };
}

function shared({ client, events, metrics, log, timers }: ManagerOptions) {
  return { client, events, metrics, log, now: () => new Date(timers.now()) };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
