import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady, told } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const NODE = "acme-app";
const VALUES = `${NODE}-lynq-sensitive`;

const HUB = (lab: OperatorLab, sensitive: string) =>
  hub(lab, { name: "tenants", guard: false }).replace(
    "{plan: plan}",
    `{plan: plan, pin: pin}\n  ${sensitive}`,
  );

const RESOURCES = (open = "") => `
  secrets:
  - id: login
    nameTemplate: "{{ .uid }}-login"
    spec: {apiVersion: v1, kind: Secret, stringData: {pin: "{{ .pin }}", salted: '{{ .pin }}-{{ randAlphaNum 8 }}'}}
  configMaps:
  - id: plan
    nameTemplate: "{{ .uid }}-plan"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"${open}}}
`;

type Texts = Readonly<Record<string, string>>;
type Marked = { readonly part: string; readonly hashes: Texts };

async function find(lab: OperatorLab, kind: string, name: string): Promise<KubeObject | undefined> {
  const apiVersion = kind.startsWith("Lynq") ? API : "v1";
  return await lab.objects.get({ apiVersion, kind, namespace: lab.namespace, name });
}

async function sensitiveOf(lab: OperatorLab, name = NODE): Promise<Marked | undefined> {
  const spec = (await find(lab, "LynqNode", name))?.["spec"] as { sensitive?: Marked } | undefined;
  return spec?.sensitive;
}

async function pinOf(lab: OperatorLab): Promise<string> {
  const data = ((await find(lab, "Secret", "acme-login"))?.["data"] ?? {}) as Texts;
  return Buffer.from(data["pin"] ?? "", "base64").toString();
}

async function hasPin(lab: OperatorLab, pin: string): Promise<void> {
  await until(`the login to have another pin`, async () => await pinOf(lab) === pin);
}

/** Nothing is written for three seconds; what was until then, without statuses. */
async function settledWrites(lab: OperatorLab, audit: OperatorAudit): Promise<string[]> {
  for (let seen = -1;;) {
    const writes = await audit.writes();
    const own = writes.filter((write) => !/ status$/.test(write) && !/lease/.test(write));
    if (writes.length === seen) return own.sort();
    seen = writes.length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    if (lab.operator.lines.some((line) => line.includes("unhandled"))) throw new Error("unhandled");
  }
}

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec(
    "CREATE TABLE tenants (id VARCHAR(20), plan VARCHAR(20), pin VARCHAR(40), active VARCHAR(10))",
  );
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'pro', '4711', '1'), ('beta', 'pro', '4711', '1')");
  await lab.objects.apply(`${HUB(lab, "sensitive: [pin]")}---${form(lab, "app", RESOURCES())}`);
  await nodeReady(lab, NODE);
  await nodeReady(lab, "beta-app");
}

async function travels(lab: OperatorLab): Promise<void> {
  assert.equal(await pinOf(lab), "4711");
  const node = await find(lab, "LynqNode", NODE);
  const marked = await sensitiveOf(lab);
  assert.deepEqual(Object.keys(marked?.hashes ?? {}), ["pin"]);
  assert.match(marked?.hashes["pin"] ?? "", /^[0-9a-f]{32}$/);
  assert.ok(!JSON.stringify(node).includes("4711"));
  assert.notEqual((await sensitiveOf(lab, "beta-app"))?.hashes["pin"], marked?.hashes["pin"]);
  const values = await until("the values to go with the node", async () => {
    const found = await find(lab, "Secret", VALUES);
    return found?.metadata.ownerReferences?.some(({ kind }) => kind === "LynqNode") ? found : undefined;
  });
  const key = await find(lab, "Secret", "tenants-lynq-sensitive-key");
  assert.equal(values?.["type"], "lynq.sh/sensitive-values");
  assert.deepEqual(values?.metadata.ownerReferences?.map(({ uid }) => uid), [node?.metadata.uid]);
  assert.deepEqual(key?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`), [
    "LynqHub tenants",
  ]);
}

async function oneWriteEach(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await settledWrites(lab, audit);
  const before = await sensitiveOf(lab);
  await audit.restart();
  await lab.db.exec("UPDATE tenants SET pin = '4712' WHERE id = 'acme'");
  await hasPin(lab, "4712");
  assert.deepEqual(await settledWrites(lab, audit), [
    `patch lynqnodes/${NODE}`,
    `patch secrets/${VALUES}`,
    "patch secrets/acme-login",
  ]);
  const after = await sensitiveOf(lab);
  assert.deepEqual([before?.part, after?.part], ["a", "b"]);
  assert.notEqual(after?.hashes["pin"], before?.hashes["pin"]);
  await audit.restart();
  await lab.operator.stop();
  lab.operator = await lab.start();
  await nodeReady(lab, NODE);
  assert.deepEqual(await settledWrites(lab, audit), []);
  const read = (await audit.requests()).filter(({ verb, objectRef }) =>
    verb === "get" && objectRef?.name === VALUES
  );
  assert.deepEqual(read, [], "what is as it was is not rendered");
}

/** A Secret that is the hub's still, as a crash after the making of its node leaves it. */
async function givenAtStart(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  const { uid } = (await find(lab, "LynqHub", "tenants"))?.metadata ?? {};
  await lab.operator.stop();
  const owner = { apiVersion: API, kind: "LynqHub", name: "tenants", uid, controller: true };
  const metadata = { ownerReferences: [owner], labels: { "lynq.sh/sensitive-waiting": "tenants" } };
  await lab.objects.merge({ apiVersion: "v1", kind: "Secret", namespace: lab.namespace, name: VALUES }, {
    metadata,
  });
  await audit.restart();
  lab.operator = await lab.start();
  const node = await find(lab, "LynqNode", NODE);
  await until("the Secret to be the node's", async () => {
    const { ownerReferences = [] } = (await find(lab, "Secret", VALUES))?.metadata ?? {};
    return ownerReferences.length === 1 && ownerReferences[0]?.uid === node?.metadata.uid;
  });
  assert.deepEqual(await settledWrites(lab, audit), [`patch secrets/${VALUES}`]);
}

async function lostAndFound(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const of = { apiVersion: "v1", kind: "Secret", namespace };
  await objects.remove({ ...of, name: "tenants-lynq-sensitive-key" });
  await objects.remove({ ...of, name: VALUES });
  await objects.remove({ ...of, name: "acme-login" });
  await hasPin(lab, "4712");
  await until("the values to be there again", async () => await find(lab, "Secret", VALUES) !== undefined);
  await until(
    "the key to be there again",
    async () => await find(lab, "Secret", "tenants-lynq-sensitive-key") !== undefined,
  );
  // Half-written: the Secret is ahead of the node, in the part that the node does not speak of.
  const { part } = await until("node and Secret to speak of the same part", async () => {
    const marked = await sensitiveOf(lab);
    const data = ((await find(lab, "Secret", VALUES))?.["data"] ?? {}) as Texts;
    return marked !== undefined && data[marked.part] !== undefined ? marked : undefined;
  });
  const other = part === "a" ? "b" : "a";
  await objects.merge({ ...of, name: VALUES }, { data: { [other]: Buffer.from("{}").toString("base64") } });
  await objects.remove({ ...of, name: "acme-login" });
  await hasPin(lab, "4712");
  await lab.db.exec("UPDATE tenants SET pin = '4713' WHERE id = 'acme'");
  await hasPin(lab, "4713");
  await nodeReady(lab, NODE);
}

async function shownNowhere(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(
    form(lab, "app", RESOURCES().replace('"{{ .uid }}-plan"', '"{{ .uid }}-{{ .pin }}"')),
  );
  const of = { kind: "LynqForm", name: "app", type: "Valid" };
  await told(lab, {
    ...of,
    status: "False",
    event: "ValidationFailed",
    says: /nameTemplate: \.pin is sensitive/,
  });
  await lab.objects.apply(form(lab, "app", RESOURCES(', open: "{{ .pin }}"')));
  const says = /Template validation passed; .*spec\.data\.open: \.pin is sensitive, .*ConfigMap/;
  await told(lab, { ...of, status: "True", event: "SensitiveInOpen", says });
  await until(
    "the ConfigMap to have it",
    async () =>
      ((await find(lab, "ConfigMap", "acme-plan"))?.["data"] as Texts | undefined)?.["open"] === "4713",
  );
  const bad = HUB(lab, "sensitive: [uid]");
  await assert.rejects(lab.objects.apply(bad), /sensitive names/);
}

async function unmarked(lab: OperatorLab): Promise<void> {
  const which = { apiVersion: API, kind: "LynqHub", namespace: lab.namespace, name: "tenants" };
  await lab.objects.merge(which, { spec: { sensitive: null } });
  await until("the node to hold the value itself", async () => {
    const spec = (await find(lab, "LynqNode", NODE))?.["spec"] as { values: Texts; sensitive?: unknown };
    return spec.values["pin"] === "4713" && spec.sensitive === undefined;
  });
  await until("its Secret to be gone", async () => await find(lab, "Secret", VALUES) === undefined);
  await lab.objects.merge(which, { spec: { sensitive: ["pin"] } });
  await until("the node to hold a hash again", async () => {
    const spec = (await find(lab, "LynqNode", NODE))?.["spec"] as { values: Texts; sensitive?: unknown };
    return spec.values["pin"] === undefined && spec.sensitive !== undefined;
  });
  await lab.db.exec("DELETE FROM tenants WHERE id = 'acme'");
  await until(
    "node and Secret to be gone",
    async () =>
      await find(lab, "LynqNode", NODE) === undefined && await find(lab, "Secret", VALUES) === undefined,
  );
}

operatorTest(answer, "sensitive columns travel in Secrets", {
  prepare,
  steps: [
    {
      title: "the node holds a hash, its Secret the value, and children what they are rendered to",
      run: travels,
    },
    { title: "a change costs a write of the Secret and one of the node; a restart none", run: oneWriteEach },
    { title: "a Secret that a crash left with the hub is given to its node at the start", run: givenAtStart },
    { title: "lost Secrets are written again, and no half-written one is rendered", run: lostAndFound },
    { title: "a sensitive value names nothing, and an open use is told", run: shownNowhere },
    { title: "a variable may be unmarked and marked, and its Secret goes with the node", run: unmarked },
  ],
});
