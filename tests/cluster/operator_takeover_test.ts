import assert from "node:assert/strict";
import { parse } from "yaml";
import type { NodeStatus, ResourceRecord } from "../../src/api/node.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeConnection } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { ChildWatch } from "../support/child_watch.ts";
import { until, type Which } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { freePort } from "../support/databases_process.ts";
import { FormerCluster } from "../support/former_cluster.ts";
import { formerTenant, tenantForm, widgetKind, WIDGETS } from "../support/former_tenant.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { installKinds, type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const PORT = freePort();

/** What the steps hand on. */
const run: { client?: KubeConnection; watch?: ChildWatch; before: Map<string, KubeObject> } = {
  before: new Map(),
};
const audit = answer.kind === "ready" ? new OperatorAudit(answer.plane) : undefined;

async function writes(): Promise<string[]> {
  return await audit?.writes() ?? [];
}

function which(lab: OperatorLab, kind: string, name: string): Which {
  const { namespace } = lab;
  const space = `acme-${namespace}`;
  switch (kind) {
    case "Namespace":
      return { apiVersion: "v1", kind, name: space };
    case "Deployment":
      return { apiVersion: "apps/v1", kind, namespace, name };
    case "Job":
      return { apiVersion: "batch/v1", kind, namespace, name };
    case "Widget":
      return { apiVersion: `${WIDGETS}/v1`, kind, namespace, name };
    case "LynqNode":
      return { apiVersion: API, kind, namespace, name };
    default: {
      const apart = name === "acme-remote" || name === "acme-far";
      return { apiVersion: "v1", kind, namespace: apart ? space : namespace, name };
    }
  }
}

const KEPT: readonly (readonly [string, string])[] = [
  ["Namespace", "space"],
  ["ConfigMap", "acme-config"],
  ["ConfigMap", "acme-remote"],
  ["ConfigMap", "acme-kept"],
  ["ConfigMap", "acme-merged"],
  ["ConfigMap", "acme-replaced"],
  ["Secret", "acme-creds"],
  ["Deployment", "acme-app"],
  ["Job", "acme-init"],
  ["Widget", "acme-widget"],
];

async function live(lab: OperatorLab, kind: string, name: string): Promise<KubeObject> {
  const object = await lab.objects.get(which(lab, kind, name));
  assert(object !== undefined, `${kind} ${name} exists`);
  return object;
}

/** The cluster as the Go implementation leaves it: its kinds, its objects, its Deployment scaled to 0. */
async function prepare(lab: OperatorLab): Promise<void> {
  const { plane, objects, db, namespace } = lab;
  await lab.operator.stop();
  const client = createKubeClient(plane.credentials("admin"));
  run.client = client;
  const former = new FormerCluster(client);
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(30) PRIMARY KEY, plan VARCHAR(30), active INT); " +
      "INSERT INTO tenants VALUES ('acme', 'pro', 1)",
  );
  await former.installKinds();
  await objects.apply(JSON.stringify(widgetKind));
  await former.writeHubAndForm({ hub: hub(lab, { name: "tenants" }), form: tenantForm(namespace) });
  const map = (name: string): KubeObject => {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { theirs: "1" } };
  };
  await former.write(map("foreign"), "kubectl-create");
  await former.write({
    ...map("acme-old"),
    metadata: { name: "acme-old", namespace, labels: { "lynq.sh/orphaned": "true" } },
  }, "manager");
  await former.writeNode(formerTenant(namespace));
  // Another program of the same framework, so of the same manager's name.
  const theirs = {
    finalizers: ["former.example.com/theirs"],
    annotations: { "former.example.com/note": "theirs" },
  };
  await former.merge(await live(lab, "Widget", "acme-widget"), { metadata: theirs }, "manager");
  await finishJob(lab);
  await until("the Deployment to be available", async () => {
    const { availableReplicas } = (await live(lab, "Deployment", "acme-app"))["status"] as {
      availableReplicas?: number;
    };
    return availableReplicas === 1;
  });
}

/** The pod of the Job is done, so that its controller completes it. */
async function finishJob(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const labelSelector = "batch.kubernetes.io/job-name=acme-init";
  await until("the Job to be complete", async () => {
    const [pod] = await objects.list({ apiVersion: "v1", kind: "Pod", namespace, labelSelector });
    if (pod !== undefined && (pod["status"] as { phase?: string }).phase === "Running") {
      const of = { apiVersion: "v1", kind: "Pod", namespace, name: pod.metadata.name ?? "" };
      await objects.merge(of, { status: { phase: "Succeeded" } }, "status");
    }
    return JSON.stringify((await live(lab, "Job", "acme-init"))["status"]).includes('"type":"Complete"');
  });
}

/** Over the kinds of the Go implementation it says what is missing and writes nothing. */
async function waitsForKinds(lab: OperatorLab): Promise<void> {
  const { resourceVersion } = (await live(lab, "LynqNode", "acme-web")).metadata;
  await audit?.restart();
  lab.operator = await lab.start();
  const text = await until("the operator to say what the kinds lack", async () => {
    const response = await fetch(`http://127.0.0.1:${PORT}/readyz`);
    const said = await response.text();
    return response.status === 503 && said.includes("lacks") ? said : undefined;
  });
  assert.match(text, /lynqnodes\.operator\.lynq\.sh lacks .*spec\.(hubId|revision|values)/);
  assert.match(text, /kubectl apply --server-side --force-conflicts -f crds\//);
  assert.equal((await live(lab, "LynqNode", "acme-web")).metadata.resourceVersion, resourceVersion);
  assert.deepEqual(await writes(), []);
}

/** Our kinds are applied over theirs while the operator waits; it goes on by itself. */
async function takesOver(lab: OperatorLab): Promise<void> {
  assert(run.client !== undefined);
  for (const [kind, name] of KEPT) run.before.set(name, await live(lab, kind, name));
  run.watch = await ChildWatch.start(run.client, [...run.before.values()]);
  await audit?.restart();
  await installKinds(lab.objects);
  const node = await until("acme-web to be taken over", async () => {
    const found = await nodeReady(lab, "acme-web");
    return (found["status"] as NodeStatus).resources?.length === KEPT.length ? found : undefined;
  });
  const spec = node["spec"] as Record<string, unknown>;
  assert.deepEqual(Object.keys(spec).sort(), ["hubId", "revision", "templateRef", "uid", "values"]);
  assert.deepEqual(spec["values"], { activate: "1", plan: "pro" });
  assert.deepEqual(Object.keys(node.metadata.annotations ?? {}).filter((key) => key.includes("extra")), []);
  await sameObjects(lab);
}

/** Same UIDs, same generation, same pods: nothing deleted, made anew or restarted. */
async function sameObjects(lab: OperatorLab): Promise<void> {
  for (const [kind, name] of KEPT) {
    const [was, is] = [run.before.get(name), await live(lab, kind, name)];
    assert.equal(is.metadata.uid, was?.metadata.uid, `${name} is the same object`);
    assert.deepEqual(is["spec"], was?.["spec"], `${name} has the same spec`);
    assert.deepEqual(is["data"], was?.["data"], `${name} has the same data`);
  }
  const [was, is] = [run.before.get("acme-app"), await live(lab, "Deployment", "acme-app")];
  assert.equal(is.metadata.generation, was?.metadata.generation);
  assert.deepEqual(run.watch?.gone(), []);
}

async function fieldsAreOurs(lab: OperatorLab): Promise<void> {
  for (const [kind, name] of KEPT) {
    if (kind === "Job") continue;
    const { managedFields = [], annotations = {}, labels = {} } = (await live(lab, kind, name)).metadata;
    const managers = managedFields.filter((entry) => !entry.subresource).map((entry) => entry.manager);
    assert(!managers.includes("lynq-operator"), `${name}: ${managers}`);
    assert(managers.some((manager) => manager?.startsWith("lynq")), `${name}: ${managers}`);
    assert.equal(annotations["lynq.sh/applied-hash"] === undefined, kind !== "Deployment", name);
    assert.equal(labels["lynq.sh/node"], "acme-web", name);
  }
  const widget = await live(lab, "Widget", "acme-widget");
  assert.deepEqual(widget.metadata.finalizers, ["former.example.com/theirs"]);
  assert.equal(widget.metadata.annotations?.["former.example.com/note"], "theirs");
  const [job, was] = [await live(lab, "Job", "acme-init"), run.before.get("acme-init")];
  assert.deepEqual(job["spec"], was?.["spec"]);
  assert.deepEqual(job["status"], was?.["status"]);
}

/** What the list of the Go implementation names and the form does not: ours by policy, somebody else's not at all. */
async function leaversAreDealtWith(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  for (const name of ["acme-gone", "acme-far"]) {
    await until(
      `${name} to be gone`,
      async () => await objects.get(which(lab, "ConfigMap", name)) === undefined,
    );
  }
  const spare = which(lab, "Widget", "acme-spare");
  await until("acme-spare to be gone", async () => await objects.get(spare) === undefined);
  const left = await live(lab, "ConfigMap", "acme-left");
  assert.equal(left.metadata.labels?.["lynq.sh/orphaned"], "true");
  assert.equal(left.metadata.annotations?.["lynq.sh/orphaned-reason"], "RemovedFromTemplate");
  const foreign = await live(lab, "ConfigMap", "foreign");
  assert.deepEqual(foreign["data"], { theirs: "1" });
  assert.equal(foreign.metadata.labels, undefined);
  const old = await live(lab, "ConfigMap", "acme-old");
  assert.deepEqual(old.metadata.labels, { "lynq.sh/orphaned": "true" });
  const status = (await live(lab, "LynqNode", "acme-web"))["status"] as NodeStatus;
  assert(status.appliedResources?.includes(`ConfigMap/acme-${namespace}/acme-remote@remote`));
  assert(status.resources?.every((record: ResourceRecord) => record.state === "Ready"));
}

/** Two writes a child (its fields, then what we add), and some for node, form and hub. */
async function fewWrites(): Promise<void> {
  const made = await writes();
  const children = made.filter((write) =>
    /acme-(config|remote|kept|merged|replaced|creds|app|widget)$/.test(write)
  );
  assert(children.length <= 2 * 8, made.join("\n"));
  assert(!made.some((write) => write.startsWith("delete") && /(config|creds|app|init|widget)$/.test(write)));
  assert(made.length <= 45, made.join("\n"));
}

/** How often the rows were read. */
async function selects({ db }: OperatorLab): Promise<number> {
  return Number(/\d+/.exec(await db.exec("SHOW GLOBAL STATUS LIKE 'Com_select'"))?.[0] ?? NaN);
}

async function secondStart(lab: OperatorLab): Promise<void> {
  await until("hub and form to have counted", async () => {
    const count = (await writes()).length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return (await writes()).length === count;
  });
  await lab.operator.stop();
  await audit?.restart();
  lab.operator = await lab.start();
  const before = await selects(lab);
  await until("some syncs of the hub", async () => await selects(lab) > before + 4);
  assert.deepEqual(await writes(), []);
}

/** What leaves the form after the move goes from the objects, whoever of the two had written it. */
async function leftFieldsGo(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const { spec } = parse(tenantForm(namespace, true)) as { spec: unknown };
  await objects.merge({ apiVersion: API, kind: "LynqForm", namespace, name: "web" }, { spec });
  const data = async (name: string, kind = "ConfigMap") =>
    Object.keys((await live(lab, kind, name))["data"] as object).sort().join();
  await until(
    "the data keys to go",
    async () =>
      await data("acme-config") === "plan" && await data("acme-remote") === "plan" &&
      await data("acme-replaced") === "plan" && await data("acme-creds", "Secret") === "user",
  );
  const { labels = {}, annotations = {} } = (await live(lab, "ConfigMap", "acme-config")).metadata;
  assert.equal(labels["wave"], undefined);
  assert.equal(labels["tier"], "pro");
  assert.equal(annotations["note"], undefined);
  assert.equal(annotations["team"], "shop");
  await until(
    "the variable to leave the Deployment",
    async () => !JSON.stringify((await live(lab, "Deployment", "acme-app"))["spec"]).includes("LEFT"),
  );
  await until(
    "the field to leave the custom resource",
    async () => ((await live(lab, "Widget", "acme-widget"))["spec"] as { mode?: string }).mode === "a",
  );
  assert.deepEqual(run.watch?.gone(), []);
}

async function end(lab: OperatorLab): Promise<void> {
  await lab.objects.merge(which(lab, "Widget", "acme-widget"), { metadata: { finalizers: null } });
  await run.watch?.stop();
  run.client?.close();
}

operatorTest(
  answer,
  "a cluster of the Go implementation is taken over with nothing deleted, made anew or restarted",
  {
    kinds: [{ group: "former.example.com", plurals: ["widgets"] }],
    flags: [`--health-probe-bind-address=127.0.0.1:${PORT}`],
    prepare,
    steps: [
      {
        title: "while the served kinds lack fields the operator says which and writes nothing",
        run: waitsForKinds,
      },
      { title: "once they are applied every object is taken over as it is", run: takesOver },
      { title: "their fields and labels are ours, and other programs keep theirs", run: fieldsAreOurs },
      { title: "what had left the form goes by its policy if it is provably ours", run: leaversAreDealtWith },
      { title: "it takes few writes", run: fewWrites },
      { title: "the second start writes nothing", run: secondStart },
      { title: "fields that leave the form afterwards leave the objects", run: leftFieldsGo },
      { title: "the end", run: end },
    ],
  },
);
