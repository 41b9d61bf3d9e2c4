import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady, told } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const NODE = "acme-app";
const HUB = (lab: OperatorLab, mappings = "plan: plan, note: note") =>
  hub(lab, { name: "tenants" }).replace("{plan: plan}", `{${mappings}}`);

const RESOURCES = (more = "") => `
  secrets:
  - id: login
    nameTemplate: "{{ .uid }}-login"
    spec:
      apiVersion: v1
      kind: Secret
      stringData:
        password: "{{ randAlphaNum 32 }}"
        id: "{{ uuidv4 }}"
        hash: '{{ htpasswd "u" "p" }}'
        at: "{{ now | unixEpoch }}"
        key: '{{ genPrivateKey "ed25519" }}'
        plan: "{{ .plan }}"
  - id: tls
    nameTemplate: "{{ .uid }}-tls"
    spec:
      apiVersion: v1
      kind: Secret
      type: kubernetes.io/tls
      stringData: '{{ $c := genSelfSignedCert .uid nil nil 30 }}{{ dict "tls.crt" $c.Cert "tls.key" $c.Key | asValue }}'
  configMaps:
  - id: note
    nameTemplate: "{{ .uid }}-note"
    dependIds: [extra]
    spec: {apiVersion: v1, kind: ConfigMap, data: {note: "{{ .note }}", image: '{{ .deployImage | default "nginx" }}'${more}}}
  - id: extra
    nameTemplate: "{{ .uid }}-extra"
    includeWhen: '{{ eq .plan "pro" }}'
    spec: {apiVersion: v1, kind: ConfigMap, data: {extra: "yes"}}
`;

type Values = Readonly<Record<string, string>>;

const secretName = (lab: OperatorLab) => ({
  apiVersion: "v1",
  kind: "Secret",
  namespace: lab.namespace,
  name: "acme-login",
});
const configName = (lab: OperatorLab, name: string) => ({ ...secretName(lab), kind: "ConfigMap", name });

function valuesOf(object: KubeObject | undefined): Values {
  const data = (object?.["data"] ?? {}) as Values;
  return Object.fromEntries(
    Object.entries(data).map(([name, text]) => [name, Buffer.from(text, "base64").toString()]),
  );
}

async function login(lab: OperatorLab, like: (values: Values) => boolean): Promise<Values> {
  return await until("the login Secret to be as it should", async () => {
    const values = valuesOf(await lab.objects.get(secretName(lab)));
    return like(values) ? values : undefined;
  });
}

async function version(lab: OperatorLab): Promise<string | undefined> {
  return (await lab.objects.get(secretName(lab)))?.metadata.resourceVersion;
}

/** Waits until ConfigMaps have these values. */
async function configs(lab: OperatorLab, wanted: Readonly<Record<string, Values>>): Promise<void> {
  for (const [name, data] of Object.entries(wanted)) {
    await until(`${name} to have ${JSON.stringify(data)}`, async () => {
      const stored = (await lab.objects.get(configName(lab, name)))?.["data"] as Values | undefined;
      return Object.entries(data).every(([key, value]) => stored?.[key] === value);
    });
  }
}

async function events(lab: OperatorLab, reason: string): Promise<KubeObject[]> {
  const all = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
  return all.filter((event) => event["reason"] === reason);
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { db, objects } = lab;
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(20), plan VARCHAR(20), note VARCHAR(20), image VARCHAR(20), active VARCHAR(10))",
  );
  await db.exec(
    "INSERT INTO tenants VALUES ('acme', 'pro', 'one', 'httpd', '1'), ('beta', 'free', 'one', 'httpd', '1')",
  );
  await objects.apply(`${HUB(lab)}---${form(lab, "app", RESOURCES())}`);
  await nodeReady(lab, NODE);
  await nodeReady(lab, "beta-app");
}

async function made(lab: OperatorLab): Promise<void> {
  const values = await login(lab, ({ password }) => password !== undefined);
  assert.match(values["password"] ?? "", /^[A-Za-z0-9]{32}$/);
  assert.match(values["key"] ?? "", /^-----BEGIN PRIVATE KEY-----/);
  const other = valuesOf(await lab.objects.get({ ...secretName(lab), name: "beta-login" }));
  for (const name of ["password", "id", "hash", "key"]) assert.notEqual(other[name], values[name], name);
  const seed = await lab.objects.get({ ...secretName(lab), name: `${NODE}-lynq-seed` });
  const bytes = (seed?.["data"] as Values)["seed"] ?? "";
  assert.equal(Buffer.from(bytes, "base64").length, 32);
  const nodes = JSON.stringify(
    await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace }),
  );
  for (const secret of [bytes, values["password"] ?? "", values["id"] ?? ""]) {
    assert.ok(!nodes.includes(secret));
  }
  await until("each key to be told", async () => (await events(lab, "KeyGenerated")).length === 4);
}

async function stays(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  const before = await login(lab, () => true);
  const at = await version(lab);

  await lab.operator.stop();
  lab.operator = await lab.start();
  await objects.apply(form(lab, "app", RESOURCES(", more: edited")));
  await configs(lab, { "acme-note": { more: "edited" } });
  await db.exec("UPDATE tenants SET note = 'two' WHERE id = 'acme'");
  await configs(lab, { "acme-note": { note: "two" } });
  assert.equal(await version(lab), at, "neither a restart nor what the Secret doesn't read writes it");

  await objects.merge(secretName(lab), { data: { password: "eA==", at: "eA==", hash: null } });
  assert.deepEqual(await login(lab, ({ password }) => password === before["password"]), before);
  await objects.remove(secretName(lab));
  const again = await login(lab, ({ password }) => password !== undefined);
  assert.notEqual(again["key"], before["key"]);
  assert.deepEqual({ ...again, key: "" }, { ...before, key: "" });
  await until("the new key to be told", async () => (await events(lab, "KeyGenerated")).length === 5);
  await lab.operator.stop();
  await objects.merge({ apiVersion: API, kind: "LynqNode", namespace, name: NODE }, {
    status: { resources: null },
  }, "status");
  lab.operator = await lab.start();
  await until("the record to be back", async () => {
    const node = await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: NODE });
    return JSON.stringify(node?.["status"]).includes('"id":"login"');
  });
  const { password, key, id, hash } = await login(lab, () => true);
  assert.deepEqual({ password, key, id, hash }, {
    password: again["password"],
    key: again["key"],
    id: again["id"],
    hash: again["hash"],
  });
}

/** A certificate and its key are one value: they are kept together, and made together where one of them is gone. */
async function pairs(lab: OperatorLab): Promise<void> {
  const which = { ...secretName(lab), name: "acme-tls" };
  const pair = async (like: (values: Values) => boolean) =>
    await until("the pair to be as it should", async () => {
      const values = valuesOf(await lab.objects.get(which));
      return like(values) ? values : undefined;
    });
  const check = ({ "tls.crt": crt = "", "tls.key": key = "" }: Values) =>
    new X509Certificate(crt).checkPrivateKey(createPrivateKey(key));
  const before = await pair((values) => values["tls.key"] !== undefined);
  assert.ok(check(before));
  const label = "lynq.sh/bucket";
  await lab.objects.merge(which, { metadata: { labels: { [label]: null } }, data: { mine: "eA==" } });
  await until("the label to be back", async () => {
    return (await lab.objects.get(which))?.metadata.labels?.[label] !== undefined;
  });
  assert.deepEqual(await pair(() => true), { ...before, mine: "x" });
  await lab.objects.merge(which, { data: { "tls.key": "" } });
  const after = await pair((values) => values["tls.key"] !== "" && values["tls.key"] !== before["tls.key"]);
  assert.notEqual(after["tls.crt"], before["tls.crt"]);
  assert.ok(check(after));
  await until("the new pair to be told", async () => (await events(lab, "KeyGenerated")).length === 6);
}

async function ownRow(lab: OperatorLab): Promise<void> {
  const before = await login(lab, () => true);
  await configs(lab, { "acme-extra": { extra: "yes" } });
  await lab.db.exec("UPDATE tenants SET plan = 'free' WHERE id = 'acme'");
  const after = await login(lab, ({ plan }) => plan === "free");
  assert.deepEqual({ ...after, at: "", plan: "" }, { ...before, at: "", plan: "" });
  assert.ok(Number(after["at"]) >= Number(before["at"]));
}

async function included(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await until(
    "the extra to be gone",
    async () => await objects.get(configName(lab, "acme-extra")) === undefined,
  );
  const status = await until("the status to list it", async () => {
    const node = await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: NODE });
    const found = node?.["status"] as
      | { excludedResourceIds?: string[]; desiredResources?: number }
      | undefined;
    return found?.excludedResourceIds === undefined ? undefined : found;
  });
  assert.deepEqual([status.excludedResourceIds, status.desiredResources], [["extra"], 3]);
  await lab.db.exec("UPDATE tenants SET plan = 'pro' WHERE id = 'acme'");
  await configs(lab, { "acme-extra": { extra: "yes" } });
}

async function lostSeed(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const before = await login(lab, ({ plan }) => plan === "pro");
  await objects.remove({ ...secretName(lab), name: `${NODE}-lynq-seed` });
  await objects.merge(secretName(lab), { data: { plan: "eA==" } });
  assert.deepEqual(await login(lab, ({ plan }) => plan === "pro"), before);
  await until("the loss to be told", async () => (await events(lab, "SeedLost")).length === 1);
}

async function unknownVariable(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const edited = RESOURCES().replace('{{ .deployImage | default "nginx" }}', "{{ .deployImge }}");
  await objects.apply(form(lab, "app", edited));
  await told(lab, {
    kind: "LynqForm",
    name: "app",
    type: "Valid",
    status: "False",
    event: "UnknownVariable",
    says: /spec\.data\.image: unknown variable \.deployImge; hub tenants maps uid, .*note, plan: add it/,
  });
  await configs(lab, { "acme-note": { image: "nginx" } });
  assert.equal((await objects.list({ apiVersion: API, kind: "LynqNode", namespace })).length, 2);
  await objects.apply(HUB(lab, "plan: plan, note: note, deployImage: image"));
  await until("the form to tell the variable that is near", async () => {
    const stored = await objects.get({ apiVersion: API, kind: "LynqForm", namespace, name: "app" });
    return JSON.stringify(stored?.["status"]).includes("did you mean .deployImage; hub tenants maps");
  });
  await objects.apply(HUB(lab, "plan: plan, note: note, deployImage: image, deployImge: image"));
  await configs(lab, { "acme-note": { image: "httpd" } });
  await objects.apply(form(lab, "app", RESOURCES()));
  await objects.apply(HUB(lab, "plan: plan, note: note"));
  await configs(lab, { "acme-note": { image: "nginx" } });
}

operatorTest(
  answer,
  "values that are made stay, resources come and go by a column, and variables are those of the hub",
  {
    prepare,
    steps: [
      {
        title: "each node has random values and keys of its own, and none of them is in a status",
        run: made,
      },
      {
        title:
          "they stay over a restart, another resource's edit, another column, drift, deletion and a lost record",
        run: stays,
      },
      { title: "a certificate stays with its key", run: pairs },
      { title: "they stay when the row changes what the Secret reads", run: ownRow },
      { title: "a column takes a resource away and brings it back", run: included },
      { title: "a lost seed is told and changes nothing by itself", run: lostSeed },
      {
        title: "an unknown variable makes the form invalid until the hub maps it, and the nodes stay",
        run: unknownVariable,
      },
    ],
  },
);
