import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { shardOf } from "../../src/operator/shard_plan.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { LEADER_LEASE } from "../support/installed_account.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { readyNodes, startReplica } from "../support/replica_lab.ts";
import { shardHolders } from "../support/shard_audit.ts";
import { form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

const COUNT = 2;
/** Nobody dies here: their Leases outlast a pause of the machine, and are only looked at more often than usual. */
const FLAGS = ["--leader-elect-retry-period=200ms", `--shards=${COUNT}`];
/** Rows whose nodes of the two forms are in different shards. */
function splitRows(lab: OperatorLab): string[] {
  const { namespace } = lab;
  const shard = (name: string) => shardOf({ namespace, name }, COUNT);
  return Array.from({ length: 100 }, (_, i) => `r${i}`)
    .filter((uid) => shard(`${uid}-web`) !== shard(`${uid}-queue`)).slice(0, 4);
}

const homeOf = (lab: OperatorLab, uid: string) => `${lab.namespace}-${uid}`;

/** A form that declares the row's Namespace with a label of its own, and puts a ConfigMap into it. */
function tier(lab: OperatorLab, name: string, more = ""): string {
  const home = homeOf(lab, "{{ .uid }}");
  return form(
    lab,
    name,
    `
  namespaces:
  - {id: home, nameTemplate: "${home}", spec: {apiVersion: v1, kind: Namespace, metadata: {labels: {tier-${name}: "yes"}}}}
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-${name}", targetNamespace: "${home}", dependIds: [home],
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
${more}`,
  );
}

function homeNow(lab: OperatorLab, uid: string): Promise<KubeObject | undefined> {
  return lab.objects.get({ apiVersion: "v1", kind: "Namespace", name: homeOf(lab, uid) });
}

function claims(object: KubeObject | undefined): string[] {
  return Object.keys(object?.metadata.annotations ?? {}).filter((name) => name.startsWith("claim.lynq.sh/"));
}

async function shares(lab: OperatorLab): Promise<void> {
  await startReplica(lab, "operator-2", { flags: FLAGS });
  await until(
    "both replicas to have a shard",
    async () => new Set((await shardHolders(lab.objects, LEADER_LEASE.namespace)).values()).size === COUNT,
  );
  const rows = splitRows(lab);
  await lab.objects.apply(
    [tier(lab, "web"), tier(lab, "queue"), hub(lab, { name: "tenants", guard: false })].join("---"),
  );
  await readyNodes(lab, 2 * rows.length);
  for (const uid of rows) {
    const home = await homeNow(lab, uid);
    assert.equal(claims(home).length, 2);
    assert.equal(home?.metadata.labels?.["lynq.sh/bucket"], undefined);
  }
  const audit = new OperatorAudit(lab.plane);
  await until("a while without any request but for Leases", async () => {
    await audit.restart();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return (await audit.requests()).every(({ verb, objectRef }) =>
      objectRef?.resource === "leases" || verb === "watch"
    );
  });
}

/** Each node repairs its own part, wherever it is worked on, and the labels that name one of them. */
async function repairs(lab: OperatorLab): Promise<void> {
  for (const uid of splitRows(lab)) {
    await lab.objects.merge({ apiVersion: "v1", kind: "Namespace", name: homeOf(lab, uid) }, {
      metadata: { labels: { "tier-web": "no", "tier-queue": "no", "lynq.sh/node": null } },
    });
  }
  await until("both parts to be repaired", async () => {
    const homes = await Promise.all(splitRows(lab).map((uid) => homeNow(lab, uid)));
    return homes.every((home) => {
      const labels = home?.metadata.labels ?? {};
      return labels["tier-web"] === "yes" && labels["tier-queue"] === "yes" &&
        labels["lynq.sh/node"] !== undefined;
    });
  });
}

/** Who lets go last of the Namespaces has nothing in them; what the other replica's nodes have there keeps them. */
async function keeps(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const rows = splitRows(lab);
  await objects.apply(form(
    lab,
    "guest",
    `
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-guest", targetNamespace: "${homeOf(lab, "{{ .uid }}")}",
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`,
  ));
  await readyNodes(lab, 3 * rows.length);
  for (const [name, left] of [["web", 2], ["queue", 1]] as const) {
    const gone = { apiVersion: "operator.lynq.sh/v1", kind: "LynqForm", namespace, name };
    await objects.remove(gone);
    await readyNodes(lab, left * rows.length);
    // What is applied to a form that is on its way out goes with it.
    await until(`form ${name} to be gone`, async () => await objects.get(gone) === undefined);
  }
  const shard = (name: string) => shardOf({ namespace, name }, COUNT);
  assert(rows.every((uid) => shard(`${uid}-queue`) !== shard(`${uid}-guest`)));
  for (const uid of rows) {
    const home = await homeNow(lab, uid);
    assert.equal(home?.metadata.deletionTimestamp, undefined);
    assert.deepEqual(claims(home), []);
    assert.equal(home?.metadata.labels?.["lynq.sh/orphaned"], "true");
    const guest = await objects.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: homeOf(lab, uid),
      name: `${uid}-guest`,
    });
    assert.notEqual(guest, undefined);
  }
}

/** Nodes of different shards render one object: the first has it, the others are told whose it is. */
async function conflicts(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(form(
    lab,
    "same",
    `
  configMaps:
  - {id: config, nameTemplate: "only-one", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`,
  ));
  const [first = "", ...rest] = splitRows(lab);
  await until("one to have it and the others to be conflicted", async () => {
    const nodes = await Promise.all(
      [first, ...rest].map((uid) =>
        objects.get({ apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace, name: `${uid}-same` })
      ),
    );
    const of = nodes.map((node) =>
      (node?.["status"] as { resources?: { state: string; reason?: string }[] } | undefined)?.resources?.[0]
    );
    const conflicted = of.filter((one) => one?.reason === "ResourceConflict");
    return of.filter((one) => one?.state === "Ready").length === 1 && conflicted.length === rest.length;
  });
  await objects.remove({ apiVersion: "operator.lynq.sh/v1", kind: "LynqForm", namespace, name: "same" });
  await readyNodes(lab, 1 + rest.length);
}

/** Rows go: nodes in different replicas let go of one Namespace at once, and the last one deletes it. */
async function goes(lab: OperatorLab): Promise<void> {
  const rows = splitRows(lab);
  await lab.objects.apply([tier(lab, "web"), tier(lab, "queue")].join("---"));
  await readyNodes(lab, 3 * rows.length);
  await lab.db.exec("UPDATE tenants SET active = 0");
  await until("the Namespaces to go", async () => {
    const homes = await Promise.all(rows.map((uid) => homeNow(lab, uid)));
    return homes.every((home) => home?.metadata.deletionTimestamp !== undefined || home === undefined);
  });
  await readyNodes(lab, 0);
  for (const replica of lab.replicas) await replica.stop();
}

operatorTest(answer, "nodes of different shards share objects, and mind what each other has", {
  pod: "operator",
  flags: FLAGS,
  prepare: async (lab) => {
    await lab.db.exec(
      "CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))",
    );
    await lab.db.exec(
      `INSERT INTO tenants VALUES ${splitRows(lab).map((uid) => `('${uid}', 'pro', 1)`).join()}`,
    );
  },
  steps: [
    { title: "nodes of two shards have one Namespace, and then ask for nothing", run: shares },
    { title: "each repairs its own part", run: repairs },
    { title: "a Namespace stays for what nodes of another shard have in it", run: keeps },
    { title: "an object that another shard's node has is a conflict", run: conflicts },
    { title: "the last one of several shards deletes the Namespace", run: goes },
  ],
});
