import {
  type StoredForm,
  type StoredNode,
  toStoredForm,
  toStoredHub,
  toStoredNode,
} from "../../src/api/stored.ts";
import { Backoff } from "../../src/controller/backoff.ts";
import { Limit } from "../../src/controller/limit.ts";
import { Pace } from "../../src/controller/pace.ts";
import { SickReads } from "../../src/hub/sick_reads.ts";
import type { HubWorld } from "../../src/hub/world.ts";
import type { WatchingClient } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { FORM, HUB, NODE } from "../../src/operator/kinds.ts";
import { mergePatch } from "../../src/sandbox/json_patch.ts";
import { createMetrics } from "../../src/telemetry/prometheus.ts";
import { RecordingLog } from "../../src/telemetry/recording_log.ts";

/** A hub and its form as they are stored, and how the hub's rows are read. */
export interface PolledHub {
  readonly hub: KubeObject;
  readonly form: KubeObject;
  readonly password: string;
  readonly open: HubWorld["open"];
  readonly now: () => Date;
}

/** The hub controller's world with no API server: what it writes is taken as it is, at once. */
export interface PollWorld {
  readonly world: HubWorld;
  /** Requests so far. */
  requests(): number;
  /** LynqNodes that there are. */
  nodes(): number;
}

export function pollWorld({ hub, form, password, open, now }: PolledHub): PollWorld {
  const nodes = new Map<string, StoredNode>();
  const forms: readonly StoredForm[] = [toStoredForm(form)];
  let stored = hub;
  let shown = toStoredHub(hub);
  let moves = 0;
  let requests = 0;
  const version = () => String(++requests);
  const client = clientOf({
    create: (object) => {
      const metadata = { ...object.metadata, uid: `uid-${requests}`, generation: 1 };
      return { ...object, metadata: { ...metadata, resourceVersion: version() } };
    },
    patchHub: (body) => {
      const patched = mergePatch(stored, body) as KubeObject;
      return { ...patched, metadata: { ...patched.metadata, resourceVersion: version() } };
    },
  });
  const value = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
  const secret = { kind: "found" as const, value: { password: value(password) } };
  const all = () => [...nodes.values()];
  const world: HubWorld = {
    client,
    hubs: {
      get: () => shown,
      observe: (object) => [stored, shown] = [object, toStoredHub(object)],
      type: HUB,
    },
    forms: { ofHub: () => [...forms], type: FORM },
    nodes: {
      ...{ ofHub: all, ofForm: all, moves: () => moves, type: NODE },
      has: (_namespace, name) => nodes.has(name),
      observe: (object) => {
        moves++;
        nodes.set(object.metadata.name ?? "", toStoredNode(object));
      },
    },
    secrets: { read: ({ names }) => Promise.resolve(new Map(names.map((name) => [name, secret]))), release },
    ...{ sensitiveMemory: new Map(), randomBytes: (length: number) => new Uint8Array(length) },
    ...{ open, now, memory: new Map(), confirmedForms: new Map(), orphaning: new Set<string>() },
    ...{ backoff: new Backoff({ baseMs: 1000, maxMs: 60_000 }), sickReads: new SickReads(4) },
    ...{ tells: new Pace(1000), writes: new Limit(16) },
    ...{ events: { record: () => {} }, metrics: createMetrics(), log: new RecordingLog() },
  };
  return { world, requests: () => requests, nodes: () => nodes.size };
}

/** Secrets that nobody watches need no letting go. */
function release(): void {}

interface Answers {
  create(object: KubeObject): KubeObject;
  patchHub(body: unknown): KubeObject;
}

/** Takes what a hub without guards, former nodes and sensitive values sends: new nodes and its own status. */
function clientOf({ create, patchHub }: Answers): WatchingClient {
  const unexpected = (verb: string) => Promise.reject(new Error(`a poll was to ${verb} something`));
  const client: WatchingClient = {
    create: (_type, object) => Promise.resolve(create(object)),
    patch: ({ type }, { body }) => type === HUB ? Promise.resolve(patchHub(body)) : unexpected("patch"),
    get: () => unexpected("get"),
    list: () => {
      throw new Error("a poll was to list something");
    },
    watch: () => {
      throw new Error("a poll was to watch something");
    },
    update: () => unexpected("update"),
    apply: () => unexpected("apply"),
    delete: () => unexpected("delete"),
    raw: () => unexpected("ask"),
    bulk: () => client,
    as: () => client,
  };
  return client;
}
