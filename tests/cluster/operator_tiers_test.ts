import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const SAMPLE = new URL("../../manifests/samples/multi-tier/", import.meta.url);

/** The sample as its files say it, in the test's namespace and over the test's database. */
async function sample(lab: OperatorLab, file: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(file, SAMPLE));
  return text.replaceAll("lynq-system", lab.namespace)
    .replaceAll("mysql.database.svc.cluster.local", lab.db.host)
    .replaceAll("3306", String(lab.db.port))
    .replaceAll("node_reader", lab.db.username)
    .replaceAll("nodes_db", lab.db.database)
    .replaceAll("mysql-credentials", "db")
    .replaceAll("syncInterval: 1m", "syncInterval: 1s");
}

async function allReady(lab: OperatorLab, names: readonly string[]): Promise<void> {
  await until(`${names.join(", ")} to be Ready`, async () => {
    const nodes = await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace });
    const ready = nodes.filter((node) =>
      JSON.stringify(node["status"] ?? "").includes('"reason":"Reconciled"')
    );
    return names.every((name) => ready.some((node) => node.metadata.name === name));
  });
}

const TIERS = ["data-tier", "api-tier", "web-tier", "worker-tier"];

async function tiersComeUp(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  for (const file of ["form-api.yaml", "form-web.yaml", "form-worker.yaml"]) {
    await objects.apply(await sample(lab, file));
  }
  await objects.apply(await sample(lab, "hub.yaml"));
  const waiting = await until("the api tier to wait for its namespace", async () => {
    const node = await objects.get({
      apiVersion: API,
      kind: "LynqNode",
      namespace,
      name: "pro-corp-api-tier",
    });
    const text = JSON.stringify(node?.["status"] ?? {});
    return text.includes("Waiting for namespace node-pro-corp to exist") ? node : undefined;
  });
  assert.equal((waiting["status"] as { failedResources: number }).failedResources, 0);
  await objects.apply(await sample(lab, "form-data.yaml"));
  await allReady(lab, TIERS.map((tier) => `pro-corp-${tier}`));
  const events = await objects.list({ apiVersion: "v1", kind: "Event", namespace });
  assert.deepEqual(
    events.filter((event) => event["reason"] === "ApplyFailed").map((event) => event["message"]),
    [],
  );
}

async function startingIsNotFailed(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const hub = await until("the hub to count four ready nodes", async () => {
    const found = await objects.get({
      apiVersion: API,
      kind: "LynqHub",
      namespace,
      name: "multi-tier-nodes",
    });
    return (found?.["status"] as { ready?: number } | undefined)?.ready === 4 ? found : undefined;
  });
  assert.equal((hub["status"] as { failed: number }).failed, 0);
}

async function onceIsNotRewritten(lab: OperatorLab): Promise<void> {
  const { objects, db } = lab;
  const which = {
    apiVersion: "v1",
    kind: "Secret",
    namespace: "node-pro-corp",
    name: "pro-corp-db-credentials",
  };
  const before = (await objects.get(which))?.metadata.resourceVersion;
  await db.exec("UPDATE nodes SET web_replicas = 5 WHERE node_id = 'pro-corp'");
  await until("five web replicas", async () => {
    const web = await objects.get({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: "node-pro-corp",
      name: "pro-corp-web",
    });
    return (web?.["spec"] as { replicas: number } | undefined)?.replicas === 5;
  });
  assert.equal((await objects.get(which))?.metadata.resourceVersion, before);
}

async function rowGoes(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  await db.exec("DELETE FROM nodes");
  await until(
    "the nodes to be gone",
    async () => (await objects.list({ apiVersion: API, kind: "LynqNode", namespace })).length === 0,
  );
  const at = { namespace: "node-pro-corp", name: "pro-corp-postgres" };
  const postgres = await objects.get({ apiVersion: "apps/v1", kind: "StatefulSet", ...at });
  assert.equal(postgres?.metadata.labels?.["lynq.sh/orphaned"], "true");
  assert.equal(postgres?.metadata.annotations?.["lynq.sh/orphaned-reason"], "LynqNodeDeleted");
  const home = await objects.get({ apiVersion: "v1", kind: "Namespace", name: "node-pro-corp" });
  assert.equal(home?.metadata.deletionTimestamp, undefined);
  assert.equal(home?.metadata.labels?.["lynq.sh/orphaned"], "true");
  const redis = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: "node-pro-corp",
    name: "pro-corp-redis",
  };
  assert.equal(await objects.get(redis), undefined);
  await until(
    "the event that tells so",
    async () =>
      (await objects.list({ apiVersion: "v1", kind: "Event", namespace })).some((e) =>
        e["reason"] === "NamespaceRetained"
      ),
  );
}

async function rowComesBack(lab: OperatorLab): Promise<void> {
  const { objects, db } = lab;
  const uid = (await objects.get({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    namespace: "node-pro-corp",
    name: "pro-corp-postgres",
  }))
    ?.metadata.uid;
  await db.exec("INSERT INTO nodes (node_id, domain) VALUES ('pro-corp', 'pro.example.com')");
  await allReady(
    lab,
    TIERS.map((tier) => `pro-corp-${tier}`),
  );
  const postgres = await objects.get({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    namespace: "node-pro-corp",
    name: "pro-corp-postgres",
  });
  assert.equal(postgres?.metadata.uid, uid);
  assert.equal(postgres?.metadata.labels?.["lynq.sh/orphaned"], undefined);
  assert.equal(postgres?.metadata.annotations?.["lynq.sh/orphaned-reason"], undefined);
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { db } = lab;

  await db.exec(await sample(lab, "schema.sql"));
  await db.exec("DELETE FROM nodes WHERE node_id <> 'pro-corp'");
}

operatorTest(answer, "the seeds' four tiers, one form each, come up together and go as their policies say", {
  prepare,
  steps: [
    { title: "tiers whose namespace another form makes wait for it, and nothing fails", run: tiersComeUp },
    { title: "a failed count never counts starting nodes", run: startingIsNotFailed },
    {
      title: "what was created once is not written again, even when its form would render otherwise",
      run: onceIsNotRewritten,
    },
    { title: "the row goes, the retained database and the namespace that holds it stay", run: rowGoes },
    { title: "the row comes back and takes its orphans up again", run: rowComesBack },
  ],
});
