import type { Timers } from "../controller/timers.ts";
import { Limit } from "../controller/limit.ts";
import { Turns } from "../controller/turns.ts";
import type { HubMemory } from "../hub/world.ts";
import type { WatchingClient } from "../kube/client.ts";
import { createDiscovery, type Discovery } from "../kube/discovery.ts";
import { createOpenApi } from "../kube/open_api.ts";
import type { SourceConfig } from "../source/config.ts";
import type { RowSource } from "../source/port.ts";
import type { EventRecorder } from "../telemetry/events.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { type CacheHandlers, type SharedCaches, startCaches, stopCaches, synced } from "./caches.ts";
import { KeyMaker } from "./key_maker.ts";
import { Orphaning } from "./orphaning.ts";
import { PreparedForms } from "./revision.ts";
import { routeEvents, type Routing } from "./route_events.ts";
import { SchemaGuard } from "./schema_guard.ts";
import { Urgencies } from "./urgencies.ts";
import { Waiters } from "./waiters.ts";

/** What all templates of one resource may take: a part of the time in which a Lease has to be renewed. */
const RENDER_MS = 5000;

export interface ManagerOptions {
  readonly client: WatchingClient;
  /** Only these are watched and worked in; all where they are not told. */
  readonly namespaces?: readonly string[] | undefined;
  /** Where resources may be, as names and patterns; all but Kubernetes' own namespaces where they are not told. */
  readonly targetNamespaces?: readonly string[] | undefined;
  /** The account of nodes that name none; the operator's own unless told. */
  readonly defaultAccount?: string | undefined;
  /** Where the operator itself lives. */
  readonly operatorNamespace?: string | undefined;
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

/** Who is to be told of changes: the controllers that run here, and the nodes that they have. */
export interface Audience {
  queues(): ReturnType<Routing["queues"]>;
  nodes(): ReturnType<Routing["caches"]>["nodes"];
}

/** What the controllers of one process stand on, whichever of them run. */
export interface Ground {
  readonly options: ManagerOptions;
  readonly caches: SharedCaches;
  readonly handlers: CacheHandlers;
  readonly routing: Routing;
  readonly discovery: Discovery;
  readonly forms: PreparedForms;
  readonly waiting: Routing["waiting"] & { readonly objects: Waiters };
  readonly memory: Map<string, HubMemory>;
  readonly orphaning: Orphaning;
  readonly guard: SchemaGuard;
  /** What a node's own limit of writes is a part of; all of them together are bounded by the client. */
  readonly writes: Limit;
  /** Rendering, over all nodes of this thread. */
  readonly turns: Turns;
  readonly keys: KeyMaker;
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

/** Starts the caches that every controller reads. */
export function layGround(options: ManagerOptions, audience: Audience): Ground {
  const { client, timers, log, concurrency } = options;
  const discovery = createDiscovery({ client });
  const waiting = { namespaces: new Waiters(), kinds: new Waiters(), objects: new Waiters() };
  const memory = new Map<string, HubMemory>();
  const guard = new SchemaGuard({ client, timers, log });
  const orphaning = new Orphaning();
  const routing: Routing = {
    caches: () => ({ hubs: caches.hubs, forms: caches.forms, nodes: audience.nodes() }),
    queues: () => audience.queues(),
    waiting,
    memory,
    discovery,
    orphaning,
    urgencies: new Urgencies(() => timers.now()),
    log,
  };
  const handlers = guard.watching(routeEvents(routing));
  const caches = startCaches(options, handlers);
  const forms = new PreparedForms({
    find: (ns, name) => caches.revisions.get(`${ns}/${name}`)?.value,
    openApi: createOpenApi({ client }),
  });
  const writes = new Limit(concurrency.writes);
  return {
    options,
    caches,
    handlers,
    routing,
    discovery,
    forms,
    waiting,
    memory,
    orphaning,
    guard,
    writes,
    turns: new Turns({ mostMs: RENDER_MS }),
    keys: new KeyMaker(),
  };
}

/** Settles when the caches are in and the served schema was read; throws `KindsMissing`. */
export async function settleGround({ caches, guard }: Ground): Promise<void> {
  const missing = await synced(caches);
  if (missing.length > 0) throw new KindsMissing(missing);
  await guard.check();
}

export async function leaveGround({ caches, guard }: Ground): Promise<void> {
  await guard.stop();
  await stopCaches(caches);
}

/** What all worlds have from outside. */
export function outside({ client, events, metrics, log, timers }: ManagerOptions) {
  return { client, events, metrics, log, now: () => new Date(timers.now()) };
}

/** Has the nodes looked at again that wait for another one to let go of this object. */
export function wakeForObject({ routing, waiting }: Ground, object: string): void {
  for (const node of waiting.objects.of(object)) routing.queues().node.enqueue(node);
}
