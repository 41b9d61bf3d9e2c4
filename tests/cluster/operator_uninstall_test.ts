import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { installKinds, type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";
const KINDS = ["LynqHub", "LynqForm", "LynqNode"] as const;
const CONFIRMED = { "lynq.sh/confirm-teardown": "true" };

const crd = (kind: string) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  name: `${kind.toLowerCase()}s.operator.lynq.sh`,
});
const namespaceRef = (name: string) => ({ apiVersion: "v1", kind: "Namespace", name });

/** What the form makes lies in the lab's namespace, whichever namespace hub and form are in. */
const configRef = ({ namespace }: OperatorLab, name: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace,
  name,
});

function resources({ namespace }: OperatorLab): string {
  return `
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-config", targetNamespace: ${namespace}, spec: {apiVersion: v1, kind: ConfigMap, data: {a: b}}}
`;
}

/** Hub, form and one ready node in a namespace. */
async function started(lab: OperatorLab, namespace: string): Promise<void> {
  const { objects, db } = lab;
  await objects.apply(`
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}}
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: ${namespace}}
stringData: {password: ${JSON.stringify(db.password)}}
`);
  const there = { ...lab, namespace };
  await objects.apply(`${hub(there, { name: "tenants" })}---${form(there, "web", resources(lab))}`);
  await nodeReady(there, "acme-web");
}

async function isLeft(lab: OperatorLab): Promise<KubeObject> {
  const object = await until("the object to be marked as left", async () => {
    const found = await lab.objects.get(configRef(lab, "acme-config"));
    assert.notEqual(found, undefined);
    return found?.metadata.labels?.["lynq.sh/orphaned"] === "true" ? found : undefined;
  });
  assert.equal(object.metadata.annotations?.["lynq.sh/orphaned-reason"], "LynqNodeDeleted");
  return object;
}

async function gone(lab: OperatorLab, which: Parameters<OperatorLab["objects"]["get"]>[0]): Promise<void> {
  await until(
    `${which.kind} ${which.name} to be gone`,
    async () => await lab.objects.get(which) === undefined,
  );
}

const events = async (lab: OperatorLab, reason: string) =>
  (await lab.objects.list({ apiVersion: "v1", kind: "Event", namespace: lab.namespace }))
    .filter((event) => event["reason"] === reason);

async function namespaceGoes(lab: OperatorLab): Promise<void> {
  const namespace = `${lab.namespace}-first`;
  await started(lab, namespace);
  await lab.objects.remove(namespaceRef(namespace));
  await gone(lab, namespaceRef(namespace));
  await isLeft(lab);
}

/** The next node takes up what was left, and its namespace says that it may go along. */
async function confirmedNamespaceGoes(lab: OperatorLab): Promise<void> {
  const namespace = `${lab.namespace}-second`;
  await started(lab, namespace);
  await lab.objects.merge(namespaceRef(namespace), { metadata: { annotations: CONFIRMED } });
  await lab.objects.remove(namespaceRef(namespace));
  await gone(lab, configRef(lab, "acme-config"));
  await gone(lab, namespaceRef(namespace));
}

async function kindGoes(lab: OperatorLab): Promise<void> {
  await started(lab, lab.namespace);
  await lab.objects.remove(crd("LynqHub"));
  await gone(lab, crd("LynqHub"));
  const { metadata } = await isLeft(lab);
  const [told] = await until("the event", async () => {
    const found = await events(lab, "TeardownRetained");
    return found.length === 0 ? undefined : found;
  });
  assert.match(
    String(told?.["message"]),
    /CustomResourceDefinition lynqhubs\.operator\.lynq\.sh is being deleted/,
  );
  // With kinds, hub and form back the object is the node's again.
  await installKinds(lab.objects);
  await lab.operator.stop();
  lab.operator = await lab.start();
  await started(lab, lab.namespace);
  await until("the object to be taken up again", async () => {
    const again = await lab.objects.get(configRef(lab, "acme-config"));
    assert.equal(again?.metadata.uid, metadata.uid);
    return again?.metadata.labels?.["lynq.sh/node"] === "acme-web";
  });
}

/** As the README says: hubs, then forms, then nodes, then the operator, then the kinds. */
async function uninstalled(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  for (const kind of KINDS) {
    const of = { apiVersion: API, kind, namespace };
    for (const { metadata } of await objects.list(of)) {
      await objects.remove({ ...of, name: metadata.name ?? "" });
    }
    await until(`no ${kind} to be left`, async () => (await objects.list(of)).length === 0);
  }
  assert.equal(await objects.get(configRef(lab, "acme-config")), undefined);
  await lab.operator.stop();
  for (const kind of KINDS) await objects.remove(crd(kind));
  for (const kind of KINDS) await gone(lab, crd(kind));
  // The lab cleans up with an operator of its own.
  await installKinds(objects);
  lab.operator = await lab.start();
}

operatorTest(answer, "what is uninstalled in the wrong order takes no resource along", {
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(40) PRIMARY KEY, plan VARCHAR(20), active INT)");
    await db.exec("INSERT INTO tenants VALUES ('acme', 'pro', 1)");
  },
  steps: [
    { title: "the namespace of a node goes: what the node made elsewhere stays", run: namespaceGoes },
    { title: "a namespace that confirms it takes all along", run: confirmedNamespaceGoes },
    { title: "a kind of ours goes: its nodes' resources stay, and are taken up again", run: kindGoes },
    { title: "in the README's order nothing is left and nothing hangs", run: uninstalled },
  ],
});
