import assert from "node:assert/strict";
import { until } from "../../tests/support/cluster_objects.ts";
import { type NodeLab, type Pass, withNode } from "../../tests/support/node_world.ts";
import { resourceOf } from "../../tests/support/stored_objects.ts";
import { KubeError } from "../kube/error.ts";

const FORBIDDEN = new KubeError("no", { status: 403, reason: "Forbidden" });
const workload = (kind: string) => ({
  apiVersion: "apps/v1",
  kind,
  spec: {
    ...(kind === "StatefulSet" ? { serviceName: "a" } : {}),
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "a:1" }] } },
  },
});
const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
const storageClass = (name: string, annotations = "{}") => `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: ${name}, annotations: ${annotations}}
provisioner: none
volumeBindingMode: WaitForFirstConsumer
`;

/** State and message of resource `a`. */
function outcome({ status }: Pass): string {
  const record = status.resources?.find(({ id }) => id === "a");
  return `${record?.state} ${record?.reason ?? ""} ${record?.message ?? ""}`;
}

/** Passes until the cache has seen what was written meanwhile. */
async function passUntil(lab: NodeLab, wanted: RegExp): Promise<Pass> {
  return await until(`${wanted}`, async () => {
    const pass = await lab.pass();
    return wanted.test(outcome(pass)) ? pass : undefined;
  });
}

/** A workload that waits for its pod. */
async function unready(lab: NodeLab, kind: string, more: object = {}): Promise<void> {
  await lab.want([resourceOf({ id: "a", spec: workload(kind), ...more })]);
  await lab.pass();
  await passUntil(lab, /^Progressing NotReady 0 of 1 pods ready$/);
}

/** Its pod waits for this reason. Its name. */
async function stuck(lab: NodeLab, reason: string): Promise<string> {
  const pods = { apiVersion: "v1", kind: "Pod", namespace: "default", labelSelector: "app=a" };
  const name = await until("the pod", async () => (await lab.objects.list(pods))[0]?.metadata.name);
  const status = { phase: "Pending", containerStatuses: [{ name: "a", state: { waiting: { reason } } }] };
  await lab.objects.merge(
    { apiVersion: "v1", kind: "Pod", namespace: "default", name },
    { status },
    "status",
  );
  return name;
}

Deno.test("a workload's pods are looked at after the grace time, and what stops them fails it for good", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment");
    const pod = await stuck(lab, "ImagePullBackOff");
    const early = await lab.pass();
    assert.deepEqual(early.reads, []);
    assert.equal(early.verdict.kind, "requeue");
    lab.clock.ahead = 40;
    const failed = await lab.pass();
    assert.deepEqual(failed.reads, ["list pods"]);
    assert.equal(outcome(failed), `Failed ImagePullBackOff pod ${pod}, container a: ImagePullBackOff`);
    lab.clock.ahead = 4000;
    const later = await lab.pass();
    assert.deepEqual([later.reads, later.writes, later.verdict.kind], [[], 0, "await"]);
  });
});

Deno.test("a workload that was failed by its pods is waited for anew when it is written anew", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment");
    await stuck(lab, "ErrImagePull");
    lab.clock.ahead = 40;
    await passUntil(lab, /^Failed ErrImagePull/);
    await lab.want([
      resourceOf({ id: "a", spec: { ...workload("Deployment"), metadata: { labels: { try: "two" } } } }),
    ]);
    const anew = await lab.pass();
    assert.match(outcome(anew), /^Progressing NotReady/);
    assert.equal(anew.verdict.kind, "requeue");
  });
});

Deno.test("a workload that was failed by its pods recovers when it is ready", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment");
    await stuck(lab, "CrashLoopBackOff");
    lab.clock.ahead = 40;
    await passUntil(lab, /^Failed CrashLoopBackOff/);
    const which = { apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "acme-a" };
    await lab.objects.merge(which, { spec: { replicas: 0 } });
    await passUntil(lab, /^Ready/);
  });
});

Deno.test("pods that are well are looked at again later, and what times out meanwhile has timed out", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment", { timeoutSeconds: 200 });
    const looks = [];
    for (lab.clock.ahead = 5; lab.clock.ahead < 190; lab.clock.ahead += 5) {
      if ((await lab.pass()).reads.length > 0) looks.push(lab.clock.ahead);
    }
    assert.equal(looks.length, 3);
    lab.clock.ahead = 260;
    assert.match(outcome(await lab.pass()), /^Failed ReadinessTimeout/);
    lab.clock.ahead = 900;
    assert.deepEqual((await lab.pass()).reads, []);
  });
});

Deno.test("what times out before the grace time fails with what its pods tell", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment", { timeoutSeconds: 20 });
    await stuck(lab, "ErrImagePull");
    lab.clock.ahead = 25;
    assert.match(outcome(await lab.pass()), /^Failed ErrImagePull/);
  });
});

Deno.test("where pods may not be listed, it is waited for the workload as before", async () => {
  await withNode(async (lab) => {
    await unready(lab, "Deployment");
    await stuck(lab, "ImagePullBackOff");
    lab.faults.list.set("Pod", FORBIDDEN);
    lab.clock.ahead = 40;
    const refused = await lab.pass();
    assert.deepEqual(refused.reads, ["list pods"]);
    assert.match(outcome(refused), /^Progressing NotReady/);
    lab.clock.ahead = 100;
    assert.deepEqual((await lab.pass()).reads, []);
    lab.clock.ahead = 400;
    assert.match(outcome(await lab.pass()), /^Failed ReadinessTimeout/);
  });
});

Deno.test("pods that a StatefulSet may not make are told by its events", async () => {
  await withNode(async (lab) => {
    await unready(lab, "StatefulSet");
    const set = await lab.objects.get({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      namespace: "default",
      name: "acme-a",
    });
    await lab.objects.apply(`
apiVersion: v1
kind: Event
metadata: {name: refused, namespace: default}
involvedObject: {apiVersion: apps/v1, kind: StatefulSet, namespace: default, name: acme-a, uid: ${set?.metadata.uid}}
reason: FailedCreate
message: "exceeded quota: small"
lastTimestamp: ${new Date(Date.now() + 1000).toISOString()}
type: Warning
`);
    lab.faults.list.set("Event", FORBIDDEN);
    lab.clock.ahead = 40;
    assert.match(outcome(await lab.pass()), /^Progressing NotReady/);
    lab.faults.list.clear();
    lab.clock.ahead = 1300;
    await lab.want([resourceOf({ id: "a", spec: workload("StatefulSet"), timeoutSeconds: 3600 })]);
    const failed = await lab.pass();
    assert.deepEqual(failed.reads, ["list pods", "list events"]);
    assert.equal(outcome(failed), "Failed FailedCreate FailedCreate: exceeded quota: small");
  });
});

Deno.test("a pending claim asks for its class once, and a bound one never", async () => {
  await withNode(async (lab) => {
    await lab.objects.apply(storageClass("lazy"));
    const spec = { ...claim, spec: { ...claim.spec, storageClassName: "lazy" } };
    await lab.want([resourceOf({ id: "a", spec })]);
    const first = await lab.pass();
    assert.deepEqual(first.reads, ["get storageclasses lazy"]);
    assert.match(outcome(first), /^Ready WaitForFirstConsumer/);
    const second = await lab.pass();
    assert.deepEqual([second.reads, second.writes], [[], 0]);
  });
});

Deno.test("a claim without a class has the default one, and waits for it where there is none", async () => {
  await withNode(async (lab) => {
    const of = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };
    for (const { metadata } of await lab.objects.list(of)) {
      await lab.objects.remove({ ...of, name: metadata.name ?? "" });
    }
    await lab.want([resourceOf({ id: "a", spec: claim })]);
    const none = await lab.pass();
    assert.match(outcome(none), /phase is .*: it names no StorageClass, and none is the default$/);
    assert.equal(none.verdict.kind, "requeue");
    await lab.objects.apply(storageClass("std", '{storageclass.kubernetes.io/is-default-class: "true"}'));
    assert.deepEqual((await lab.pass()).reads, []);
    lab.clock.ahead = 70;
    assert.match(outcome(await lab.pass()), /^Ready WaitForFirstConsumer/);
  });
});

Deno.test("a readyWhen that is new for an object has it read once, and what depends on it waits", async () => {
  await withNode(async (lab) => {
    const spec = { apiVersion: "v1", kind: "ConfigMap", data: { state: "on" } };
    const after = resourceOf({ id: "b", spec: { apiVersion: "v1", kind: "ConfigMap" }, dependIds: ["a"] });
    await lab.want([resourceOf({ id: "a", spec }), after]);
    assert.match(outcome(await lab.pass()), /^Ready/);
    await lab.want([resourceOf({ id: "a", spec, readyWhen: "object.data.state == 'off'" }), after]);
    const ruled = await lab.pass();
    assert.deepEqual(ruled.reads, ["get configmaps acme-a"]);
    assert.equal(outcome(ruled), "Progressing NotReady readyWhen is false: object.data.state == 'off'");
    assert.deepEqual((await lab.pass()).reads, []);
    lab.faults.get.set("acme-a", new KubeError("no", { status: 500, reason: "InternalError" }));
    await lab.want([resourceOf({ id: "a", spec, readyWhen: "object.data.state == 'on'" }), after]);
    const unread = await lab.pass();
    assert.match(
      outcome(unread),
      /^Progressing NotReady readyWhen can't be told yet: the object could not be read$/,
    );
    assert.equal(unread.verdict.kind, "requeue");
    lab.faults.get.clear();
    assert.match(outcome(await lab.pass()), /^Ready/);
    await lab.want([resourceOf({ id: "a", spec, readyWhen: "object.data.state" }), after]);
    assert.match(
      outcome(await lab.pass()),
      /^Failed ReadyWhenInvalid readyWhen gave a text, not true or false/,
    );
  });
});
