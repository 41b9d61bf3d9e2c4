import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { freePort } from "../support/databases_process.ts";
import { accountToken, install, managerKubeconfig, shippedFlags } from "../support/installed_account.ts";
import { readMetrics } from "../support/metrics_reader.ts";
import { CHILD_KINDS, EVERY_KIND } from "../support/every_kind.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, told } from "../support/tenants.ts";

const answer = await requireControlPlane();
const ports = { metrics: freePort(), health: freePort() };
const RBAC = "rbac.authorization.k8s.io/v1";
const SYSTEM = "lynq-system";
const READER = "prometheus";

function at(lab: OperatorLab, [apiVersion, kind]: readonly [string, string], name = "acme") {
  return { apiVersion, kind, namespace: lab.namespace, name };
}

/** Objects of every kind, under this name; those that are gone or going are undefined. */
async function children(lab: OperatorLab): Promise<(KubeObject | undefined)[]> {
  const found = await Promise.all(CHILD_KINDS.map((kind) => lab.objects.get(at(lab, kind))));
  return found.map((object) => object?.metadata.deletionTimestamp === undefined ? object : undefined);
}

async function planOf(lab: OperatorLab, name: string): Promise<string | undefined> {
  const config = await lab.objects.get(at(lab, ["v1", "ConfigMap"], name));
  return (config?.["data"] as { plan?: string } | undefined)?.plan;
}

const CONFIGS = ["acme", "acme-merged", "acme-replaced", "acme-retained"];

async function plansAre(lab: OperatorLab, plan: string): Promise<void> {
  for (const name of CONFIGS) {
    await until(`${name} to hold ${plan}`, async () => await planOf(lab, name) === plan);
  }
}

async function createsEveryKind(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(form(lab, "kinds", EVERY_KIND) + "---" + hub(lab, { name: "tenants" }));
  await until(
    "a child of every kind",
    async () => (await children(lab)).every((child) => child !== undefined),
  );
  const home = { apiVersion: "v1", kind: "Namespace", name: "acme-rbac-home" };
  await until("the namespace", () => lab.objects.get(home));
  const revisions = { apiVersion: "apps/v1", kind: "ControllerRevision", namespace: lab.namespace };
  assert.notEqual((await lab.objects.list({ ...revisions, labelSelector: "lynq.sh/form=kinds" })).length, 0);
  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace: SYSTEM,
    name: "f2130106.lynq.sh",
  };
  assert.notEqual(await lab.objects.get(lease), undefined);
}

async function updates(lab: OperatorLab): Promise<void> {
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  await plansAre(lab, "two");
  await lab.objects.apply(form(lab, "kinds", EVERY_KIND.replaceAll("{{ .plan }}", "new-{{ .plan }}")));
  await plansAre(lab, "new-two");
  // Earlier content is a revision that is kept; it gets a new number.
  await lab.objects.apply(form(lab, "kinds", EVERY_KIND));
  await plansAre(lab, "two");
  await lab.objects.apply(form(lab, "kinds", EVERY_KIND.replaceAll("{{ .plan }}", "new-{{ .plan }}")));
  await plansAre(lab, "new-two");
}

async function repairs(lab: OperatorLab): Promise<void> {
  for (const name of CONFIGS) {
    await lab.objects.merge(at(lab, ["v1", "ConfigMap"], name), { data: { plan: "drifted" } });
  }
  await plansAre(lab, "new-two");
  const service = at(lab, ["v1", "Service"]);
  const before = (await lab.objects.get(service))?.metadata.uid;
  await lab.objects.remove(service);
  await until("the service to be made anew", async () => {
    const found = await lab.objects.get(service);
    return found !== undefined && found.metadata.uid !== before;
  });
}

async function deletes(lab: OperatorLab): Promise<void> {
  await lab.db.exec("DELETE FROM tenants");
  await until(
    "all children to be gone",
    async () => (await children(lab)).every((child) => child === undefined),
  );
  const node = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: lab.namespace };
  await until("the node to be gone", async () => (await lab.objects.list(node)).length === 0);
  await until("the event that tells so", async () => {
    const events = await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace });
    return events.some((event) => event["reason"] === "LynqNodeDeleted");
  });
  const retained = await lab.objects.get(at(lab, ["v1", "ConfigMap"], "acme-retained"));
  assert.equal(retained?.metadata.labels?.["lynq.sh/orphaned"], "true");
}

async function metricsForReaders(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${READER}, namespace: ${SYSTEM}}
---
apiVersion: ${RBAC}
kind: ClusterRoleBinding
metadata: {name: lynq-test-${READER}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: lynq-metrics-reader}
subjects: [{kind: ServiceAccount, name: ${READER}, namespace: ${SYSTEM}}]
`);
  assert.equal((await readMetrics(ports.metrics)).status, 401);
  assert.equal((await readMetrics(ports.metrics, await accountToken(lab.plane))).status, 403);
  const token = await accountToken(lab.plane, READER);
  // The API server acts by a binding a moment after it stored it, and a refusal is remembered for a while.
  const text = await until("the reader to be let in", async () => {
    const answer = await readMetrics(ports.metrics, token);
    return answer.status === 200 && answer.text;
  });
  const requests = text.split("\n").filter((line) => line.startsWith("rest_client_requests_total{"));
  assert.ok(
    requests.some((line) => /code="201",method="apply"/.test(line)),
    requests.join("\n"),
  );
  assert.deepEqual(requests.filter((line) => /code="40[13]"/.test(line)), []);
  for (const path of ["healthz", "readyz"]) {
    const probe = await fetch(`http://127.0.0.1:${ports.health}/${path}`);
    assert.equal(await probe.text(), "ok");
  }
  assert.deepEqual(lab.operator.lines.filter((line) => /forbidden/i.test(line)), []);
}

const GROUP = "rbac-case.lynq.test";
const TICKET = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tickets.${GROUP}}
spec:
  group: ${GROUP}
  scope: Namespaced
  names: {kind: Ticket, plural: tickets, singular: ticket, listKind: TicketList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {plan: {type: string}}}}}}
`;
const TICKETS = `
  manifests:
  - {id: ticket, nameTemplate: "{{ .uid }}", waitForReady: false,
     spec: {apiVersion: ${GROUP}/v1, kind: Ticket, spec: {plan: "{{ .plan }}"}}}
`;

async function kindIsToldAndGranted(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  await lab.db.exec("INSERT INTO tenants VALUES ('late', 'one', '1')");
  await objects.apply(form(lab, "tickets", TICKETS));
  const node = {
    kind: "LynqNode",
    name: "late-tickets",
    type: "Degraded",
    status: "True",
    event: "ApplyFailed",
  };
  await until("the kind to be missed", async () => {
    const found = await objects.get({ ...at(lab, ["operator.lynq.sh/v1", "LynqNode"], node.name) });
    return JSON.stringify(found?.["status"] ?? "").includes("serves no kind Ticket");
  });
  await objects.apply(TICKET);
  const { message } = await told(lab, { ...node, says: /forbidden|cannot/ });
  assert.match(message, new RegExp(`tickets\\.${GROUP}|resource "tickets"`));
  assert.match(message, /ClusterRole with the label lynq\.sh\/aggregate-to-manager=true/);
  await objects.apply(`
apiVersion: ${RBAC}
kind: ClusterRole
metadata: {name: lynq-test-tickets, labels: {lynq.sh/aggregate-to-manager: "true"}}
rules:
- {apiGroups: [${GROUP}], resources: [tickets], verbs: [get, list, watch, create, update, patch, delete]}
`);
  const ticket = at(lab, [`${GROUP}/v1`, "Ticket"], "late");
  await until("the ticket", () => objects.get(ticket));
  await lab.db.exec("DELETE FROM tenants");
  await until("the ticket to be gone", async () => await objects.get(ticket) === undefined);
  const refused = lab.operator.lines.filter((line) => /forbidden/i.test(line));
  // What the tests before left may still be on its way out: a namespace that ends takes nothing new.
  const others = refused.filter((line) => !line.includes("tickets") && !line.includes("being terminated"));
  assert.deepEqual(others, []);
}

async function stops(lab: OperatorLab): Promise<void> {
  assert.equal(await lab.operator.stop(), 0);
  assert.ok(!lab.operator.lines.some((line) => line.includes("Uncaught")));
  lab.operator = await lab.start();
}

operatorTest(answer, "the shipped account and flags are enough for the operator, and no more", {
  kubeconfig: async ({ plane, objects }) => {
    await install(objects);
    return await managerKubeconfig(plane);
  },
  flags: await shippedFlags(ports),
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
    await db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  },
  steps: [
    { title: "a row makes an object of every kind that the role names", run: createsEveryKind },
    { title: "a changed row and a changed form reach them", run: updates },
    { title: "what is changed or deleted by others is put back", run: repairs },
    { title: "a deleted row takes them away, and marks what is retained", run: deletes },
    { title: "metrics are for their readers, and no request was refused", run: metricsForReaders },
    {
      title: "a kind of one's own is told to lack rights, until a labelled ClusterRole grants them",
      run: kindIsToldAndGranted,
    },
    { title: "SIGTERM ends it with 0, and the lease is free for the next", run: stops },
  ],
});
