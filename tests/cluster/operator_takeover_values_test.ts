import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parse } from "yaml";
import type { NodeStatus } from "../../src/api/node.ts";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until, type Which } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { handNode, writeByHand } from "../support/former_by_hand.ts";
import { FormerCluster, type FormerNode } from "../support/former_cluster.ts";
import { installKinds, type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const ADMISSION = "admissionregistration.k8s.io/v1";

type Values = Readonly<Record<string, string>>;

/** What the Go implementation had rolled. */
const LOGIN: Values = {
  password: "rolled-by-go",
  id: "c2f0a1de-0000-4000-8000-000000000001",
  at: "1700000000",
  plan: "pro",
};
const TOKEN: Values = { token: "merged-by-go", plan: "pro" };

const secrets = (password: string, more: string) => `
  secrets:
  - id: login
    nameTemplate: "{{ .uid }}-login"
    ${more}
    spec:
      apiVersion: v1
      kind: Secret
      stringData: {password: "${password}", id: "{{ uuidv4 }}", at: "{{ now | unixEpoch }}", plan: "{{ .plan }}"}
  configMaps:
  - id: token
    nameTemplate: "{{ .uid }}-token"
    patchStrategy: merge
    spec: {apiVersion: v1, kind: ConfigMap, data: {token: "{{ randAlphaNum 16 }}", plan: "{{ .plan }}"}}
`;

const web = (lab: OperatorLab, password = "{{ randAlphaNum 24 }}", more = "") =>
  form(lab, "web", secrets(password, more));

function tenant(lab: OperatorLab): FormerNode {
  const { namespace } = lab;
  const { spec: { hubId: _, ...arrays } } = parse(
    web(lab).replaceAll('nameTemplate: "{{ .uid }}', 'nameTemplate: "acme'),
  ) as { spec: Record<string, unknown> };
  const object = (kind: string, name: string, rest: object): KubeObject => {
    return { apiVersion: "v1", kind, metadata: { name, namespace }, ...rest };
  };
  return {
    ...{ namespace, hub: "tenants", form: "web", uid: "acme", extra: { plan: "pro" }, arrays },
    children: [
      { object: object("Secret", "acme-login", { stringData: LOGIN }) },
      { object: object("ConfigMap", "acme-token", { data: TOKEN }), strategy: "merge" },
    ],
    appliedResources: [`Secret/${namespace}/acme-login@login`, `ConfigMap/${namespace}/acme-token@token`],
  };
}

const login = ({ namespace }: OperatorLab): Which => {
  return { apiVersion: "v1", kind: "Secret", namespace, name: "acme-login" };
};
const token = (lab: OperatorLab): Which => ({ ...login(lab), kind: "ConfigMap", name: "acme-token" });
const node = ({ namespace }: OperatorLab): Which => {
  return { apiVersion: API, kind: "LynqNode", namespace, name: "acme-web" };
};

async function values(lab: OperatorLab): Promise<Values> {
  const data = ((await lab.objects.get(login(lab)))?.["data"] ?? {}) as Values;
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]),
  );
}

async function tokens(lab: OperatorLab): Promise<unknown> {
  return (await lab.objects.get(token(lab)))?.["data"];
}

/** Both objects become as they should: all that the Go implementation rolled, and this plan. */
async function become(lab: OperatorLab, plan: string): Promise<void> {
  await until(`both objects to have the plan ${plan}`, async () => {
    const [{ plan: one }, two] = [await values(lab), await tokens(lab)];
    return one === plan && (two as Values | undefined)?.["plan"] === plan;
  });
  const { at, ...rest } = await values(lab);
  const { at: then, ...rolled } = LOGIN;
  assert.deepEqual(rest, { ...rolled, plan });
  assert.deepEqual(await tokens(lab), { ...TOKEN, plan });
  if (plan === LOGIN["plan"]) assert.equal(at, then);
}

const policyName = (lab: OperatorLab) => `no-record-${lab.namespace}`;

/** Nothing is recorded any more: whoever wants to store the status of the node is refused. */
async function refuseRecords(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const name = policyName(lab);
  await objects.apply(`
apiVersion: ${ADMISSION}
kind: ValidatingAdmissionPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [operator.lynq.sh], apiVersions: ["*"], operations: [UPDATE], resources: [lynqnodes/status]}
  validations:
  - {expression: "object.metadata.namespace != '${namespace}'", message: "not now"}
---
apiVersion: ${ADMISSION}
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${name}}
spec: {policyName: ${name}, validationActions: [Deny]}
`);
  await until("the policy to be in force", async () => {
    const status = { observedGeneration: Date.now() % 1_000_000 };
    return await lab.objects.merge(node(lab), { status }, "status").then(() => false, () => true);
  });
}

async function allowRecords({ objects, namespace }: OperatorLab): Promise<void> {
  const name = `no-record-${namespace}`;
  for (const kind of ["ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"]) {
    await objects.remove({ apiVersion: ADMISSION, kind, name });
  }
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { plane, objects, db } = lab;
  await lab.operator.stop();
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(30) PRIMARY KEY, plan VARCHAR(30), active INT); " +
      "INSERT INTO tenants VALUES ('acme', 'pro', 1)",
  );
  const client = createKubeClient(plane.credentials("admin"));
  try {
    const former = new FormerCluster(client);
    await former.installKinds();
    await former.writeHubAndForm({ hub: hub(lab, { name: "tenants" }), form: web(lab) });
    await former.writeNode(tenant(lab));
    await writeByHand(former, { namespace: lab.namespace, password: LOGIN["password"] ?? "" });
  } finally {
    client.close();
  }
  await installKinds(objects);
}

const hand = (lab: OperatorLab): Which => ({ ...node(lab), name: "hand" });
const handFirst = (lab: OperatorLab): Which => ({ ...login(lab), name: "hand-first" });
const handKept = (lab: OperatorLab): Which => {
  return { ...login(lab), namespace: `hand-${lab.namespace}`, name: "hand-kept" };
};

/** The node goes and comes back: what it left behind has the value that it had, and the seed's Secret still knows it. */
async function byHand(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const password = Buffer.from(LOGIN["password"] ?? "").toString("base64");
  const stored = async (which: Which) => ((await objects.get(which))?.["data"] as Values)?.["password"];
  const repaired = async () => {
    await objects.merge(handKept(lab), { data: { password: "eA==" } });
    await until("the password to be back", async () => await stored(handKept(lab)) === password);
  };
  const gone = (which: Which) =>
    until(`${which.name} to be gone`, async () => await objects.get(which) === undefined);
  await nodeReady(lab, "hand");
  assert.deepEqual([await stored(handKept(lab)), await stored(handFirst(lab))], [password, password]);
  await repaired();
  await objects.remove(hand(lab));
  await gone(hand(lab));
  await gone(handFirst(lab));
  assert.equal((await objects.get(handKept(lab)))?.metadata.labels?.["lynq.sh/orphaned"], "true");
  await objects.apply(JSON.stringify(handNode(lab.namespace)));
  await nodeReady(lab, "hand");
  assert.equal((await objects.get(handKept(lab)))?.metadata.labels?.["lynq.sh/orphaned"], undefined);
  assert.equal(await stored(handKept(lab)), password);
  await repaired();
  await objects.remove(hand(lab));
  await gone(hand(lab));
}

const ours = (object: KubeObject | undefined) => object?.metadata.labels?.["lynq.sh/node"] === "acme-web";

/** Seed, objects and no record: the passes fail one after the other, and the process dies in between. */
async function killed(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await refuseRecords(lab);
  for (let run = 0; run < 2; run++) {
    lab.operator = await lab.start();
    await until("both objects to be taken over, and again", async () => {
      const failures = lab.operator.lines.filter((line) => line.includes("not now")).length;
      const all = [await objects.get(login(lab)), await objects.get(token(lab))];
      return failures > 1 && all.every(ours);
    });
    await lab.operator.kill();
    await become(lab, "pro");
  }
  const { resources } = (await objects.get(node(lab)))?.["status"] as NodeStatus;
  assert.equal(resources, undefined);
  await allowRecords(lab);
  lab.operator = await lab.start();
  await until("acme-web to be taken over", async () => {
    const { resources = [] } = (await nodeReady(lab, "acme-web"))["status"] as NodeStatus;
    return resources.length === 2;
  });
  await become(lab, "pro");
}

async function secret(lab: OperatorLab): Promise<void> {
  const stored = await lab.objects.get({ ...login(lab), name: "acme-web-lynq-seed" });
  assert.deepEqual(Object.keys(stored?.["data"] as object).sort(), ["kept.login", "kept.token", "seed"]);
  const events = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
  const told = JSON.stringify([await lab.objects.get(node(lab)), events, lab.operator.lines]);
  for (const value of [LOGIN["password"], LOGIN["id"], TOKEN["token"]]) assert(!told.includes(value ?? ""));
}

async function repaired(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await lab.operator.stop();
  await objects.merge(login(lab), { data: { plan: "eA==" } });
  await objects.merge(token(lab), { data: { plan: "x" } });
  lab.operator = await lab.start();
  await become(lab, "pro");
  await objects.merge(login(lab), { data: { password: "eA==", plan: "eA==" } });
  await become(lab, "pro");
  await objects.remove(login(lab));
  await objects.remove(token(lab));
  await become(lab, "pro");
}

async function changed(lab: OperatorLab): Promise<void> {
  await lab.db.exec("UPDATE tenants SET plan = 'free' WHERE id = 'acme'");
  await become(lab, "free");
  await lab.objects.apply(web(lab, undefined, "labelsTemplate: {tier: gold}"));
  await until("the label", async () => {
    return (await lab.objects.get(login(lab)))?.metadata.labels?.["tier"] === "gold";
  });
  await become(lab, "free");
}

/** Before the way back: what is created once by both is left alone by both. */
async function once(lab: OperatorLab): Promise<void> {
  const { at: _, ...before } = await values(lab);
  await lab.objects.apply(web(lab, "{{ randAlphaNum 30 }}", "creationPolicy: Once"));
  await until("the mark", async () => {
    const { annotations = {} } = (await lab.objects.get(login(lab)))?.metadata ?? {};
    return annotations["lynq.sh/created-once"] === "true";
  });
  const { at: __, ...after } = await values(lab);
  assert.deepEqual(after, before);
}

async function template(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(web(lab, "{{ randAlphaNum 30 }}"));
  const after = await until("a password of the new template", async () => {
    const found = await values(lab);
    return /^[A-Za-z0-9]{30}$/.test(found["password"] ?? "") ? found : undefined;
  });
  assert.equal(after["id"], LOGIN["id"]);
}

operatorTest(
  answer,
  "random values and times that the Go implementation had rolled stay after the move",
  {
    prepare,
    steps: [
      { title: "passes that fail and a process that dies before its record rotate nothing", run: killed },
      { title: "the values are in the seed's Secret, and nowhere else that we write", run: secret },
      { title: "a restart, repairs and deletions give them back", run: repaired },
      { title: "a change of the row and of the rest of the entry leaves them", run: changed },
      {
        title: "a field whose own template changes gets a value of the seed, and the others stay",
        run: template,
      },
      { title: "Once marks the object and changes none of its random values", run: once },
      { title: "a node that a person wrote keeps them over its own end and return", run: byHand },
    ],
  },
);
