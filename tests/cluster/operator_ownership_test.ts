import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady, told } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const PREFIX = "claim.lynq.sh/";

const home = (lab: OperatorLab) => `home-${lab.namespace}`;

/** A form whose Namespace is the same for all forms of a row, with a label of its own. */
function tier(lab: OperatorLab, name: string, extra = ""): string {
  return form(
    lab,
    name,
    `
  namespaces:
  - id: home
    nameTemplate: "${home(lab)}-{{ .uid }}"
    labelsTemplate: {tier-${name}: "yes", team: core}
    ${extra}
    spec: {apiVersion: v1, kind: Namespace}
  configMaps:
  - id: own
    nameTemplate: "{{ .uid }}-${name}"
    targetNamespace: "${home(lab)}-{{ .uid }}"
    dependIds: [home]
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
`,
  );
}

const namespaceOf = (lab: OperatorLab, row = "acme") =>
  lab.objects.get({ apiVersion: "v1", kind: "Namespace", name: `${home(lab)}-${row}` });
const nodeOf = (lab: OperatorLab, name: string) =>
  lab.objects.get({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace, name });

function claimsOf(object: KubeObject | undefined): string[] {
  return Object.entries(object?.metadata.annotations ?? {}).filter(([key]) => key.startsWith(PREFIX))
    .map(([, text]) => text.split(" ").at(-1) ?? "").sort();
}

function managersOf(object: KubeObject | undefined): string[] {
  return (object?.metadata.managedFields ?? []).map(({ manager }) => manager ?? "")
    .filter((manager) => manager.startsWith("lynq")).sort();
}

async function shared(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(hub(lab, { name: "tenants" }));
  for (const name of ["data", "web"]) await objects.apply(tier(lab, name));
  const nodes = [await nodeReady(lab, "acme-data"), await nodeReady(lab, "acme-web")];
  const seen = await namespaceOf(lab);
  assert.deepEqual(claimsOf(seen), [`${namespace}/acme-data/acme`, `${namespace}/acme-web/acme`]);
  assert.deepEqual(managersOf(seen), nodes.map(({ metadata }) => `lynq.${metadata.uid}`).sort());
  assert.equal(seen?.metadata.labels?.["tier-data"], "yes");
  assert.equal(seen?.metadata.labels?.["tier-web"], "yes");
  assert.match(seen?.metadata.labels?.["lynq.sh/node"] ?? "", /^acme-(data|web)$/);
  assert.equal(seen?.metadata.ownerReferences, undefined);
}

/** Nobody writes when everything is as it should be, after a restart either. */
async function restartWritesNothing(lab: OperatorLab): Promise<void> {
  const before = (await namespaceOf(lab))?.metadata.resourceVersion;
  await lab.operator.stop();
  lab.operator = await lab.start();
  await lab.db.exec("UPDATE tenants SET plan = 'big' WHERE id = 'acme'");
  const { objects } = lab;
  await until("the new plan", async () => {
    const which = {
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: `${home(lab)}-acme`,
      name: "acme-web",
    };
    return ((await objects.get(which))?.["data"] as { plan?: string } | undefined)?.plan === "big";
  });
  assert.equal((await namespaceOf(lab))?.metadata.resourceVersion, before);
}

async function repaired(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const which = { apiVersion: "v1", kind: "Namespace", name: `${home(lab)}-acme` };
  await objects.merge(which, { metadata: { labels: { "tier-data": "no", team: "other" } } });
  await until("both nodes to repair their fields", async () => {
    const seen = await namespaceOf(lab);
    const { labels = {}, managedFields = [] } = seen?.metadata ?? {};
    const both = managedFields.filter((e) => JSON.stringify(e).includes('"f:team"')).length === 2;
    return labels["tier-data"] === "yes" && labels["team"] === "core" && both;
  });
  const key = Object.keys((await namespaceOf(lab))?.metadata.annotations ?? {}).find((name) =>
    name.startsWith(PREFIX)
  );
  await objects.merge(which, { metadata: { annotations: { [key ?? ""]: null } } });
  await until("the claim to be back", async () => claimsOf(await namespaceOf(lab)).length === 2);
  await objects.merge(which, {
    metadata: { labels: { "lynq.sh/node": null, "lynq.sh/node-namespace": null } },
  });
  await until("the labels to be back", async () => {
    const labels = (await namespaceOf(lab))?.metadata.labels;
    return labels?.["lynq.sh/node"]?.startsWith("acme-") && labels["lynq.sh/node-namespace"] !== undefined;
  });
}

/** What is applied to a form that is on its way out goes with it. */
async function formGone({ objects, namespace }: OperatorLab, name: string): Promise<void> {
  const which = { apiVersion: API, kind: "LynqForm", namespace, name };
  await until(`form ${name} to be gone`, async () => await objects.get(which) === undefined);
}

/** The node that the labels name goes; the other takes them over, and nothing is deleted or made anew. */
async function primaryGoes(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const before = await namespaceOf(lab);
  const first = before?.metadata.labels?.["lynq.sh/node"] ?? "";
  const other = first === "acme-data" ? "web" : "data";
  const gone = first.slice("acme-".length);
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: `${home(lab)}-acme`,
    name: `acme-${other}`,
  };
  const uid = (await objects.get(config))?.metadata.uid;
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: gone });
  await until(`acme-${gone} to be gone`, async () => await nodeOf(lab, `acme-${gone}`) === undefined);
  await formGone(lab, gone);
  const after = await until("the labels to name the other node", async () => {
    const seen = await namespaceOf(lab);
    return seen?.metadata.labels?.["lynq.sh/node"] === `acme-${other}` ? seen : undefined;
  });
  assert.equal(after.metadata.uid, before?.metadata.uid);
  assert.equal(after.metadata.deletionTimestamp, undefined);
  assert.equal(after.metadata.labels?.[`tier-${gone}`], undefined);
  assert.equal(after.metadata.labels?.["team"], "core");
  assert.deepEqual(claimsOf(after), [`${namespace}/acme-${other}/acme`]);
  assert.equal((await objects.get(config))?.metadata.uid, uid);
  const node = await nodeReady(lab, `acme-${other}`);
  assert.deepEqual(managersOf(after), [`lynq.${node.metadata.uid}`]);
  await objects.apply(tier(lab, gone));
  await nodeReady(lab, `acme-${gone}`);
  assert.equal(claimsOf(await namespaceOf(lab)).length, 2);
}

/** Both nodes of the row are deleted at once: one of them deletes the Namespace. */
async function lastDeletes(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  for (let round = 0; round < 3; round++) {
    await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
    await until("both nodes to be gone", async () => {
      const nodes = await objects.list({ apiVersion: API, kind: "LynqNode", namespace });
      return !nodes.some(({ metadata }) => metadata.name?.startsWith("acme-"));
    });
    await until("the namespace to be gone", async () => await namespaceOf(lab) === undefined);
    await db.exec("UPDATE tenants SET active = 1 WHERE id = 'acme'");
    await Promise.all([nodeReady(lab, "acme-data"), nodeReady(lab, "acme-web")]);
  }
}

/** One form of two says Retain: the object stays, whichever node goes last. */
async function retainWins(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  await objects.apply(tier(lab, "data", "deletionPolicy: Retain"));
  await until(
    "the claim to say Retain",
    async () =>
      Object.values((await namespaceOf(lab))?.metadata.annotations ?? {}).some((text) =>
        text === `row Retain ${namespace}/acme-data/acme`
      ),
  );
  const uid = (await namespaceOf(lab))?.metadata.uid;
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "data" });
  await until("acme-data to be gone", async () => await nodeOf(lab, "acme-data") === undefined);
  await formGone(lab, "data");
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  await until("acme-web to be gone", async () => await nodeOf(lab, "acme-web") === undefined);
  const kept = await namespaceOf(lab);
  assert.equal(kept?.metadata.uid, uid);
  assert.equal(kept?.metadata.labels?.["lynq.sh/orphaned"], "true");
  assert.deepEqual(claimsOf(kept), []);
  await objects.apply(tier(lab, "data"));
  await db.exec("UPDATE tenants SET active = 1 WHERE id = 'acme'");
  await Promise.all([nodeReady(lab, "acme-data"), nodeReady(lab, "acme-web")]);
  const back = await namespaceOf(lab);
  assert.equal(back?.metadata.uid, uid);
  assert.equal(back?.metadata.labels?.["lynq.sh/orphaned"], undefined);
  assert.equal(back?.metadata.annotations?.["lynq.sh/deletion-policy"], undefined);
  assert.equal(claimsOf(back).length, 2);
}

const LEDGER = (sharing: string) => `
  configMaps:
  - id: ledger
    ${sharing}
    spec: {apiVersion: v1, kind: ConfigMap, metadata: {name: ledger}, data: {kind: ledger}}
`;

/** Two nodes of different rows render the same object: the second is conflicted, and its end spares the object. */
async function secondIsConflicted(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  await objects.apply(form(lab, "ledger", LEDGER("")));
  await nodeReady(lab, "acme-ledger");
  await db.exec("INSERT INTO tenants VALUES ('beta', 1, 'small')");
  const { message } = await told(lab, {
    kind: "LynqNode",
    name: "beta-ledger",
    type: "Conflicted",
    status: "True",
    event: "ResourceConflict",
    says: /belongs to LynqNode/,
  });
  assert.match(message, new RegExp(`LynqNode ${namespace}/acme-ledger`));
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "ledger" };
  const before = await objects.get(which);
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'beta'");
  await until("beta-ledger to be gone", async () => await nodeOf(lab, "beta-ledger") === undefined);
  assert.deepEqual(await objects.get(which), before);
}

/** Whichever of the two goes, the other one has the object then. */
async function otherHasItThen(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "ledger" };
  const active = async (id: string, value: 0 | 1) =>
    await db.exec(`UPDATE tenants SET active = ${value} WHERE id = '${id}'`);
  for (const [first, second] of [["acme", "beta"], ["beta", "acme"]] as const) {
    const conflicted = { kind: "LynqNode", name: `${second}-ledger`, type: "Conflicted", status: "True" };
    await active(second, 1);
    await told(lab, { ...conflicted, event: "ResourceConflict", says: /belongs/ });
    await active(first, 0);
    await nodeReady(lab, `${second}-ledger`);
    assert.equal((await objects.get(which))?.metadata.labels?.["lynq.sh/node"], `${second}-ledger`);
  }
}

/** The same form says Shared: the object belongs to the nodes of all rows, and goes with the last. */
async function sharedOnDemand(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "ledger" };
  const claims = async () => claimsOf(await objects.get(which)).join();
  const uid = (await objects.get(which))?.metadata.uid;
  await objects.apply(form(lab, "ledger", LEDGER("sharing: Shared")));
  await db.exec("UPDATE tenants SET active = 1 WHERE id = 'beta'");
  const both = `${namespace}/acme-ledger/acme,${namespace}/beta-ledger/beta`;
  await until("both nodes to have a claim on it", async () => await claims() === both);
  await Promise.all([nodeReady(lab, "acme-ledger"), nodeReady(lab, "beta-ledger")]);
  // What the first one had for itself goes with a write behind the one of its claim.
  const seen = await until("nobody to have it for itself", async () => {
    const found = await objects.get(which);
    return found?.metadata.ownerReferences === undefined && !managersOf(found).includes("lynq") && found;
  });
  assert.equal(seen.metadata.uid, uid);
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'acme'");
  await until(
    "the first node's claim to be gone",
    async () => await claims() === `${namespace}/beta-ledger/beta`,
  );
  await until(
    "the labels to name the second node",
    async () => (await objects.get(which))?.metadata.labels?.["lynq.sh/node"] === "beta-ledger",
  );
  assert.equal((await objects.get(which))?.metadata.uid, uid);
  await objects.apply(form(lab, "ledger", LEDGER("")));
  await until("the second node to have it for itself", async () => {
    const own = await objects.get(which);
    return claimsOf(own).length === 0 && own?.metadata.ownerReferences?.length === 1 &&
      managersOf(own).join() === "lynq";
  });
  assert.equal((await objects.get(which))?.metadata.uid, uid);
  await db.exec("UPDATE tenants SET active = 0 WHERE id = 'beta'");
  await until("the object to be gone", async () => await objects.get(which) === undefined);
}

operatorTest(answer, "several nodes own one object together, or the first keeps it for itself", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(60) PRIMARY KEY, active INT, plan VARCHAR(60))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 1, 'small')");
  },
  steps: [
    { title: "nodes of one row share their Namespace, each under its own manager", run: shared },
    { title: "a restart writes nothing to it", run: restartWritesNothing },
    { title: "each node repairs its own part, its claim and the labels", run: repaired },
    { title: "the node that the labels name goes, and another takes its place", run: primaryGoes },
    { title: "of two nodes that go at once, one deletes the Namespace", run: lastDeletes },
    { title: "what one of them wants retained is kept, whoever goes last", run: retainWins },
    {
      title: "a second node of another row is conflicted, and its deletion spares the object",
      run: secondIsConflicted,
    },
    { title: "when one of them goes, the other one has the object", run: otherHasItThen },
    { title: "sharing: Shared lets nodes of any rows have one object", run: sharedOnDemand },
  ],
});
