import assert from "node:assert/strict";
import { type ScriptedAnswer, scriptedClient } from "../../tests/support/scripted_client.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Resource } from "../api/resource.ts";
import type { Action, ApplyMode, DesiredObject } from "../api/stages.ts";
import { KubeError, KubeUnreachable } from "../kube/error.ts";
import type { KubeObject } from "../kube/object.ts";
import { createApplier } from "./applier.ts";

const TYPE = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const KEY = { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "a" };
const OBJECT: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ns" } };
const LIVE: KubeObject = { ...OBJECT, metadata: { ...OBJECT.metadata, uid: "u1", resourceVersion: "7" } };
const TARGET = { type: TYPE, key: KEY, uid: "u1" };
const SIGNAL = new AbortController().signal;
const NOW = () => new Date("2026-01-01T00:00:00.500Z");
const refusal = (status: number, reason = "Conflict") => new KubeError("no", { status, reason });

function desired(policy: Partial<Resource> = {}): DesiredObject {
  return {
    id: "a",
    policy: resourceOf({ id: "a", ...policy }),
    type: TYPE,
    key: KEY,
    object: OBJECT,
    hash: "h",
    inputs: "i",
    manager: "lynq",
    shared: false,
  };
}

async function perform(action: Action, ...answers: ScriptedAnswer[]) {
  const client = scriptedClient(answers);
  const outcome = await createApplier({ client, now: NOW }).perform(action, SIGNAL);
  return { outcome, sent: client.sent };
}

const apply = (mode: ApplyMode, policy: Partial<Resource> = {}): Action => ({
  kind: "apply",
  desired: desired(policy),
  mode,
});

Deno.test("a creation carries a resourceVersion, so that it writes over nothing that exists", async () => {
  const { outcome, sent } = await perform(apply("create"), LIVE);
  assert.equal(outcome.kind, "applied");
  const [request] = sent;
  assert.equal(request?.verb, "apply");
  assert.equal(request?.path, "/api/v1/namespaces/ns/configmaps/a");
  assert.deepEqual((request?.body as KubeObject).metadata.resourceVersion, "1");
  assert.deepEqual(request?.options, { fieldManager: "lynq" });
});

Deno.test("a creation that meets an object says so and writes nothing", async () => {
  for (const patchStrategy of ["apply", "merge", "replace"] as const) {
    const { outcome, sent } = await perform(apply("create", { patchStrategy }), refusal(409));
    assert.deepEqual(outcome, { kind: "exists" });
    assert.equal(sent.length, 1);
  }
});

Deno.test("only an update under Stuck leaves what others manage; repair, take and Force win", async () => {
  const force = async (mode: ApplyMode, policy: Partial<Resource> = {}) =>
    ((await perform(apply(mode, policy), LIVE)).sent[0]?.options as { force: boolean }).force;
  assert.equal(await force("update"), false);
  assert.equal(await force("update", { conflictPolicy: "Force" }), true);
  assert.equal(await force("repair"), true);
  assert.equal(await force("take"), true);
});

Deno.test("adoption takes the orphan markers away before it applies", async () => {
  const { sent } = await perform(apply("adopt"), LIVE, LIVE);
  assert.deepEqual(sent.map(({ verb }) => verb), ["patch", "apply"]);
  assert.deepEqual(sent[0]?.body, {
    metadata: {
      labels: { "lynq.sh/orphaned": null },
      annotations: { "lynq.sh/orphaned-at": null, "lynq.sh/orphaned-reason": null },
    },
  });
});

Deno.test("relabelling writes metadata alone: what was created once keeps its content", async () => {
  const { sent, outcome } = await perform(apply("relabel"), LIVE);
  assert.equal(outcome.kind, "applied");
  assert.deepEqual(sent.map(({ verb }) => verb), ["patch"]);
  assert.deepEqual(Object.keys(sent[0]?.body as object), ["metadata"]);
});

Deno.test("merge patches, replace puts over what is there and keeps the finalizers of others", async () => {
  const merged = await perform(apply("update", { patchStrategy: "merge" }), LIVE);
  assert.deepEqual(merged.sent.map(({ verb, body }) => [verb, body]), [["patch", OBJECT]]);
  const live = { ...LIVE, metadata: { ...LIVE.metadata, finalizers: ["their/finalizer"] } };
  const { sent } = await perform(apply("update", { patchStrategy: "replace" }), live, LIVE);
  assert.deepEqual(sent.map(({ verb }) => verb), ["get", "update"]);
  assert.deepEqual((sent[1]?.body as KubeObject).metadata, {
    ...OBJECT.metadata,
    labels: {},
    annotations: {},
    resourceVersion: "7",
    finalizers: ["their/finalizer"],
  });
});

Deno.test("a deletion names the UID that it means", async () => {
  const { outcome, sent } = await perform({ kind: "delete", target: TARGET }, undefined);
  assert.deepEqual(outcome, { kind: "gone" });
  const options = { uid: "u1", resourceVersion: undefined, propagationPolicy: "Background" };
  assert.deepEqual(sent[0]?.options, options);
  const all = await perform({ kind: "delete", target: TARGET, propagation: "Foreground" }, undefined);
  assert.deepEqual(all.sent[0]?.options, { ...options, propagationPolicy: "Foreground" });
});

Deno.test("a deletion is done when the server says so or gives the object as it was, under way when it gives it a time, void for another UID", async () => {
  const remove: Action = { kind: "delete", target: TARGET };
  const status = { kind: "Status", metadata: {} };
  assert.equal((await perform(remove, status)).outcome.kind, "gone");
  assert.equal((await perform(remove, LIVE)).outcome.kind, "gone");
  const going = { ...LIVE, metadata: { ...LIVE.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
  assert.equal((await perform(remove, going)).outcome.kind, "deleting");
  assert.equal((await perform(remove, refusal(403, "Forbidden"))).outcome.kind, "rejected");
  const another = { ...LIVE, metadata: { ...LIVE.metadata, uid: "u2" } };
  assert.equal((await perform(remove, refusal(409), another)).outcome.kind, "gone");
  assert.equal((await perform(remove, refusal(409), refusal(404, "NotFound"))).outcome.kind, "gone");
  assert.equal((await perform(remove, refusal(409), going)).outcome.kind, "deleting");
});

Deno.test("a deletion that the server can't do at the moment is not done: the object that is meant is there", async () => {
  const { outcome } = await perform({ kind: "delete", target: TARGET }, refusal(409), LIVE);
  assert.equal(outcome.kind, "rejected");
});

Deno.test("an orphan loses its node's marks and owner, keeps other owners, and says when and why", async () => {
  const other = { apiVersion: "v1", kind: "ConfigMap", name: "theirs", uid: "x" };
  const node = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", name: "acme-web", uid: "n" };
  const live = { ...LIVE, metadata: { ...LIVE.metadata, ownerReferences: [node, other] } };
  const { outcome, sent } = await perform(
    { kind: "orphan", target: TARGET, reason: "RemovedFromTemplate" },
    live,
    LIVE,
  );
  assert.deepEqual(outcome, { kind: "orphaned" });
  const { metadata } = sent[1]?.body as KubeObject;
  assert.deepEqual(metadata.ownerReferences, [other]);
  assert.equal(metadata.resourceVersion, "7");
  assert.equal(metadata.labels?.["lynq.sh/orphaned"], "true");
  assert.equal(metadata.labels?.["lynq.sh/node"], null);
  assert.deepEqual(metadata.annotations, {
    "lynq.sh/orphaned-at": "2026-01-01T00:00:00Z",
    "lynq.sh/orphaned-reason": "RemovedFromTemplate",
  });
});

Deno.test("an orphan that is gone or another object by now is left alone", async () => {
  const orphan: Action = { kind: "orphan", target: TARGET, reason: "LynqNodeDeleted" };
  const another = { ...LIVE, metadata: { ...LIVE.metadata, uid: "u2" } };
  assert.deepEqual(await perform(orphan, another).then(({ outcome, sent }) => [outcome.kind, sent.length]), [
    "gone",
    1,
  ]);
  assert.equal((await perform(orphan, refusal(404, "NotFound"))).outcome.kind, "gone");
});

Deno.test("no answer of the API server is thrown, so that one resource holds up no other", async () => {
  const unreachable = new KubeUnreachable("reset", { code: "Reset" });
  const { outcome } = await perform(apply("update"), unreachable);
  assert.equal(outcome.kind, "rejected");
});

Deno.test("looking tells absence from silence", async () => {
  const look = (answer: ScriptedAnswer) =>
    createApplier({ client: scriptedClient([answer]), now: NOW }).look(TYPE, KEY, SIGNAL);
  assert.deepEqual(await look(LIVE), LIVE);
  assert.equal(await look(refusal(404, "NotFound")), undefined);
  await assert.rejects(look(refusal(500)), KubeError);
  await assert.rejects(look(new KubeUnreachable("reset", { code: "Reset" })), KubeUnreachable);
});

Deno.test("conflicts are found by a dry run without force", async () => {
  const cause = {
    reason: "FieldManagerConflict",
    message: 'conflict with "helm" using v1',
    field: ".data.a",
  };
  const client = scriptedClient([new KubeError("no", { status: 409, reason: "Conflict", causes: [cause] })]);
  const conflicts = await createApplier({ client, now: NOW }).conflicts(desired(), SIGNAL);
  assert.deepEqual(conflicts.map(({ manager, field }) => [manager, field]), [["helm", ".data.a"]]);
  assert.deepEqual(client.sent[0]?.options, { fieldManager: "lynq", dryRun: true });
});

Deno.test("a trial asks for the same content under another name, and for nothing to be stored", async () => {
  const client = scriptedClient([OBJECT]);
  const applier = createApplier({ client, now: NOW });
  assert.equal(await applier.accepts(desired(), SIGNAL), true);
  const [request] = client.sent;
  assert.equal(request?.verb, "create");
  assert.deepEqual((request?.body as KubeObject).metadata, { generateName: "a-", namespace: "ns" });
  assert.deepEqual(request?.options, { fieldManager: "lynq", dryRun: true });
  const refused = createApplier({ client: scriptedClient([refusal(422, "Invalid")]), now: NOW });
  assert.equal(await refused.accepts(desired(), SIGNAL), false);
});

Deno.test("a preview is a forced apply that stores nothing", async () => {
  const client = scriptedClient([LIVE, refusal(422, "Invalid")]);
  const applier = createApplier({ client, now: NOW });
  assert.deepEqual(await applier.preview(desired(), SIGNAL), LIVE);
  assert.deepEqual(client.sent[0]?.options, { fieldManager: "lynq", force: true, dryRun: true });
  assert.equal(await applier.preview(desired(), SIGNAL), undefined);
});
