import { FORM, HUB, NODE, REVISION } from "../../src/operator/kinds.ts";
import {
  type StoredHub,
  type StoredNode,
  toStoredForm,
  toStoredHub,
  toStoredNode,
} from "../../src/api/stored.ts";
import { Backoff } from "../../src/controller/backoff.ts";
import { Limit } from "../../src/controller/limit.ts";
import { Pace } from "../../src/controller/pace.ts";
import type { Verdict } from "../../src/controller/verdict.ts";
import { reconcileForm } from "../../src/form/reconcile.ts";
import type { FormWorld, RevisionDeletion } from "../../src/form/world.ts";
import type { SecretAnswer } from "../../src/hub/read_rows.ts";
import { reconcileHub } from "../../src/hub/reconcile.ts";
import type { HubWorld } from "../../src/hub/world.ts";
import { SickReads } from "../../src/hub/sick_reads.ts";
import { fixedCredentials } from "../../src/kube/credentials.ts";
import type { WatchingClient } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import { toCachedRevision } from "../../src/operator/revision.ts";
import { type Sandbox, startSandbox } from "../../src/sandbox/mod.ts";
import type { RowQuery, RowSource, SourceError } from "../../src/source/port.ts";
import { createMetrics } from "../../src/telemetry/prometheus.ts";
import { RecordingEvents } from "../../src/telemetry/recording_events.ts";
import { RecordingLog } from "../../src/telemetry/recording_log.ts";
import { type ClusterObjects, clusterObjects } from "./cluster_objects.ts";
import { installKinds } from "./operator_lab.ts";

const WRITES = ["POST", "PUT", "PATCH", "APPLY", "DELETE"];
const NAMESPACE = "default";
const API = { apiVersion: "operator.lynq.sh/v1", namespace: NAMESPACE };

/** The table that the hub reads: rows by column, or the error that a read ends with after its rows. */
export interface Table {
  rows: readonly Readonly<Record<string, string>>[];
  error: SourceError | undefined;
  reads: number;
  /** Runs while rows are read. */
  meanwhile?: () => void;
}

/** A hub and a form in an API server of their own, the controllers' worlds around them, and a table in memory. */
export interface HubLab {
  readonly objects: ClusterObjects;
  readonly events: RecordingEvents;
  readonly table: Table;
  /** Seconds that the controllers' clock is ahead, and the milliseconds since the epoch that it stands at, if it does. */
  readonly clock: { ahead: number; stopped?: number };
  /** Errors that writes end with, as `delete a-web`. */
  readonly faults: Map<string, Error>;
  /** What is remembered of hubs, by `namespace/name`. */
  readonly memory: HubWorld["memory"];
  readonly sickReads: SickReads;
  /** What another revision of the form would delete. */
  readonly deletions: RevisionDeletion[];
  /** What the hub's watch tells from now on: that it is paused. */
  pauseHub(name: string): void;
  /** What the forms' watch tells from now on: that it is being deleted and leaves its nodes behind. */
  leaveForm(name: string): void;
  /** Forgets what a process remembers. */
  restart(): void;
  formPass(name: string): Promise<Pass>;
  hubPass(name: string): Promise<Pass>;
  nodes(): Promise<StoredNode[]>;
}

export interface Pass {
  readonly verdict: Verdict;
  readonly writes: number;
}

function withFaults(client: WatchingClient, faults: ReadonlyMap<string, Error>): WatchingClient {
  const failing: Partial<WatchingClient> = {
    create: async (...args) => {
      const error = faults.get(`create ${args[1].metadata.name}`);
      if (error !== undefined) throw error;
      return await client.create(...args);
    },
    patch: async (...args) => {
      const error = faults.get(`patch ${args[0].name}`);
      if (error !== undefined) throw error;
      return await client.patch(...args);
    },
    delete: async (ref, options, signal) => {
      const error = faults.get(`delete ${ref.name}`);
      if (error !== undefined) throw error;
      return await client.delete(ref, options, signal);
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

interface HubParts {
  readonly objects: ClusterObjects;
  readonly shared: Pick<HubWorld, "client" | "events" | "metrics" | "log" | "now">;
  readonly table: Table;
  readonly memory: HubWorld["memory"];
  readonly sickReads: SickReads;
  readonly backoff: Backoff;
  readonly tells: Pace;
  /** Hubs that the watch tells to be paused. */
  readonly paused: ReadonlySet<string>;
  /** Forms that the watch tells to be going without their nodes. */
  readonly left: ReadonlySet<string>;
}

async function hubWorld(name: string, of: HubParts): Promise<HubWorld> {
  const { objects, shared, table, memory, sickReads, backoff, tells, paused, left } = of;
  const list = (kind: string) => objects.list({ ...API, kind });
  const hub = (await list("LynqHub")).map(toStoredHub).find((each) => each.name === name);
  const forms = (await list("LynqForm")).map(toStoredForm);
  const nodes = new Map((await list("LynqNode")).map((node) => [node.metadata.name, toStoredNode(node)]));
  return {
    ...shared,
    hubs: { get: () => pausedHub(hub, paused), observe: () => {}, type: HUB },
    forms: {
      ofHub: () => forms.filter((form) => form.spec.hubId === name && !form.deleting && !left.has(form.name)),
      type: FORM,
    },
    nodes: {
      ofForm: (_namespace, form) => [...nodes.values()].filter((node) => node.spec.templateRef === form),
      ofHub: () =>
        [...nodes.values()].filter((node) => node.hub === name && !left.has(node.spec.templateRef)),
      moves: () => [...nodes.values()].reduce((sum, node) => sum + Number(node.resourceVersion), 0),
      has: (_namespace, node) => nodes.has(node),
      observe: (node) => void nodes.set(node.metadata.name, toStoredNode(node)),
      type: NODE,
    },
    secrets: {
      read: async ({ names }) => new Map(await Promise.all(names.map((name) => secretOf(objects, name)))),
      release: () => {},
    },
    sensitiveMemory: new Map(),
    randomBytes: (length) => new Uint8Array(length).fill(7),
    open: () => sourceOf(table),
    confirmedForms: new Map(),
    sickReads,
    orphaning: new Set(),
    memory,
    backoff,
    tells,
    writes: new Limit(4),
  };
}

async function secretOf(objects: ClusterObjects, name: string): Promise<[string, SecretAnswer]> {
  const found = await objects.get({ apiVersion: "v1", kind: "Secret", namespace: NAMESPACE, name });
  if (found === undefined) return [name, { kind: "missing" }];
  return [name, { kind: "found", value: (found["data"] ?? {}) as Record<string, string> }];
}

function pausedHub(hub: StoredHub | undefined, paused: ReadonlySet<string>): StoredHub | undefined {
  if (hub === undefined || !paused.has(hub.name)) return hub;
  return { ...hub, spec: { ...hub.spec, paused: true } };
}

/** Gives a pass the count of its writes. */
function countingIn(sandbox: Sandbox): (work: Promise<Verdict>) => Promise<Pass> {
  const writes = () =>
    [...sandbox.requests().byMethod].reduce((sum, [verb, n]) => sum + (WRITES.includes(verb) ? n : 0), 0);
  return async (work) => {
    const before = writes();
    return { verdict: await work, writes: writes() - before };
  };
}

export async function withHub(test: (lab: HubLab) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox();
  const connection = createKubeClient(fixedCredentials({ server: sandbox.url }));
  const faults = new Map<string, Error>();
  const client = withFaults(connection, faults);
  try {
    const objects = clusterObjects(connection);
    await installKinds(objects);
    const events = new RecordingEvents();
    const table: Table = { rows: [], error: undefined, reads: 0 };
    const clock: HubLab["clock"] = { ahead: 0 };
    const now = () => new Date((clock.stopped ?? Date.now()) + clock.ahead * 1000);
    const shared = { client, events, metrics: createMetrics(), log: new RecordingLog(), now };
    const list = (kind: string) => objects.list({ ...API, kind });
    const kept = { memory: new Map() as HubWorld["memory"], sickReads: new SickReads(3) };
    const deletions: RevisionDeletion[] = [];
    const backoff = new Backoff({ baseMs: 1000, maxMs: 60_000 });
    const started = () => ({ hub: new Pace(1000), form: new Pace(1000) });
    let tells = started();
    const counted = countingIn(sandbox);
    const formPass = async (name: string) => {
      const world = await formWorld({ objects, shared, tells: tells.form, deletions });
      return await counted(reconcileForm(world, `${NAMESPACE}/${name}`, new AbortController().signal));
    };
    const paused = new Set<string>();
    const left = new Set<string>();
    const hubPass = async (name: string) => {
      const parts = { ...kept, objects, shared, table, backoff, tells: tells.hub, paused, left };
      const world = await hubWorld(name, parts);
      return await counted(reconcileHub(world, `${NAMESPACE}/${name}`, new AbortController().signal));
    };
    const nodes = async () => (await list("LynqNode")).map(toStoredNode);
    await test({
      objects,
      events,
      table,
      clock,
      faults,
      ...kept,
      deletions,
      pauseHub: (name) => void paused.add(name),
      leaveForm: (name) => void left.add(name),
      restart: () => {
        kept.memory.clear();
        tells = started();
      },
      formPass,
      hubPass,
      nodes,
    });
  } finally {
    connection.close();
    await sandbox.stop();
  }
}

async function formWorld(
  of: Pick<HubParts, "objects" | "tells"> & {
    deletions: readonly RevisionDeletion[];
    shared: Pick<FormWorld, "client" | "events" | "metrics" | "log" | "now">;
  },
): Promise<FormWorld> {
  const list = (kind: string) => of.objects.list({ ...API, kind });
  const forms = (await list("LynqForm")).map(toStoredForm);
  const hubs = (await list("LynqHub")).map(toStoredHub);
  const nodes = (await list("LynqNode")).map(toStoredNode);
  const kept = await of.objects.list({
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    namespace: NAMESPACE,
  });
  const revisions = kept.map(toCachedRevision);
  return {
    ...of.shared,
    forms: {
      get: (key) => forms.find((f) => `${f.namespace}/${f.name}` === key),
      observe: () => {},
      type: FORM,
    },
    hubs: { get: (key) => hubs.find((hub) => `${hub.namespace}/${hub.name}` === key) },
    nodes: {
      ofForm: (_namespace, form) => nodes.filter((node) => node.spec.templateRef === form),
      observe: () => {},
      type: NODE,
    },
    orphaning: new Set(),
    writes: new Limit(4),
    tells: of.tells,
    revisions: {
      ofForm: (_namespace, form) => revisions.filter((revision) => revision.form === form),
      observe: (object) => void revisions.push(toCachedRevision(object)),
      type: REVISION,
    },
    preview: () => Promise.resolve([]),
    deletions: () => Promise.resolve(of.deletions),
  };
}

function sourceOf(table: Table): RowSource {
  return {
    read: async function* ({ columns }: RowQuery) {
      table.reads++;
      table.meanwhile?.();
      yield await Promise.resolve(
        table.rows.map((row) => Object.fromEntries(columns.map((c) => [c.variable, row[c.column] ?? ""]))),
      );
      if (table.error !== undefined) throw table.error;
    },
    close: () => Promise.resolve(),
  };
}
