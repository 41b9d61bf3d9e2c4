import assert from "node:assert/strict";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { EventWriter, type EventWriterOptions } from "./event_writer.ts";
import type { EventInput } from "./events.ts";
import { RecordingLog } from "./recording_log.ts";

const REGARDING = {
  apiVersion: "operator.lynq.sh/v1",
  kind: "LynqHub",
  namespace: "apps",
  name: "crm",
  uid: "u1",
};
const FAILED: EventInput = {
  regarding: REGARDING,
  type: "Warning",
  reason: "DatabaseQueryFailed",
  message: "refused",
};

interface Sent {
  readonly verb: "create" | "patch";
  readonly body: Record<string, unknown>;
}

/** Answers each request as told: an error to throw, a promise to wait for first, or success. */
function setUp(answers: (Error | Promise<void> | "ok")[] = [], over: Partial<EventWriterOptions> = {}) {
  const sent: Sent[] = [];
  const drops: string[] = [];
  const log = new RecordingLog();
  const answer = async (verb: Sent["verb"], body: Record<string, unknown>) => {
    sent.push({ verb, body });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    await next;
    return { metadata: {} };
  };
  const client = {
    create: (_type: unknown, object: KubeObject) => answer("create", object),
    patch: (ref: { name: string }, patch: { body: unknown }) =>
      answer("patch", { name: ref.name, ...(patch.body as Record<string, unknown>) }),
  };
  const writer = new EventWriter({
    client,
    component: "lynq",
    log,
    metrics: { eventDropped: (reason) => drops.push(reason) },
    now: () => new Date("2026-03-01T10:20:30.456Z"),
    retryMs: 1,
    ...over,
  });
  return { writer, sent, drops, log };
}

const refused = (status: number, reason: string, retryAfterSeconds?: number) =>
  new KubeError("no", { status, reason, retryAfterSeconds });
const unreachable = () => new KubeUnreachable("no answer", { code: "Reset" });

Deno.test("an event becomes a core/v1 Event as kubectl describe shows it", async () => {
  const { writer, sent } = setUp();
  writer.record({ ...FAILED, component: "lynqhub-controller" });
  await writer.close(60_000);
  const name = (sent[0]?.body["metadata"] as { name: string }).name;
  assert.match(name, /^crm\.[0-9a-f]+$/);
  assert.deepEqual(sent, [{
    verb: "create",
    body: {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "apps" },
      involvedObject: REGARDING,
      type: "Warning",
      reason: "DatabaseQueryFailed",
      message: "refused",
      count: 1,
      firstTimestamp: "2026-03-01T10:20:30Z",
      lastTimestamp: "2026-03-01T10:20:30Z",
      source: { component: "lynqhub-controller" },
      reportingComponent: "lynqhub-controller",
      reportingInstance: "lynq",
    },
  }]);
});

Deno.test("an event about an object without namespace is kept in default", async () => {
  const { writer, sent } = setUp();
  const { namespace: _, ...clusterWide } = REGARDING;
  writer.record({ ...FAILED, regarding: clusterWide });
  await writer.close(60_000);
  assert.deepEqual(sent[0]?.body["metadata"] as unknown, {
    name: (sent[0]?.body["metadata"] as { name: string }).name,
    namespace: "default",
  });
  assert.deepEqual(sent[0]?.body["involvedObject"], clusterWide);
});

Deno.test("an event that comes again after it was written is a patch of its count", async () => {
  const gate = Promise.withResolvers<void>();
  const { writer, sent } = setUp([gate.promise]);
  writer.record(FAILED);
  while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  writer.record(FAILED);
  gate.resolve();
  await writer.close(60_000);
  assert.deepEqual(sent.map(({ verb, body }) => [verb, body["count"]]), [["create", 1], ["patch", 2]]);
});

Deno.test("an event that comes again while it waits is one request", async () => {
  const { writer, sent } = setUp();
  for (let i = 0; i < 5; i++) writer.record(FAILED);
  await writer.close(60_000);
  assert.deepEqual(sent.map(({ verb, body }) => [verb, body["count"]]), [["create", 5]]);
});

Deno.test("a patch of an Event that is gone creates it with its count", async () => {
  const gate = Promise.withResolvers<void>();
  const { writer, sent } = setUp([gate.promise, refused(404, "NotFound")]);
  writer.record(FAILED);
  while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  writer.record(FAILED);
  gate.resolve();
  await writer.close(60_000);
  assert.deepEqual(sent.map(({ verb, body }) => [verb, body["count"]]), [["create", 1], ["patch", 2], [
    "create",
    2,
  ]]);
});

Deno.test("what the API server refuses is counted and logged once, and never sent again", async () => {
  const { writer, sent, drops, log } = setUp([refused(403, "Forbidden")]);
  writer.record(FAILED);
  writer.record({ ...FAILED, message: "other" });
  await writer.close(60_000);
  assert.equal(sent.length, 2);
  assert.deepEqual(drops, ["rejected"]);
  assert.deepEqual(log.entries.map(({ level, fields }) => [level, fields["reason"]]), [[
    "error",
    "DatabaseQueryFailed",
  ]]);
});

Deno.test("a create whose answer was lost is tried under the same name, and is done when the Event is there", async () => {
  const { writer, sent, drops } = setUp([unreachable(), refused(409, "AlreadyExists")]);
  writer.record(FAILED);
  await writer.close(60_000);
  const names = sent.map(({ body }) => (body["metadata"] as { name: string }).name);
  assert.equal(sent.length, 2);
  assert.equal(names[0], names[1]);
  assert.deepEqual(drops, []);
});

Deno.test("a server that asks to come back later is asked again", async () => {
  const { writer, sent, drops } = setUp([refused(429, "TooManyRequests", 0)]);
  writer.record(FAILED);
  await writer.close(60_000);
  assert.equal(sent.length, 2);
  assert.deepEqual(drops, []);
});

Deno.test("a server out of reach gets twelve tries and then the event is dropped", async () => {
  const { writer, sent, drops } = setUp(Array.from({ length: 12 }, unreachable));
  writer.record(FAILED);
  await writer.close(60_000);
  assert.equal(sent.length, 12);
  assert.deepEqual(drops, ["unreachable"]);
});

Deno.test("recording never waits, and a full queue drops the newest", async () => {
  const gate = Promise.withResolvers<void>();
  const { writer, sent, drops } = setUp([gate.promise]);
  for (let i = 0; i < 1_003; i++) writer.record({ ...FAILED, regarding: { ...REGARDING, uid: `u${i}` } });
  assert.equal(sent.length, 0);
  assert.deepEqual(drops, Array(3).fill("queue_full"));
  gate.resolve();
  await writer.close(60_000);
  assert.equal(sent.length, 1_000);
});

Deno.test("closing with a deadline drops what is left and ends, and nothing is taken after it", async () => {
  const { writer, sent, drops } = setUp([unreachable()], { retryMs: 3_600_000 });
  writer.record(FAILED);
  writer.record({ ...FAILED, message: "other" });
  await writer.close(1);
  writer.record({ ...FAILED, message: "late" });
  assert.equal(sent.length, 1);
  assert.deepEqual(drops, ["shutdown", "shutdown", "shutdown"]);
});

Deno.test("an object's spam is counted as rate limited", async () => {
  const { writer, drops } = setUp();
  for (let i = 0; i < 30; i++) writer.record(FAILED);
  await writer.close(60_000);
  assert.deepEqual(drops, Array(5).fill("rate_limited"));
});

Deno.test("what many nodes of a form tell is one Event of the form, written with what has gathered", async () => {
  const { writer, sent, drops } = setUp([], { gatherMs: 3_600_000 });
  const group = { ...REGARDING, kind: "LynqForm", name: "web", uid: "form" };
  for (let n = 0; n < 300; n++) {
    const regarding = { ...REGARDING, kind: "LynqNode", name: `t${n}`, uid: `u${n}` };
    writer.record({ ...FAILED, type: "Normal", reason: "LynqNodeDeleted", regarding, group });
  }
  await writer.close(60_000);
  assert.equal(sent.length, 11);
  const { involvedObject, count } = sent.at(-1)?.body ?? {};
  assert.deepEqual([involvedObject, count], [group, 290]);
  assert.deepEqual(drops, []);
});
