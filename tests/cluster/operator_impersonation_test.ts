import assert from "node:assert/strict";
import type { NodeStatus, ResourceRecord } from "../../src/api/node.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { actForAccountsOnly } from "../support/installed_account.ts";
import { type AuditedRequest, OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import {
  account,
  ALL,
  binding,
  impersonation,
  mayDo,
  namespaceOf,
  type Right,
  role,
} from "../support/tenant_accounts.ts";
import { CONFIG, form, hub } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const RBAC = "rbac.authorization.k8s.io/v1";

const SERVICE = `
  services:
  - {id: service, nameTemplate: "{{ .uid }}", waitForReady: false,
     spec: {apiVersion: v1, kind: Service, spec: {ports: [{port: 80}]}}}
`;

/** What no tenant may have: each is refused by the API server, but for the last, which is not asked for. */
const FORBIDDEN = (namespace: string) => `
  manifests:
  - {id: binding, nameTemplate: "lynq-test-${namespace}-{{ .uid }}", waitForReady: false,
     spec: {apiVersion: ${RBAC}, kind: ClusterRoleBinding,
       roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin},
       subjects: [{kind: ServiceAccount, name: tenant, namespace: ${namespace}}]}}
  - {id: pod, nameTemplate: "{{ .uid }}", waitForReady: false,
     spec: {apiVersion: v1, kind: Pod, spec: {serviceAccountName: second, containers: [{name: c, image: nginx}]}}}
  - {id: secret, nameTemplate: "lynq-test-${namespace}", targetNamespace: kube-system,
     spec: {apiVersion: v1, kind: Secret, stringData: {a: b}}}
  - {id: elsewhere, nameTemplate: "lynq-test-${namespace}", targetNamespace: kube-public,
     spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
`;

const at = ({ namespace }: OperatorLab, kind: string, name: string) => {
  const apiVersion = kind.startsWith("Lynq") ? API : kind === "RoleBinding" ? RBAC : "v1";
  return { apiVersion, kind, namespace, name };
};

const nodeOf = (lab: OperatorLab) => lab.objects.get(at(lab, "LynqNode", "acme-web"));

function recordIn(node: KubeObject | undefined, id: string): ResourceRecord | undefined {
  return (node?.["status"] as NodeStatus | undefined)?.resources?.find((record) => record.id === id);
}

/** Waits for a resource's state and message. */
async function says(lab: OperatorLab, id: string, wanted: RegExp): Promise<ResourceRecord> {
  return await until(`${id} to be ${wanted}`, async () => {
    const record = recordIn(await nodeOf(lab), id);
    const { state = "", reason = "", message = "" } = record ?? {};
    return wanted.test(`${state} ${reason} ${message}`) ? record : undefined;
  });
}

const gone = (lab: OperatorLab, kind: string, name: string) =>
  until(`${name} to be gone`, async () => await lab.objects.get(at(lab, kind, name)) === undefined);
const lost = (lab: OperatorLab, right: Right) =>
  until("the right to be gone", async () => !await mayDo(lab, right));
const userOf = ({ namespace }: OperatorLab, account: string) =>
  `system:serviceaccount:${namespace}:${account}`;

/** Requests about single ConfigMaps and Services of the lab: all but those of caches. */
async function aboutChildren(lab: OperatorLab, audit: OperatorAudit): Promise<AuditedRequest[]> {
  return (await audit.requests()).filter(({ verb, objectRef }) =>
    ["configmaps", "services"].includes(objectRef?.resource ?? "") && !["list", "watch"].includes(verb) &&
    objectRef?.namespace === lab.namespace
  );
}

const seen: { audit?: OperatorAudit } = {};

async function prepare(lab: OperatorLab): Promise<void> {
  const { db, objects } = lab;
  await actForAccountsOnly(objects);
  await db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await objects.apply(
    [...account(lab, "tenant", ALL), ...account(lab, "second", []), impersonation(lab)].join("\n---\n"),
  );
}

const tenantsHub = (lab: OperatorLab, account?: string) =>
  hub(lab, { name: "tenants" }) + (account === undefined ? "" : `  serviceAccountName: ${account}\n`);

async function writtenAsAccount(lab: OperatorLab): Promise<void> {
  const audit = seen.audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await lab.objects.apply(`${tenantsHub(lab, "tenant")}---${form(lab, "web", CONFIG + SERVICE)}`);
  await says(lab, "config", /^Ready/);
  await says(lab, "service", /^Ready/);
  const config = at(lab, "ConfigMap", "acme-config");
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  const plan = async () => ((await lab.objects.get(config))?.["data"] as { plan?: string } | undefined)?.plan;
  await until("the row's change", async () => await plan() === "two");
  await lab.objects.merge(config, { data: { plan: "drifted" } });
  await until("what somebody changed to be put back", async () => await plan() === "two");
  const asked = await until("the four writes to be in the audit log", async () => {
    const all = await aboutChildren(lab, audit);
    return all.length >= 4 ? all : undefined;
  });
  for (const { impersonatedUser } of asked) {
    assert.equal(impersonatedUser?.username, userOf(lab, "tenant"));
    assert.deepEqual(impersonatedUser.groups?.toSorted(), [
      "system:authenticated",
      "system:serviceaccounts",
      `system:serviceaccounts:${lab.namespace}`,
    ]);
  }
  const own = (await audit.requests()).filter(({ objectRef }) => objectRef?.resource === "lynqnodes");
  assert.ok(own.length > 0);
  assert.deepEqual(own.flatMap(({ impersonatedUser }) => impersonatedUser ?? []), []);
}

async function refused(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(form(lab, "web", CONFIG + SERVICE + FORBIDDEN(namespace)));
  const cannot = (resource: string) =>
    new RegExp(`^Failed ApplyFailed .*User "${userOf(lab, "tenant")}" cannot \\w+ resource "${resource}"`);
  const { message: bound } = await says(lab, "binding", cannot("clusterrolebindings"));
  assert.match(
    bound ?? "",
    /kubectl create clusterrole lynq-clusterrolebindings\.rbac\.authorization\.k8s\.io /,
  );
  const { message: pod } = await says(lab, "pod", cannot("pods"));
  assert.match(
    pod ?? "",
    new RegExp(`kubectl create role lynq-pods -n ${namespace} --verb=get,create,.* && .*`),
  );
  await says(lab, "secret", cannot("secrets"));
  await says(lab, "elsewhere", /^Failed NamespaceNotAllowed .*--target-namespaces=lab-\*,kube-system/);
  assert.equal(
    await objects.get({ ...at(lab, "Secret", `lynq-test-${namespace}`), namespace: "kube-system" }),
    undefined,
  );
  const audit = await seen.audit?.requests() ?? [];
  assert.deepEqual(
    audit.filter(({ objectRef, verb }) => objectRef?.namespace === "kube-public" && verb !== "watch"),
    [],
  );
  for (const id of ["config", "service"]) assert.equal(recordIn(await nodeOf(lab), id)?.state, "Ready");
  await objects.apply(form(lab, "web", CONFIG + SERVICE));
  await until("the node to be well again", async () => {
    const { resources = [] } = ((await nodeOf(lab))?.["status"] ?? {}) as NodeStatus;
    return resources.length === 2 && resources.every(({ state }) => state === "Ready");
  });
}

async function accountChanges(lab: OperatorLab): Promise<void> {
  const audit = seen.audit = new OperatorAudit(lab.plane);
  await audit.restart();
  const config = at(lab, "ConfigMap", "acme-config");
  const before = (await lab.objects.get(config))?.metadata.resourceVersion;
  await lab.objects.merge(at(lab, "LynqHub", "tenants"), { spec: { serviceAccountName: "second" } });
  const second = new RegExp(
    `^Failed ApplyFailed .*User "${userOf(lab, "second")}" cannot patch resource "configmaps"`,
  );
  await says(lab, "config", second);
  assert.equal((await says(lab, "service", /^Ready/)).account, "second");
  await lab.objects.apply(role(lab, "second", ALL));
  assert.equal((await says(lab, "config", /^Ready/)).account, "second");
  assert.equal((await lab.objects.get(config))?.metadata.resourceVersion, before);
  const asked = await aboutChildren(lab, audit);
  assert.ok(asked.every(({ requestURI }) => requestURI.includes("dryRun=All")), "something was written");
  assert.ok(asked.some(({ impersonatedUser }) => impersonatedUser?.username === userOf(lab, "second")));
}

async function mayNotImpersonate(lab: OperatorLab): Promise<void> {
  await lab.objects.remove(at(lab, "RoleBinding", "lynq-impersonation"));
  const manager = { home: "lynq-system", account: "lynq-controller-manager" };
  await lost(lab, { ...manager, verb: "impersonate", resource: "serviceaccounts" });
  await lab.objects.merge(at(lab, "LynqHub", "tenants"), { spec: { serviceAccountName: "tenant" } });
  const remedy = `kubectl create rolebinding lynq-impersonation -n ${lab.namespace} `;
  await says(lab, "config", new RegExp(`cannot impersonate resource .*${remedy}`));
  await lab.objects.apply(impersonation(lab));
  await says(lab, "config", /^Ready/);
}

/** The account lacks the right to delete, and the hub is gone before it has it. */
async function finalized(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const audit = seen.audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await objects.apply(role(lab, "tenant", ["get", "create", "patch"]));
  await lost(lab, { account: "tenant", verb: "delete", resource: "configmaps" });
  await lab.db.exec("DELETE FROM tenants");
  await says(
    lab,
    "config",
    /^Deleting DeletionFailed .*cannot delete resource "configmaps".*kubectl create role /,
  );
  const node = await nodeOf(lab);
  const { conditions = [] } = (node?.["status"] ?? {}) as NodeStatus;
  const ready = conditions.find(({ type }) => type === "Ready");
  assert.deepEqual([ready?.status, ready?.reason], ["False", "DeletionFailed"]);
  assert.match(ready?.message ?? "", /cannot delete resource "configmaps"/);
  assert.notEqual(node?.metadata.finalizers?.length ?? 0, 0);
  await gone(lab, "Service", "acme");
  await objects.remove(at(lab, "LynqHub", "tenants"));
  await objects.merge(at(lab, "LynqHub", "tenants"), { metadata: { finalizers: null } });
  await objects.apply(role(lab, "tenant", ALL));
  await gone(lab, "LynqNode", "acme-web");
  assert.equal(await objects.get(at(lab, "ConfigMap", "acme-config")), undefined);
  const deletes = (await aboutChildren(lab, audit)).filter(({ verb }) => verb === "delete");
  assert.deepEqual(
    [...new Set(deletes.map(({ impersonatedUser }) => impersonatedUser?.username))],
    [userOf(lab, "tenant")],
  );
}

async function standardAccount(lab: OperatorLab): Promise<void> {
  await lab.operator.stop();
  lab.operator = await lab.start(["--default-service-account=tenant"]);
  const audit = seen.audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(tenantsHub(lab));
  assert.equal((await says(lab, "config", /^Ready/)).account, "tenant");
  await says(lab, "service", /^Ready/);
  assert.equal(
    ((await nodeOf(lab))?.["spec"] as { serviceAccountName?: string }).serviceAccountName,
    undefined,
  );
  await lab.db.exec("DELETE FROM tenants");
  await gone(lab, "LynqNode", "acme-web");
  const users = (await aboutChildren(lab, audit)).map(({ impersonatedUser }) => impersonatedUser?.username);
  assert.ok(users.length >= 4);
  assert.deepEqual([...new Set(users)], [userOf(lab, "tenant")]);
}

/** Hub, account and rights go with their namespace, in whatever order. */
async function groundGoes(lab: OperatorLab): Promise<void> {
  const { objects, db } = lab;
  const there = { ...lab, namespace: `${lab.namespace}-gone` };
  const { namespace } = there;
  await db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await objects.apply([
    namespaceOf(there),
    ...account(there, "tenant", ALL),
    binding(lab, { name: "guest", kind: "Role", role: "tenant", account: { namespace, name: "tenant" } }),
    impersonation(there),
    tenantsHub(there, "tenant"),
    form(
      there,
      "web",
      `${CONFIG}  - {id: far, nameTemplate: far, targetNamespace: ${lab.namespace}, spec: {apiVersion: v1, kind: ConfigMap}}\n`,
    ),
  ].join("\n---\n"));
  await says(there, "far", /^Ready/);
  await says(there, "config", /^Ready/);
  const home = { apiVersion: "v1", kind: "Namespace", name: namespace };
  await objects.remove(home);
  await until("the namespace to be gone", async () => await objects.get(home) === undefined);
  const left = await objects.get(at(lab, "ConfigMap", "far"));
  assert.equal(left?.metadata.labels?.["lynq.sh/orphaned"], "true");
}

operatorTest(answer, "resources are handled with the rights of the hub's account, and no others", {
  flags: ["--target-namespaces=lab-*,kube-system"],
  kinds: [
    { group: "rbac.authorization.k8s.io", plurals: ["clusterrolebindings"] },
    { group: "", plurals: ["pods"] },
  ],
  prepare,
  steps: [
    {
      title: "each request about a resource is the account's, with its groups; the node is the operator's",
      run: writtenAsAccount,
    },
    {
      title: "what the account may not do fails with the server's answer, and harms no other resource",
      run: refused,
    },
    { title: "another account is tried on each object, and nothing is written for it", run: accountChanges },
    {
      title: "an account that the operator may not act for is told with the binding that lets it",
      run: mayNotImpersonate,
    },
    {
      title: "a delete that is refused keeps the node and says so; the account is known without the hub",
      run: finalized,
    },
    { title: "a hub without account has that of the flag", run: standardAccount },
    {
      title: "a namespace that goes with hub, account and rights is not held up, and what is elsewhere stays",
      run: groundGoes,
    },
  ],
});
