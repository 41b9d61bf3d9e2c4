import assert from "node:assert/strict";
import { childOf, recordOf } from "../../tests/support/child_objects.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import type { Readiness } from "../api/stages.ts";
import { type Finding, nextTimeout, rfc3339, settledAt, settleReadiness, toRecord } from "./settle.ts";

const T0 = "2026-01-01T00:00:00Z";
const at = (seconds: number) => new Date(Date.parse(T0) + seconds * 1000);
const NOT_READY = { state: "Progressing", reason: "NotReady", message: "1 of 2 pods ready" } as const;
const READY = { state: "Ready", reason: "Ready", message: "" } as const;
const progressing = recordOf("a", { state: "Progressing", reason: "NotReady", since: T0 });

function finding(part: Partial<Finding> = {}): Finding {
  return {
    id: "a",
    key: { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "acme-a" },
    wave: 0,
    policy: resourceOf({ id: "a" }),
    settled: READY,
    child: childOf("a"),
    written: undefined,
    ...part,
  };
}

Deno.test("readiness becomes a state; nobody waits where waitForReady is false", () => {
  const policy = resourceOf({ id: "a" });
  const failed = { kind: "failed", reason: "PodFailed", message: "oom" } as const;
  assert.equal(settleReadiness({ kind: "ready" }, policy).state, "Ready");
  assert.deepEqual(settleReadiness({ kind: "progressing", message: "m" }, policy), {
    state: "Progressing",
    reason: "NotReady",
    message: "m",
  });
  assert.deepEqual(settleReadiness(failed, policy), { state: "Failed", reason: "PodFailed", message: "oom" });
  const free = resourceOf({ id: "a", waitForReady: false });
  assert.equal(settleReadiness(failed, free).state, "Ready");
});

Deno.test("since stays while state and reason stay, and moves when either changes", () => {
  const since = (settled: Finding["settled"]) => toRecord(finding({ settled }), progressing, at(60)).since;
  assert.equal(since({ ...NOT_READY, message: "2 of 3" }), T0);
  assert.equal(since(READY), rfc3339(at(60)));
  assert.equal(since({ ...NOT_READY, state: "Waiting", reason: "BeingDeleted" }), rfc3339(at(60)));
});

Deno.test("a write starts the clock anew and replaces what is recorded of the object", () => {
  const written = { hash: "h2", inputs: "i2", fields: "f2" };
  const child = childOf("a", { entry: "e2" });
  const record = toRecord(finding({ settled: NOT_READY, written, child }), progressing, at(60));
  assert.deepEqual(
    [record.since, record.appliedAt, record.hash, record.inputs, record.fields, record.entry],
    [rfc3339(at(60)), rfc3339(at(60)), "h2", "i2", "f2", "e2"],
  );
});

Deno.test("without a write what was recorded stays, the entry of our last write included", () => {
  const record = toRecord(finding({ child: childOf("a", { entry: "drifted" }) }), recordOf("a"), at(9));
  assert.deepEqual(record, recordOf("a"));
});

Deno.test("an object that is not seen keeps its record; another UID, name or kind doesn't inherit it", () => {
  const of = (part: Partial<Finding>) => {
    const { uid, hash } = toRecord(finding(part), recordOf("a"), at(1));
    return [uid, hash];
  };
  assert.deepEqual(of({ child: undefined }), ["uid-of-a", "hash"]);
  assert.deepEqual(of({ child: childOf("a", { uid: "new" }) }), ["new", undefined]);
  const key = finding().key;
  assert.deepEqual(of({ child: undefined, key: { ...key, name: "other" } }), [undefined, undefined]);
  assert.deepEqual(of({ child: undefined, key: { ...key, kind: "Secret" } }), [undefined, undefined]);
});

Deno.test("a version that is not served doesn't stand in the record of what was written in another", () => {
  const broken = {
    child: undefined,
    settled: { state: "Failed", reason: "KindNotFound", message: "m" },
  } as const;
  const key = { ...finding().key, apiVersion: "v9" };
  const of = (part: Partial<Finding>, before = recordOf("a")) =>
    toRecord(finding({ key, ...part }), before, at(1)).apiVersion;
  assert.equal(of(broken), "v1");
  const { uid: _, ...unmade } = recordOf("a");
  assert.equal(of(broken, unmade), "v9");
  assert.equal(of({ written: { hash: "h2", inputs: "i2", fields: "f2" } }), "v9");
});

Deno.test("what is not ready in time has failed, and says how long was waited for what", () => {
  const policy = resourceOf({ id: "a", timeoutSeconds: 30 });
  const of = (seconds: number) => toRecord(finding({ settled: NOT_READY, policy }), progressing, at(seconds));
  assert.equal(of(29).state, "Progressing");
  assert.deepEqual([of(30).state, of(30).reason, of(30).message], [
    "Failed",
    "ReadinessTimeout",
    "Resource 'a' not ready after 30s: 1 of 2 pods ready",
  ]);
});

Deno.test("what timed out stays failed while it is not ready, and is ready again once it is", () => {
  const failed = recordOf("a", { state: "Failed", reason: "ReadinessTimeout", since: T0 });
  assert.equal(toRecord(finding({ settled: NOT_READY }), failed, at(1)).state, "Failed");
  assert.equal(toRecord(finding({ settled: NOT_READY }), failed, at(1)).since, T0);
  assert.equal(toRecord(finding(), failed, at(1)).state, "Ready");
  const written = { hash: "h", inputs: "i", fields: "f" };
  assert.equal(toRecord(finding({ settled: NOT_READY, written }), failed, at(1)).state, "Progressing");
});

Deno.test("waiting for a namespace or a deletion times out, waiting for a dependency does not", () => {
  const stateAfter = (reason: string) => {
    const settled = { state: "Waiting", reason, message: "" } as const;
    return settledAt(finding({ settled }), recordOf("a", { state: "Waiting", reason, since: T0 }), at(9999))
      .state;
  };
  assert.deepEqual(["NamespaceMissing", "NamespaceTerminating", "BeingDeleted"].map(stateAfter), [
    "Failed",
    "Failed",
    "Failed",
  ]);
  assert.equal(stateAfter("WaitingForDependency"), "Waiting");
});

Deno.test("Once is recorded when the object is there, and dropped when the policy changes", () => {
  const once = resourceOf({ id: "a", creationPolicy: "Once" });
  assert.equal(toRecord(finding({ policy: once }), undefined, at(0)).once, true);
  assert.equal(toRecord(finding({ policy: once, child: undefined }), undefined, at(0)).once, undefined);
  const going = childOf("a", { deleting: true });
  assert.equal(toRecord(finding({ policy: once, child: going }), recordOf("a"), at(0)).once, undefined);
  const anew = { state: "Waiting", reason: "Recreating", message: "m" } as const;
  assert.equal(toRecord(finding({ policy: once, settled: anew }), recordOf("a"), at(0)).once, undefined);
  const before = recordOf("a", { once: true });
  assert.equal(toRecord(finding({ policy: once, child: undefined }), before, at(0)).once, true);
  assert.equal(toRecord(finding(), before, at(0)).once, undefined);
});

Deno.test("what is plain is left out of a record", () => {
  const record = toRecord(finding({ child: undefined }), undefined, at(0));
  assert.deepEqual(record, {
    id: "a",
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "ns",
    name: "acme-a",
    state: "Ready",
    since: T0,
  });
  const retained = resourceOf({ id: "a", deletionPolicy: "Retain" });
  const { deletionPolicy, wave } = toRecord(finding({ policy: retained, wave: 2 }), undefined, at(0));
  assert.deepEqual([deletionPolicy, wave], ["Retain", 2]);
});

Deno.test("the next timeout is the first of those that can time out", () => {
  const policies = new Map([["a", resourceOf({ id: "a" })], [
    "b",
    resourceOf({ id: "b", timeoutSeconds: 20 }),
  ]]);
  const slow = recordOf("b", { state: "Progressing", reason: "NotReady", since: T0 });
  assert.equal(nextTimeout([progressing, slow], policies, at(5)), 15_000);
  assert.equal(nextTimeout([progressing], policies, at(9999)), 0);
  assert.equal(nextTimeout([recordOf("a")], policies, at(0)), undefined);
});

Deno.test("times are whole seconds, rounded up", () => {
  assert.equal(rfc3339(new Date("2026-01-01T00:00:00.000Z")), "2026-01-01T00:00:00Z");
  assert.equal(rfc3339(new Date("2026-01-01T00:00:00.001Z")), "2026-01-01T00:00:01Z");
});

Deno.test("what others depend on may say nothing of itself for ten seconds, then it counts as ready", () => {
  const unreported: Readiness = { kind: "ready", unreported: true };
  const policy = resourceOf({ id: "claim" });
  const start = new Date("2026-01-01T00:00:00Z");
  const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
  const key = { apiVersion: "example.com/v1", kind: "Claim", namespace: "ns", name: "claim" };
  const finding: Finding = {
    id: "claim",
    key,
    wave: 0,
    policy,
    settled: settleReadiness(unreported, policy),
    child: undefined,
    written: { hash: "h", inputs: "i", fields: "f" },
    depended: true,
  };
  const first = toRecord(finding, undefined, start);
  assert.equal(first.state, "Progressing");
  assert.equal(nextTimeout([first], new Map([["claim", policy]]), after(4)), 6000);
  const later = { ...finding, written: undefined };
  assert.equal(toRecord(later, first, after(9)).state, "Progressing");
  assert.equal(toRecord(later, first, after(10)).state, "Ready");
  assert.equal(toRecord({ ...finding, depended: false }, undefined, start).state, "Ready");
});
