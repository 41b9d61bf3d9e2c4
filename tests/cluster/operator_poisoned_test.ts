import assert from "node:assert/strict";
import type { NodeStatus } from "../../src/api/node.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { type AuditedRequest, OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const NODES = 200;
const POISONED = "t100";

/** A way for one node to fail: what its row gets, and what its status then says. */
interface Poison {
  readonly name: string;
  readonly row: string;
  readonly says: RegExp;
  /** Whether its next two tries are counted. */
  readonly counts: boolean;
}

const POISONS: readonly Poison[] = [
  { name: "template", row: "port = 'many'", says: /TemplateRenderError/, counts: false },
  { name: "policy", row: "plan = 'forbidden'", says: /such a plan may not run here/, counts: true },
  { name: "namespace", row: "home = 'nowhere-to-be-found'", says: /NamespaceMissing/, counts: false },
  { name: "webhook", row: "plan = 'hanging'", says: /webhook/, counts: true },
  { name: "invalid", row: "port = '99999'", says: /spec\.ports\[0\]\.port/, counts: false },
];

function hub(lab: OperatorLab, name: string): string {
  return mysqlHub(lab, { name, table: name, variables: "plan: plan, port: port, home: home" });
}

function form(namespace: string): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: tenants
  configMaps:
  - id: config
    nameTemplate: "{{ .uid }}-config"
    targetNamespace: "{{ .home }}"
    spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}
  services:
  - id: svc
    nameTemplate: "{{ .uid }}-svc"
    dependIds: [config]
    spec: {apiVersion: v1, kind: Service, spec: {clusterIP: None, ports: [{port: "{{ .port | int }}"}]}}
`;
}

/** One node with more objects than the operator writes at once. */
function wideForm(namespace: string): string {
  const entry = (n: number) =>
    `  - {id: m${n}, nameTemplate: "{{ .uid }}-${n}", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}`;
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: wide, namespace: ${namespace}}
spec:
  hubId: wide
  configMaps:
${Array.from({ length: 60 }, (_, n) => entry(n)).join("\n")}
`;
}

/** A policy that refuses, and webhooks at a port that accepts connections and never says a word. */
function admission(namespace: string, port: number): string {
  const name = `poison-${namespace}`;
  const match = `
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}`;
  const rule = `{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}`;
  const webhook = (plan: string, timeoutSeconds: number) => `
- name: ${plan}.lynq.test
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  timeoutSeconds: ${timeoutSeconds}
  clientConfig: {url: "https://127.0.0.1:${port}/"}
  rules: [${rule}]${match.replaceAll("\n    ", "\n  ")}
  matchConditions:
  - {name: plan, expression: "has(object.data) && 'plan' in object.data && object.data.plan == '${plan}'"}`;
  return `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:${match}
    resourceRules: [${rule}]
  validations:
  - {expression: "!has(object.data) || !('plan' in object.data) || object.data.plan != 'forbidden'", message: such a plan may not run here}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${name}}
spec: {policyName: ${name}, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${name}}
webhooks:
${webhook("hanging", 3)}
${webhook("endless", 30)}
`;
}

/** Connections that wait for a word, each until its other end gives up or the test ends. */
const held = new Set<Deno.Conn>();
const silent: { listener?: Deno.TcpListener; accepting?: Promise<void>; most: number } = { most: 0 };

function listenSilently(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  silent.listener = listener;
  silent.accepting = (async () => {
    const holding: Promise<void>[] = [];
    for await (const connection of listener) holding.push(hold(connection));
    await Promise.all(holding);
  })();
  return listener.addr.port;
}

async function hold(connection: Deno.Conn): Promise<void> {
  held.add(connection);
  silent.most = Math.max(silent.most, held.size);
  const heard = new Uint8Array(1024);
  while (await connection.read(heard).catch(() => null) !== null);
  if (held.delete(connection)) connection.close();
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  const rows = Array.from({ length: NODES }, (_, n) => `('t${n + 1}', 'first', '80', '${namespace}', 1)`);
  await db.exec(
    "CREATE TABLE tenants (id VARCHAR(40) PRIMARY KEY, plan VARCHAR(20), port VARCHAR(20), home VARCHAR(63), active INT)",
  );
  await db.exec(`INSERT INTO tenants VALUES ${rows.join(", ")}`);
  await db.exec(`UPDATE tenants SET port = 'not a port' WHERE id = '${POISONED}'`);
  await objects.apply(admission(namespace, listenSilently()));
  await objects.apply(`${hub(lab, "tenants")}---${form(namespace)}`);
}

interface Node {
  readonly uid: string;
  readonly ready: boolean;
  readonly text: string;
}

async function nodesOf({ objects, namespace }: OperatorLab): Promise<Node[]> {
  const nodes = await objects.list({ apiVersion: API, kind: "LynqNode", namespace });
  return nodes.map((node) => {
    const status = (node["status"] ?? {}) as NodeStatus;
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    return {
      uid: (node["spec"] as { uid: string }).uid,
      ready: ready?.status === "True" && ready.observedGeneration === node.metadata.generation,
      text: JSON.stringify(status),
    };
  });
}

/** All but the poisoned node are Ready, and their objects have the plan of this step. */
async function othersHave(lab: OperatorLab, plan: string): Promise<void> {
  const { objects, namespace } = lab;
  await until(`${NODES - 1} nodes to be Ready with plan ${plan}`, async () => {
    const nodes = (await nodesOf(lab)).filter(({ uid }) => uid !== "wide");
    const unready = nodes.filter(({ uid, ready }) => !ready && uid !== POISONED);
    if (nodes.length !== NODES || unready.length > 0) {
      throw new Error(`${nodes.length} nodes, not Ready: ${unready.map(({ uid }) => uid).join(" ")}`);
    }
    const maps = await objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace });
    const current = maps.filter((map) =>
      (map["data"] as { plan?: string } | undefined)?.plan === plan &&
      map.metadata.name !== `${POISONED}-config`
    );
    return current.length === NODES - 1;
  }, 240);
}

async function poisonedSays(lab: OperatorLab, says: RegExp): Promise<void> {
  await until(`the poisoned node to say ${says}`, async () => {
    const node = (await nodesOf(lab)).find(({ uid }) => uid === POISONED);
    return node !== undefined && !node.ready && says.test(node.text);
  });
}

/** What it asks for by the clock or tells people, not because of a node: its Lease, events, and the hub's password. */
const BESIDES = ["leases", "events", "secrets"];

/** What the operator wrote and read because of a node. */
async function requestsOf(audit: OperatorAudit): Promise<AuditedRequest[]> {
  return (await audit.requests()).filter(({ verb, objectRef }) =>
    verb !== "watch" && !BESIDES.includes(objectRef?.resource ?? "")
  );
}

/** A dry run that creates tells content that is refused from a field that can't change; only a refused write causes it. */
const isPoisoned = ({ objectRef, requestURI }: AuditedRequest) =>
  objectRef?.name?.startsWith(`${POISONED}-`) === true || requestURI.includes("dryRun=All");

/** Hub and form have counted the nodes, which is the last thing that a change causes. */
async function counted({ objects, namespace }: OperatorLab): Promise<void> {
  const at = { apiVersion: API, namespace };
  await until("hub and form to count the ready nodes", async () => {
    const hub = await objects.get({ ...at, kind: "LynqHub", name: "tenants" });
    const form = await objects.get({ ...at, kind: "LynqForm", name: "web" });
    const { desired, ready } = (hub?.["status"] ?? {}) as { desired?: number; ready?: number };
    const { readyNodes } = (form?.["status"] ?? {}) as { readyNodes?: number };
    return desired === NODES && ready === NODES - 1 && readyNodes === NODES - 1;
  });
}

/** Once the last counts are told, the poisoned node's own objects are all that its tries cost. */
async function retriesCostTheirOwn(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await until("two tries of the poisoned node and not a request about anything else", async () => {
    const requests = await requestsOf(audit);
    const others = requests.filter((request) => !isPoisoned(request));
    if (others.length > 0) {
      await audit.restart();
      throw new Error(others.map(({ verb, requestURI }) => `${verb} ${requestURI}`).join("\n"));
    }
    return requests.filter((request) => request.verb === "patch" && isPoisoned(request)).length >= 2;
  }, 360);
}

function poisonStep({ name, row, says, counts }: Poison) {
  return {
    title: `${name}: one node fails, a change reaches the other ${NODES - 1}`,
    run: async (lab: OperatorLab) => {
      const audit = new OperatorAudit(lab.plane);
      await audit.restart();
      await lab.db.exec(`
        UPDATE tenants SET plan = '${name}', port = '80', home = '${lab.namespace}';
        UPDATE tenants SET ${row} WHERE id = '${POISONED}'`);
      await othersHave(lab, name);
      await poisonedSays(lab, says);
      await counted(lab);
      const tries = (await requestsOf(audit)).filter(isPoisoned);
      assert(tries.length < 40, `${tries.length} requests about the poisoned node`);
      if (counts) await retriesCostTheirOwn(lab);
    },
  };
}

async function start(lab: OperatorLab): Promise<void> {
  await othersHave(lab, "first");
  await poisonedSays(lab, /TemplateRenderError/);
}

/** Its objects hang for half a minute each, and never hold all 32 writes that the operator has under way. */
async function wide(lab: OperatorLab): Promise<void> {
  const { objects, db, namespace } = lab;
  const before = held.size;
  silent.most = before;
  await db.exec("CREATE TABLE wide LIKE tenants");
  await db.exec(`INSERT INTO wide VALUES ('wide', 'endless', '80', '${namespace}', 1)`);
  await objects.apply(`${hub(lab, "wide")}---${wideForm(namespace)}`);
  await until("its first objects to hang", () => Promise.resolve(held.size - before >= 4));
  await db.exec("UPDATE tenants SET plan = 'beside'");
  await othersHave(lab, "beside");
  assert(silent.most < 32, `${silent.most} writes hung at once`);
}

async function mend(lab: OperatorLab): Promise<void> {
  const name = `poison-${lab.namespace}`;
  const apiVersion = "admissionregistration.k8s.io/v1";
  for (
    const kind of [
      "ValidatingAdmissionPolicyBinding",
      "ValidatingAdmissionPolicy",
      "ValidatingWebhookConfiguration",
    ]
  ) {
    await lab.objects.remove({ apiVersion, kind, name });
  }
  silent.listener?.close();
  for (const connection of held) if (held.delete(connection)) connection.close();
  await silent.accepting;
  await lab.db.exec("UPDATE tenants SET plan = 'mended', port = '80'");
  await until("all nodes to be Ready", async () => (await nodesOf(lab)).every(({ ready }) => ready), 240);
}

operatorTest(answer, `one poisoned node among ${NODES} delays and costs nobody else`, {
  prepare,
  steps: [
    { title: `${NODES - 1} nodes become Ready beside one whose row can't be rendered`, run: start },
    ...POISONS.map(poisonStep),
    { title: "a node of many objects that hang in a webhook leaves room for the others", run: wide },
    { title: "rows and webhook are mended, and every node is Ready", run: mend },
  ],
});
