import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { isProven } from "../../src/api/rollout.ts";
import { toStoredNode } from "../../src/api/stored.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { makePki, PKI } from "../support/control_plane_pki.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";

const answer = await requireControlPlane();

const API = "operator.lynq.sh/v1";
const ROWS = 40;

interface Webhook {
  readonly url: string;
  readonly caPem: string;
  /** Reviews that wait for `release`. */
  waiting(): number;
  release(): void;
  stop(): Promise<void>;
}

/** An admission webhook that lets everything pass, but not before it is told to. */
async function startWebhook(): Promise<Webhook> {
  const directory = await Deno.makeTempDir();
  await makePki(directory);
  const read = (name: string) => Deno.readTextFile(join(directory, name));
  const [cert, key, caPem] = await Promise.all([read(PKI.serverCert), read(PKI.serverKey), read(PKI.caCert)]);
  await Deno.remove(directory, { recursive: true });
  const released = Promise.withResolvers<void>();
  let waiting = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", cert, key, onListen: () => {} },
    async (request) => {
      const { apiVersion, kind, request: { uid } } = await request.json();
      waiting++;
      await released.promise;
      waiting--;
      return Response.json({ apiVersion, kind, response: { uid, allowed: true } });
    },
  );
  return {
    url: `https://127.0.0.1:${server.addr.port}/`,
    caPem,
    waiting: () => waiting,
    release: released.resolve,
    stop: async () => {
      released.resolve();
      await server.shutdown();
    },
  };
}

function registration({ namespace }: OperatorLab, { url, caPem }: Webhook): string {
  return `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${namespace}}
webhooks:
- name: slow.lynq.sh
  clientConfig: {url: "${url}", caBundle: ${Buffer.from(caPem).toString("base64")}}
  rules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE], resources: [networkpolicies]}]
  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${namespace}}}
  timeoutSeconds: 30
  sideEffects: None
  admissionReviewVersions: [v1]
`;
}

async function proven(lab: OperatorLab, form: string): Promise<number> {
  const nodes = await lab.objects.list({ apiVersion: API, kind: "LynqNode", namespace: lab.namespace });
  return nodes.map(toStoredNode).filter((node) => node.spec.templateRef === form && isProven(node)).length;
}

operatorTest(answer, "a kind that a webhook holds up leaves the others to go on", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id varchar(63) primary key, plan varchar(20), active integer)");
    const rows = Array.from({ length: ROWS }, (_, n) => `('t${n}','pro',1)`);
    await db.exec(`INSERT INTO tenants VALUES ${rows.join(",")}`);
  },
  steps: [{
    title: "every node of the other form is ready while not one of the slow kind is answered",
    run: async (lab) => {
      const webhook = await startWebhook();
      const configuration = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        name: lab.namespace,
      };
      try {
        await lab.objects.apply(registration(lab, webhook));
        await lab.objects.apply(slowForm(lab));
        await lab.objects.apply(mysqlHub(lab));
        await until("the slow kind to hang", () => Promise.resolve(webhook.waiting() > 0));
        await lab.objects.apply(fastForm(lab));
        await until("the others to be ready", async () => await proven(lab, "fast") === ROWS);
        assert.equal(await proven(lab, "slow"), 0);
        assert(webhook.waiting() > 0, "the webhook answered too early");
        webhook.release();
        await until("the slow kind to be ready too", async () => await proven(lab, "slow") === ROWS);
      } finally {
        await lab.objects.remove(configuration);
        await webhook.stop();
      }
    },
  }],
});

function slowForm({ namespace }: OperatorLab): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: slow, namespace: ${namespace}}
spec:
  hubId: tenants
  networkPolicies:
  - {id: policy, nameTemplate: "{{ .uid }}-slow", spec: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {}}}}
`;
}

function fastForm({ namespace }: OperatorLab): string {
  return `
apiVersion: ${API}
kind: LynqForm
metadata: {name: fast, namespace: ${namespace}}
spec:
  hubId: tenants
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-fast", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
`;
}
