import assert from "node:assert/strict";
import {
  condition,
  readyStatus,
  storedForm,
  storedHub,
  storedNode,
} from "../../tests/support/stored_objects.ts";
import type { HubMemory } from "../hub/world.ts";
import type { CacheEvent } from "../kube/informer.ts";
import { RecordingLog } from "../telemetry/recording_log.ts";
import type { Caches } from "./caches.ts";
import { routeEvents } from "./route_events.ts";
import { Waiters } from "./waiters.ts";

interface Named {
  readonly namespace: string;
  readonly name: string;
}

const entry = <P extends Named>(value: P) => ({
  key: `${value.namespace}/${value.name}`,
  uid: "u",
  resourceVersion: "1",
  value,
});
const added = <P extends Named>(now: P): CacheEvent<P> => ({ kind: "added", by: "watch", now: entry(now) });
const deleted = <P extends Named>(was: P): CacheEvent<P> => ({
  kind: "deleted",
  by: "watch",
  was: entry(was),
});
const modified = <P extends Named>(was: P, now: P, by: "watch" | "write" = "watch"): CacheEvent<P> => ({
  kind: "modified",
  by,
  was: entry(was),
  now: entry(now),
});

/** Handlers, and what they asked for: `hub ns/hub`, with `later` where it may wait, and `seldom` for more than a second. */
function routed(hub = storedHub(), nodes: ReadonlySet<string> = new Set(["ns/acme-web"])) {
  const asked: string[] = [];
  const queue = (name: string) => ({
    enqueue: (key: string) => asked.push(`${name} ${key}`),
    enqueueAfter: (key: string, ms: number) =>
      asked.push(`${name} ${key} ${ms < 100 ? "soon" : ms > 1000 ? "seldom" : "later"}`),
  });
  const caches = {
    forms: { keysBy: () => ["ns/web"], get: () => undefined },
    nodes: { keysBy: () => nodes },
    hubs: { get: () => entry(hub) },
  } as unknown as Caches;
  const memory = new Map<string, HubMemory>();
  const waiting = { namespaces: new Waiters(), kinds: new Waiters() };
  const state = { invalidated: 0 };
  const log = new RecordingLog();
  const handlers = routeEvents({
    caches: () => caches,
    queues: () => ({ hub: queue("hub"), form: queue("form"), node: queue("node") }),
    waiting,
    memory,
    discovery: {
      resolve: () => Promise.resolve({ kind: "absent" }),
      list: () => Promise.resolve([]),
      invalidate: () => void state.invalidated++,
    },
    orphaning: { note: () => {} },
    urgencies: { ofNode: () => "bulk" },
    log,
  });
  return { handlers, asked, memory, waiting, state, log };
}

const node = storedNode({ row: "acme", form: "web" });
const known: HubMemory = {
  readAt: 99,
  basis: "",
  sync: { kind: "none" },
  throttled: false,
  full: new Set<string>(),
  waiting: [],
  doubts: new Map(),
  overtaken: "no",
};

Deno.test("a hub that is new, edited or deleted wakes itself and its forms, one with a new annotation only itself", () => {
  const { handlers, asked } = routed();
  handlers.hub(added(storedHub()));
  assert.deepEqual(asked.splice(0), ["hub ns/hub", "form ns/web"]);
  handlers.hub(modified(storedHub(), storedHub({ generation: 2 })));
  assert.deepEqual(asked.splice(0), ["hub ns/hub", "form ns/web"]);
  handlers.hub(modified(storedHub(), storedHub({ annotations: { "example.com/a": "b" } })));
  assert.deepEqual(asked.splice(0), ["hub ns/hub"]);
});

Deno.test("status writes wake nothing of their own object", () => {
  const { handlers, asked } = routed();
  handlers.hub(modified(storedHub(), storedHub({ status: { ready: 3 }, resourceVersion: "2" })));
  handlers.form(modified(storedForm(), storedForm({ status: { currentRevision: "web-1", totalNodes: 4 } })));
  handlers.node(modified(node, { ...node, status: { desiredResources: 3 } }));
  assert.deepEqual(asked, []);
});

Deno.test("an annotation wakes the object, as people do by hand", () => {
  const { handlers, asked } = routed();
  const touched = { ...node, annotations: { "lynq.sh/force-reconcile": "now" } };
  handlers.node(modified(node, touched));
  assert.deepEqual(asked, ["node ns/acme-web"]);
});

Deno.test("a node that its hub left behind or took back wakes: other things pause it now", () => {
  const { handlers, asked } = routed();
  const left = { ...node, hub: undefined };
  handlers.node(modified(node, left));
  assert(asked.includes("node ns/acme-web"), asked.join());
  asked.length = 0;
  handlers.node(modified(left, node, "write"));
  assert(asked.includes("node ns/acme-web"), asked.join());
});

Deno.test("a form's new revision or maxSkew wakes its hub", () => {
  const { handlers, asked } = routed();
  handlers.form(modified(storedForm(), storedForm({ status: { currentRevision: "web-2" } })));
  assert.deepEqual(asked.splice(0), ["hub ns/hub"]);
  handlers.form(deleted(storedForm()));
  assert(asked.includes("hub ns/hub"));
});

Deno.test("a node that becomes ready is counted by hub and form, soon and not at once", () => {
  const { handlers, asked } = routed();
  handlers.node(modified(node, { ...node, status: readyStatus("True") }));
  assert.deepEqual(asked, ["form ns/web later", "hub ns/hub later"]);
});

Deno.test("a deleted node makes the hub read anew, and what frees room for what waits brings it at once", () => {
  const { handlers, memory, asked } = routed();
  const moved = () => memory.get("ns/hub")?.overtaken;
  memory.set("ns/hub", known);
  handlers.node(added(node));
  assert.equal(moved(), "no");
  handlers.node(modified(node, { ...node, status: readyStatus("True") }));
  assert.equal(moved(), "no");
  memory.set("ns/hub", { ...known, throttled: true });
  asked.splice(0);
  handlers.node(modified(node, { ...node, status: readyStatus("False") }));
  handlers.node(modified(node, { ...node, generation: 2, status: readyStatus("True") }));
  assert.deepEqual(asked.filter((key) => key === "hub ns/hub soon"), []);
  handlers.node(modified(node, { ...node, status: readyStatus("True") }));
  assert.deepEqual(asked.filter((key) => key === "hub ns/hub soon"), ["hub ns/hub soon"]);
  handlers.node(deleted(node));
  assert.equal(moved(), "nodeGone");
});

Deno.test("counts and the steps of a rollout come less often where there are thousands of nodes", () => {
  const { handlers, memory, asked } = routed(
    storedHub(),
    new Set(Array.from({ length: 6000 }, (_, n) => `ns/${n}`)),
  );
  handlers.node(modified(node, { ...node, status: readyStatus("True") }));
  assert.deepEqual(asked.splice(0), ["form ns/web seldom", "hub ns/hub seldom"]);
  memory.set("ns/hub", { ...known, throttled: true });
  handlers.node(modified(node, { ...node, status: readyStatus("True") }));
  assert.deepEqual(asked, ["form ns/web seldom", "hub ns/hub later"]);
});

Deno.test("the forms of a hub are counted anew when its rows ask for more nodes, or more forms share them", () => {
  const { handlers, asked } = routed();
  handlers.hub(modified(storedHub(), storedHub({ status: { desired: 3 }, resourceVersion: "2" })));
  assert.deepEqual(asked.splice(0), ["form ns/web later"]);
  handlers.hub(
    modified(storedHub(), storedHub({ status: { referencingTemplates: 2 }, resourceVersion: "3" })),
  );
  assert.deepEqual(asked, ["form ns/web later"]);
});

Deno.test("a form's new revision, rollout or stop asks for its hub", () => {
  const { handlers, asked } = routed();
  const form = storedForm();
  const hubs = () => asked.splice(0).filter((key) => key.startsWith("hub "));
  handlers.form(modified(form, { ...form, status: { currentRevision: "web-2" } }));
  assert.deepEqual(hubs(), ["hub ns/hub"]);
  handlers.form(modified(form, { ...form, status: { ...form.status, totalNodes: 7 } }));
  assert.deepEqual(hubs(), []);
  const stopped = { ...form.status, conditions: [condition("Progressing", "False")] };
  handlers.form(modified({ ...form, status: stopped }, form));
  assert.deepEqual(hubs(), ["hub ns/hub"]);
  const rollout = { maxSkew: 2, progressDeadlineSeconds: 600 };
  handlers.form(modified(form, { ...form, spec: { ...form.spec, rollout } }));
  assert.deepEqual(hubs(), ["hub ns/hub"]);
});

Deno.test("a hub that is being deleted hears of each node that goes at once", () => {
  const { handlers, asked } = routed(storedHub({ deleting: true }));
  handlers.node(deleted(node));
  assert(asked.includes("hub ns/hub"));
});

Deno.test("a namespace wakes the nodes that wait for it, a new kind all that wait for one", () => {
  const { handlers, asked, waiting, state } = routed();
  waiting.namespaces.wait("ns/acme-web", ["acme-ns"]);
  waiting.kinds.wait("ns/beta-web", ["x.io/v1/Widget"]);
  const presence = (key: string) => ({ key, uid: "u", resourceVersion: "1", value: { deleting: false } });
  handlers.namespace({ kind: "added", by: "watch", now: presence("other") });
  assert.deepEqual(asked.splice(0), []);
  handlers.namespace({ kind: "deleted", by: "watch", was: presence("acme-ns") });
  assert.deepEqual(asked.splice(0), ["node ns/acme-web"]);
  handlers.crd({ kind: "added", by: "watch", now: presence("widgets.x.io") });
  assert.deepEqual(asked.splice(0), ["node ns/beta-web later"]);
  assert.equal(state.invalidated, 1);
});

Deno.test("a watch that fails time after time is logged with its resource, a single failure is not", () => {
  const { handlers, log } = routed();
  const error = new Error("forbidden");
  for (const attempt of [1, 2, 3]) handlers.retrying("namespaces", { error, attempt });
  assert.deepEqual(log.entries.map(({ level, fields }) => [level, fields["resource"], fields["attempt"]]), [
    ["error", "namespaces", 3],
  ]);
});

Deno.test("a pause of a hub or form wakes all that it pauses, and of a node its hub; one that was there wakes nobody", () => {
  const { handlers, asked } = routed();
  const pausedBy = { "lynq.sh/paused": "true" };
  handlers.hub(modified(storedHub(), storedHub({ annotations: pausedBy })));
  assert.deepEqual(asked.splice(0), ["hub ns/hub", "form ns/web", "node ns/acme-web"]);
  handlers.hub(
    modified(storedHub({ annotations: pausedBy }), storedHub({ annotations: pausedBy, status: {} })),
  );
  assert.deepEqual(asked.splice(0), []);
  handlers.form(modified(storedForm({ annotations: pausedBy }), storedForm()));
  assert.deepEqual(asked.splice(0), ["form ns/web", "hub ns/hub", "node ns/acme-web"]);
  handlers.node(modified(node, { ...node, annotations: pausedBy }));
  assert.deepEqual(asked.splice(0), ["node ns/acme-web", "form ns/web later", "hub ns/hub later"]);
  handlers.hub(deleted(storedHub({ annotations: pausedBy })));
  assert(asked.includes("node ns/acme-web"));
});
