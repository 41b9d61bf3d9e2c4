import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { HUB } from "../../src/operator/kinds.ts";
import { until } from "../support/cluster_objects.ts";
import { type ControlPlane, requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();

const ID = crypto.randomUUID().slice(0, 8);
/** The operator keeps to A and B, and has rights nowhere else. */
const [A, B, C] = [`team-a-${ID}`, `team-b-${ID}`, `team-c-${ID}`];
const FLAGS = [`--namespaces=${A},${B}`, "--leader-elect", `--leader-election-namespace=${A}`];
const API = "operator.lynq.sh/v1";

/** What a namespaced operator needs: nothing of it is a ClusterRole. */
const ROLE = `
- {apiGroups: [operator.lynq.sh], resources: [lynqhubs, lynqforms, lynqnodes], verbs: [get, list, watch, create, update, patch, delete]}
- {apiGroups: [operator.lynq.sh], resources: [lynqhubs/status, lynqforms/status, lynqnodes/status], verbs: [patch]}
- {apiGroups: [operator.lynq.sh], resources: [lynqhubs/finalizers, lynqforms/finalizers, lynqnodes/finalizers], verbs: [update]}
- {apiGroups: [apps], resources: [controllerrevisions], verbs: [get, list, watch, create, patch, delete]}
- {apiGroups: [""], resources: [configmaps], verbs: [get, list, watch, create, patch, delete]}
- {apiGroups: [""], resources: [secrets], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}
`;

function teams(password: string): string {
  const granted = [A, B].map((namespace) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: lynq, namespace: ${namespace}}
rules: ${ROLE}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: lynq, namespace: ${namespace}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: lynq}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: plain}]
`);
  const secrets = [A, B, C].map((namespace) =>
    `{apiVersion: v1, kind: Secret, metadata: {name: db, namespace: ${namespace}}, stringData: {password: ${
      JSON.stringify(password)
    }}}`
  );
  return [...granted, ...secrets].join("\n---\n");
}

/** The API server acts by Roles a moment after it stored them; those of B came last. */
async function rolesInForce(plane: ControlPlane): Promise<void> {
  const client = createKubeClient(plane.credentials("plain"));
  try {
    await until("the Roles to be in force", () => Array.fromAsync(client.list({ type: HUB, namespace: B })));
  } finally {
    client.close();
  }
}

const at = (lab: OperatorLab, namespace: string): OperatorLab => ({ ...lab, namespace });

const CONFIG = `
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-config", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`;

function nodeOf(lab: OperatorLab, namespace: string, name: string): Promise<KubeObject | undefined> {
  return lab.objects.get({ apiVersion: API, kind: "LynqNode", namespace, name });
}

interface NodeSays {
  readonly conditions?: readonly { type: string; status: string; message: string }[];
  readonly resources?: readonly { id: string; reason?: string; message?: string }[];
}

async function ready(lab: OperatorLab, namespace: string, name: string): Promise<void> {
  await until(`${namespace}/${name} to be Ready`, async () => {
    const { conditions = [] } = ((await nodeOf(lab, namespace, name))?.["status"] ?? {}) as NodeSays;
    return conditions.some(({ type, status }) => type === "Ready" && status === "True");
  });
}

function config(lab: OperatorLab, namespace: string, name: string): Promise<KubeObject | undefined> {
  return lab.objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
}

async function works(lab: OperatorLab): Promise<void> {
  for (const namespace of [A, B, C]) {
    const here = at(lab, namespace);
    await lab.objects.apply([form(here, "web", CONFIG), hub(here, { name: "tenants" })].join("---"));
  }
  for (const namespace of [A, B]) await ready(lab, namespace, "acme-web");
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace: B, name: "acme-config" };
  await lab.objects.merge(which, { data: { plan: "edited" } });
  await until(
    "the edit to be repaired",
    async () => ((await config(lab, B, "acme-config"))?.["data"] as { plan?: string }).plan === "pro",
  );
  await lab.objects.remove(which);
  await until("the object to be made anew", () => config(lab, B, "acme-config"));
}

/** A hub elsewhere is nobody's business here: it is not even told so, since that would be a write there. */
async function elsewhere(lab: OperatorLab): Promise<void> {
  const hubs = { apiVersion: API, kind: "LynqHub", namespace: C, name: "tenants" };
  const untouched = await lab.objects.get(hubs);
  assert.deepEqual([untouched?.metadata.finalizers, untouched?.["status"]], [undefined, undefined]);
  assert.deepEqual(await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: C }), []);
}

/** Another namespace of the list may be a target; one that is not, and what has no namespace, are refused with the flag. */
async function targets(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(form(
    at(lab, A),
    "wide",
    `
  configMaps:
  - {id: near, nameTemplate: "{{ .uid }}-near", targetNamespace: ${B}, spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
  - {id: far, nameTemplate: "{{ .uid }}-far", targetNamespace: ${C}, spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
  namespaces:
  - {id: home, nameTemplate: "${A}-{{ .uid }}", spec: {apiVersion: v1, kind: Namespace}}
`,
  ));
  await until("the object in the other namespace", () => config(lab, B, "acme-near"));
  const says = await until("what is outside to be told", async () => {
    const { resources = [], conditions = [] } =
      ((await nodeOf(lab, A, "acme-wide"))?.["status"] ?? {}) as NodeSays;
    const outside = resources.filter(({ reason }) => reason === "OutsideNamespaces");
    return outside.length === 2 ? { outside, conditions } : undefined;
  });
  assert.deepEqual(says.outside.map(({ id }) => id).toSorted(), ["far", "home"]);
  assert.ok(says.outside.every(({ message = "" }) => message.includes(`--namespaces=${A},${B}`)));
  const condition = says.conditions.find(({ type }) => type === "Ready");
  assert.equal(condition?.status, "False");
  assert.ok(condition.message.includes("--namespaces"), condition.message);
  assert.equal(await config(lab, C, "acme-far"), undefined);
}

async function goes(lab: OperatorLab): Promise<void> {
  await lab.db.exec("UPDATE tenants SET active = 0");
  for (const namespace of [A, B]) {
    await until(
      `the nodes of ${namespace} to go`,
      async () => (await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace })).length === 0,
    );
    assert.equal(await config(lab, namespace, "acme-config"), undefined);
    await lab.objects.remove({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" });
    await until(
      "the hub to go",
      async () =>
        await lab.objects.get({ apiVersion: API, kind: "LynqHub", namespace, name: "tenants" }) === undefined,
    );
  }
  assert.equal(await config(lab, B, "acme-near"), undefined);
  const denied = lab.operator.lines.filter((line) => line.includes("forbidden"));
  assert.deepEqual(denied, [], "nothing was asked for that a Role does not give");
}

operatorTest(answer, "an operator that keeps to some namespaces needs rights in these only", {
  flags: FLAGS,
  kubeconfig: async ({ plane, objects }) => {
    for (const name of [A, B, C]) {
      await objects.apply(`{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`);
    }
    await objects.apply(teams(""));
    await rolesInForce(plane);
    return await plane.kubeconfig("plain");
  },
  prepare: async ({ db, objects }) => {
    await objects.apply(teams(db.password));
    await db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 'pro', 1)");
  },
  steps: [
    { title: "rows come up and are repaired in each of them", run: works },
    { title: "what is in another namespace is left alone", run: elsewhere },
    { title: "what a form wants elsewhere is refused, and the flag is named", run: targets },
    { title: "rows and hubs go", run: goes },
  ],
});
