import assert from "node:assert/strict";
import type { ResourceRecord } from "../api/node.ts";
import type { Child } from "../api/stages.ts";
import type { KubeObject } from "../kube/object.ts";
import { knownDeadEnd, podsDeadEnd, refusedPods, waitedMs } from "./dead_end.ts";

const NOW = new Date("2026-01-01T00:10:00Z");

function at(secondsAgo: number): string {
  return new Date(NOW.getTime() - secondsAgo * 1000).toISOString();
}

const workload: Child = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "lab",
  name: "app",
  uid: "u1",
  node: "n",
  nodeNamespace: "lab",
  entry: "e",
  readiness: { kind: "progressing", message: "0 of 1 pods ready" },
  deleting: false,
  deletionPolicy: "Delete",
  createdOnce: false,
};

const waiting: ResourceRecord = {
  id: "app",
  apiVersion: "apps/v1",
  kind: "Deployment",
  name: "app",
  uid: "u1",
  state: "Progressing",
  reason: "NotReady",
  since: at(29),
};

interface PodParts {
  readonly name?: string;
  readonly age?: number;
  readonly hash?: string;
  readonly reason?: string;
  readonly owner?: string;
}

function pod(
  { name = "app-h-1", age = 60, hash = "h", reason, owner = `app-${hash}` }: PodParts,
): KubeObject {
  const state = reason === undefined ? { running: {} } : { waiting: { reason, message: "why" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      creationTimestamp: at(age),
      labels: { "pod-template-hash": hash },
      ownerReferences: [{
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name: owner,
        uid: "rs",
        controller: true,
      }],
    },
    status: { phase: "Pending", containerStatuses: [{ name: "c", state }] },
  };
}

Deno.test("a pod that can't pull its image is a dead end of its workload, told with pod, container and reason", () => {
  assert.deepEqual(
    podsDeadEnd([pod({}), pod({ name: "app-h-2", reason: "ImagePullBackOff" })], workload, NOW),
    {
      reason: "ImagePullBackOff",
      message: "pod app-h-2, container c: ImagePullBackOff: why",
    },
  );
  for (
    const reason of ["ErrImagePull", "CreateContainerConfigError", "CrashLoopBackOff", "InvalidImageName"]
  ) {
    assert.equal(podsDeadEnd([pod({ reason })], workload, NOW)?.reason, reason);
  }
  assert.equal(podsDeadEnd([pod({ reason: "ContainerCreating" })], workload, NOW), undefined);
  assert.equal(podsDeadEnd([], workload, NOW), undefined);
});

Deno.test("a pod that has only just begun is no dead end, unless trying again can't help", () => {
  assert.equal(podsDeadEnd([pod({ age: 14, reason: "ErrImagePull" })], workload, NOW), undefined);
  assert.equal(
    podsDeadEnd([pod({ age: 15, reason: "ErrImagePull" })], workload, NOW)?.reason,
    "ErrImagePull",
  );
  assert.equal(
    podsDeadEnd([pod({ age: 1, reason: "InvalidImageName" })], workload, NOW)?.reason,
    "InvalidImageName",
  );
});

Deno.test("pods of an older template, of another workload and on their way out say nothing", () => {
  const old = pod({ hash: "old", age: 600, reason: "CrashLoopBackOff" });
  assert.equal(podsDeadEnd([old, pod({ hash: "new", age: 20 })], workload, NOW), undefined);
  assert.equal(podsDeadEnd([old], workload, NOW)?.reason, "CrashLoopBackOff");
  assert.equal(
    podsDeadEnd([pod({ owner: "other-h", reason: "CrashLoopBackOff" })], workload, NOW),
    undefined,
  );
  const leaving = pod({ reason: "CrashLoopBackOff" });
  leaving.metadata.deletionTimestamp = at(1);
  assert.equal(podsDeadEnd([leaving], workload, NOW), undefined);
  const job = { ...workload, kind: "Job", uid: "rs" };
  assert.equal(
    podsDeadEnd([pod({ owner: "any", reason: "ErrImagePull" })], job, NOW)?.reason,
    "ErrImagePull",
  );
  assert.equal(podsDeadEnd([pod({ reason: "ErrImagePull" })], { ...job, uid: "x" }, NOW), undefined);
});

Deno.test("a refused pod is told by the last event, until a pod is made after it", () => {
  const set = { ...workload, kind: "StatefulSet", uid: "rs" };
  const event = (ago: number, message: string, more: object = { lastTimestamp: at(ago) }): KubeObject => {
    return { apiVersion: "v1", kind: "Event", metadata: {}, reason: "FailedCreate", message, ...more };
  };
  const events = [event(20, "exceeded quota: old"), event(10, "exceeded quota: new")];
  const told = { reason: "FailedCreate", message: "FailedCreate: exceeded quota: new" };
  assert.deepEqual(refusedPods(events, [], set), told);
  assert.deepEqual(refusedPods(events, [pod({ age: 11 })], set), told);
  assert.equal(refusedPods(events, [pod({ age: 9 })], set), undefined);
  assert.equal(refusedPods([], [], set), undefined);
  const series = event(0, "again", { eventTime: at(900), series: { lastObservedTime: at(5) } });
  assert.equal(refusedPods([...events, series], [pod({ age: 9 })], set)?.message, "FailedCreate: again");
});

Deno.test("what the object's own status tells fails when it lasts for the grace time, and is over with the status", () => {
  const refused: Child = {
    ...workload,
    readiness: { kind: "progressing", message: "FailedCreate: exceeded quota", deadEnd: "FailedCreate" },
  };
  const told = { reason: "FailedCreate", message: "FailedCreate: exceeded quota" };
  assert.equal(knownDeadEnd(refused, waiting, NOW), undefined);
  assert.deepEqual(knownDeadEnd(refused, { ...waiting, since: at(30) }, NOW), told);
  assert.equal(knownDeadEnd(refused, undefined, NOW), undefined);
  const failed: ResourceRecord = { ...waiting, state: "Failed", reason: "FailedCreate", since: at(1) };
  assert.deepEqual(knownDeadEnd(refused, failed, NOW), told);
  assert.equal(knownDeadEnd(workload, failed, NOW), undefined);
});

Deno.test("what pods and events told stays until the object is ready or another one", () => {
  const failed: ResourceRecord = {
    ...waiting,
    state: "Failed",
    reason: "ImagePullBackOff",
    message: "pod x",
  };
  assert.deepEqual(knownDeadEnd(workload, failed, NOW), { reason: "ImagePullBackOff", message: "pod x" });
  assert.equal(knownDeadEnd({ ...workload, uid: "u2" }, failed, NOW), undefined);
  assert.equal(knownDeadEnd({ ...workload, readiness: { kind: "ready" } }, failed, NOW), undefined);
  assert.equal(knownDeadEnd(workload, { ...failed, reason: "ApplyFailed" }, NOW), undefined);
  const set = { ...workload, kind: "StatefulSet" };
  assert.equal(knownDeadEnd(set, { ...failed, reason: "FailedCreate" }, NOW)?.reason, "FailedCreate");
});

Deno.test("waiting is counted from the record, and only while it is waited for", () => {
  assert.equal(waitedMs(waiting, NOW), 29_000);
  assert.equal(waitedMs({ ...waiting, since: at(-5) }, NOW), 0);
  assert.equal(waitedMs({ ...waiting, state: "Failed" }, NOW), undefined);
  assert.equal(waitedMs({ ...waiting, reason: "Unreported" }, NOW), undefined);
  assert.equal(waitedMs(undefined, NOW), undefined);
});
