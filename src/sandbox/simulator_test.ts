import assert from "node:assert/strict";
import type { AnswerBody, AnswerStatus } from "../../tests/support/answer_body.ts";
import { type SandboxClient, template, withSandbox } from "../../tests/support/sandbox_client.ts";

const apps = "/apis/apps/v1/namespaces/default";
const core = "/api/v1/namespaces/default";
const jobs = "/apis/batch/v1/namespaces/default/jobs";

function workload(kind: string, spec: object = {}, image?: string) {
  const labels = { matchLabels: { app: "web" } };
  return {
    kind,
    metadata: { name: "web" },
    spec: { selector: labels, template: template("web", image), ...spec },
  };
}

/** A check of a status that is of the newest spec. */
function settled(check: (status: AnswerStatus) => boolean): (object: AnswerBody) => boolean {
  return ({ metadata, status }) => status.observedGeneration === metadata.generation && check(status);
}

async function podNames(client: SandboxClient): Promise<readonly string[]> {
  const { items } = await client.get(`${core}/pods`);
  return items.filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.metadata.name).toSorted();
}

Deno.test("a Deployment becomes available, follows its scale, and takes its pods with it", () =>
  withSandbox(async (client) => {
    await client.send("POST", `${apps}/deployments`, workload("Deployment", { replicas: 2 }));
    const ready = await client.until(
      `${apps}/deployments/web`,
      settled((status) => status.availableReplicas === 2),
    );
    assert.equal(ready.status.observedGeneration, ready.metadata.generation);
    assert.equal(ready.metadata.generation, 1);
    assert.deepEqual(
      ready.status.conditions?.map(({ type, status }) => `${type} ${status}`),
      ["Available True", "Progressing True"],
    );
    await client.send("PATCH", `${apps}/deployments/web/scale`, { spec: { replicas: 1 } });
    await client.until(`${apps}/deployments/web`, settled((status) => status.replicas === 1));
    await client.send("DELETE", `${apps}/deployments/web`);
    await client.until(`${core}/pods`, ({ items }) => items.length === 0);
  }));

Deno.test("a bad image keeps the old pods serving and the rollout unfinished", () =>
  withSandbox(async (client) => {
    await client.send("POST", `${apps}/deployments`, workload("Deployment", { replicas: 2 }));
    await client.until(`${apps}/deployments/web`, settled((status) => status.availableReplicas === 2));
    await client.send("PATCH", `${apps}/deployments/web`, {
      spec: { template: template("web", "bad-image:2") },
    });
    await client.until(
      `${core}/pods`,
      ({ items }) =>
        items.some((pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason === "ImagePullBackOff"),
    );
    const stuck = await client.until(
      `${apps}/deployments/web`,
      settled((status) => status.updatedReplicas === 1),
    );
    assert.equal(stuck.status.availableReplicas, 2);
    await client.send(
      "PATCH",
      `${apps}/deployments/web`,
      { spec: { template: template("web", "nginx:3") } },
    );
    await client.until(
      `${apps}/deployments/web`,
      settled((status) =>
        status.updatedReplicas === 2 && status.availableReplicas === 2 && status.replicas === 2
      ),
    );
  }));

Deno.test("Recreate takes every old pod down before it starts a new one", () =>
  withSandbox(async (client) => {
    const spec = { replicas: 2, strategy: { type: "Recreate" } };
    await client.send("POST", `${apps}/deployments`, workload("Deployment", spec));
    await client.until(`${apps}/deployments/web`, settled((status) => status.availableReplicas === 2));
    const before = await podNames(client);
    await client.send(
      "PATCH",
      `${apps}/deployments/web`,
      { spec: { template: template("web", "nginx:2") } },
    );
    await client.until(
      `${apps}/deployments/web`,
      settled((status) => status.updatedReplicas === 2 && status.availableReplicas === 2),
    );
    assert.equal((await podNames(client)).some((name) => before.includes(name)), false);
  }));

Deno.test("a StatefulSet numbers its pods, binds their claims and updates them from the last", () =>
  withSandbox(async (client) => {
    const volumeClaimTemplates = [{
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }];
    const spec = { replicas: 2, serviceName: "web", volumeClaimTemplates };
    await client.send("POST", `${apps}/statefulsets`, workload("StatefulSet", spec));
    const ready = await client.until(
      `${apps}/statefulsets/web`,
      settled((status) => status.readyReplicas === 2),
    );
    assert.equal(ready.status.currentRevision, ready.status.updateRevision);
    assert.deepEqual(await podNames(client), ["web-0", "web-1"]);
    const claim = await client.until(
      `${core}/persistentvolumeclaims/data-web-1`,
      ({ status }) => status.phase === "Bound",
    );
    assert.equal(claim.status.capacity.storage, "1Gi");
    assert.equal(claim.spec.storageClassName, "standard");
    await client.send(
      "PATCH",
      `${apps}/statefulsets/web`,
      { spec: { template: template("web", "nginx:2") } },
    );
    await client.until(
      `${apps}/statefulsets/web`,
      settled((status) =>
        status.updatedReplicas === 2 && status.readyReplicas === 2 &&
        status.currentRevision === status.updateRevision
      ),
    );
    const volume = claim.spec.volumeName;
    await client.send("DELETE", `${apps}/statefulsets/web`);
    await client.send("DELETE", `${core}/persistentvolumeclaims/data-web-1`);
    await client.gone(`/api/v1/persistentvolumes/${volume}`);
  }));

Deno.test("the claims of a StatefulSet go with it and with pods scaled away, where its retention policy says so", () =>
  withSandbox(async (client) => {
    const volumeClaimTemplates = [{
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    }];
    const spec = {
      replicas: 2,
      serviceName: "web",
      volumeClaimTemplates,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Delete" },
    };
    const set = `${apps}/statefulsets/web`;
    const ready = (count: number) => settled((status) => status.readyReplicas === count);
    await client.send("POST", `${apps}/statefulsets`, workload("StatefulSet", spec));
    const made = await client.until(set, ready(2));
    await client.until(
      `${core}/persistentvolumeclaims/data-web-0`,
      ({ metadata }) => JSON.stringify(metadata.ownerReferences ?? []).includes(made.metadata.uid),
    );
    await client.send("PATCH", set, { spec: { replicas: 1 } });
    await client.gone(`${core}/persistentvolumeclaims/data-web-1`);
    await client.send("PATCH", set, { spec: { replicas: 2 } });
    await client.until(set, ready(2));
    await client.send("DELETE", set);
    for (const name of ["data-web-0", "data-web-1"]) {
      await client.gone(`${core}/persistentvolumeclaims/${name}`);
    }
  }));

Deno.test("a DaemonSet runs where its node selector says", () =>
  withSandbox(async (client) => {
    await client.send("POST", `${apps}/daemonsets`, workload("DaemonSet"));
    await client.until(
      `${apps}/daemonsets/web`,
      settled((status) => status.numberAvailable === 1 && status.desiredNumberScheduled === 1),
    );
    const elsewhere = { spec: { template: { spec: { nodeSelector: { disk: "ssd" } } } } };
    await client.send("PATCH", `${apps}/daemonsets/web`, elsewhere);
    await client.until(`${apps}/daemonsets/web`, settled((status) => status.desiredNumberScheduled === 0));
    await client.until(`${core}/pods`, ({ items }) => items.length === 0);
  }));

Deno.test("a Job completes, and one whose container exits with 1 fails after its backoff limit", () =>
  withSandbox(async (client) => {
    const job = (name: string, image: string) => ({
      kind: "Job",
      metadata: { name },
      spec: { backoffLimit: 1, completions: 2, template: template("job", image, { restartPolicy: "Never" }) },
    });
    await client.send("POST", jobs, job("good", "busybox"));
    await client.send("POST", jobs, job("bad", "exit-1"));
    const good = await client.until(`${jobs}/good`, ({ status }) => status.completionTime !== undefined);
    assert.equal(good.status.succeeded, 2);
    assert.equal(good.status.conditions?.at(-1)?.type, "Complete");
    const bad = await client.until(`${jobs}/bad`, ({ status }) => status.conditions !== undefined);
    assert.equal(bad.status.conditions?.at(-1)?.type, "Failed");
    assert.equal(bad.status.conditions?.at(-1)?.reason, "BackoffLimitExceeded");
  }));

Deno.test("services and ingresses get addresses, autoscalers and budgets a status", () =>
  withSandbox(async (client) => {
    await client.send("POST", `${apps}/deployments`, workload("Deployment", { replicas: 1 }));
    await client.send("POST", `${core}/services`, {
      metadata: { name: "web" },
      spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    const service = await client.until(
      `${core}/services/web`,
      ({ status }) => status.loadBalancer.ingress !== undefined,
    );
    assert.match(service.status.loadBalancer.ingress?.[0].ip ?? "", /^203\.0\.113\.\d+$/);
    const ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
    await client.send("POST", ingresses, {
      metadata: { name: "web" },
      spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
    });
    await client.until(`${ingresses}/web`, ({ status }) => status.loadBalancer.ingress !== undefined);
    const autoscalers = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
    await client.send("POST", autoscalers, {
      metadata: { name: "web" },
      spec: { scaleTargetRef, minReplicas: 3, maxReplicas: 5 },
    });
    await client.until(`${apps}/deployments/web`, settled((status) => status.availableReplicas === 3));
    const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
    await client.send("POST", budgets, {
      metadata: { name: "web" },
      spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
    });
    await client.until(`${budgets}/web`, ({ status }) => status.disruptionsAllowed === 2);
    await client.until(
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
      ({ items }) => items[0]?.endpoints?.length === 3,
    );
  }));
