import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { CONFIG, form, hub, type HubOptions, nodeReady, told } from "../support/tenants.ts";

const answer = await requireControlPlane();
const API = "operator.lynq.sh/v1";

async function invalidUid(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const says = /"Bad_Name": the uid can't name a Kubernetes object: it has upper-case letters/;
  await told(lab, {
    kind: "LynqHub",
    name: "tenants",
    type: "RowsAccepted",
    status: "False",
    event: "RowQuarantined",
    says,
  });
  const nodes = await objects.list({ apiVersion: API, kind: "LynqNode", namespace });
  assert.deepEqual(nodes.map((node) => node.metadata.name), ["good-plain"]);
}

async function unreadableDatabase(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: v1
kind: Secret
metadata: {name: wrong, namespace: ${namespace}}
stringData: {password: not-the-password}
`);
  const cases: (HubOptions & { says: RegExp })[] = [
    {
      name: "tenants",
      uid: "idd",
      says: /has no column "idd", which valueMappings\.uid names.*plan/i,
    },
    { name: "tenants", table: "nowhere", says: /nowhere/ },
    { name: "tenants", secret: "wrong", says: /AuthenticationFailed|password/ },
    { name: "tenants", secret: "none", says: /Secret .*none.* does not exist.*passwordRef/ },
  ];
  for (const { says, ...options } of cases) {
    await objects.apply(hub(lab, options));
    const event = "DatabaseQueryFailed";
    const condition = await told(lab, {
      kind: "LynqHub",
      name: "tenants",
      type: "Ready",
      status: "False",
      event,
      says,
    });
    assert.equal(condition.reason, "DatabaseConnectionFailed");
    assert(!condition.message.includes("not-the-password"));
  }
  await nodeReady(lab, "good-plain");
  await objects.apply(hub(lab, { name: "tenants" }));
  await told(lab, {
    kind: "LynqHub",
    name: "tenants",
    type: "Ready",
    status: "True",
    event: "DatabaseQueryFailed",
    says: /Successfully/,
  });
}

async function invalidForms(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  const cases: [string, string, RegExp][] = [
    [
      "syntax",
      CONFIG.replace(".plan }}", ".plan | nosuch }}"),
      /config \(configMaps\[0\]\), spec\.data\.plan.*"nosuch" not defined/,
    ],
    [
      "cycle",
      `
  configMaps:
  - {id: a, nameTemplate: a, dependIds: [b], spec: {apiVersion: v1, kind: ConfigMap}}
  - {id: b, nameTemplate: b, dependIds: [a], spec: {apiVersion: v1, kind: ConfigMap}}
`,
      /circular dependency detected: a -> b -> a/,
    ],
    [
      "unknown",
      CONFIG.replace("id: config,", "id: config, dependIds: [missing],"),
      /config depends on non-existent resource: missing/,
    ],
  ];
  await objects.apply(form(lab, "hubless", CONFIG).replace("hubId: tenants", "hubId: nobody"));
  await told(lab, {
    kind: "LynqForm",
    name: "hubless",
    type: "Valid",
    status: "False",
    event: "HubNotFound",
    says: /hub 'nobody' not found in namespace .*: create it, or make a new form with another spec\.hubId/,
  });
  for (const [name, resources, says] of cases) {
    await objects.apply(form(lab, name, resources));
    await told(lab, {
      kind: "LynqForm",
      name,
      type: "Valid",
      status: "False",
      event: "ValidationFailed",
      says,
    });
    assert.equal(
      await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: `good-${name}` }),
      undefined,
    );
  }
}

async function failingNodes(lab: OperatorLab): Promise<void> {
  const { objects } = lab;
  const cases: [string, string, string, RegExp][] = [
    [
      "kind",
      `
  manifests:
  - {id: thing, nameTemplate: "{{ .uid }}-thing", spec: {apiVersion: example.com/v1, kind: Thing}}
`,
      "ApplyFailed",
      /serves no kind Thing in example\.com\/v1/,
    ],
    [
      "rejected",
      `
  services:
  - {id: svc, nameTemplate: "{{ .uid }}-svc", spec: {apiVersion: v1, kind: Service, spec: {ports: [{port: 99999}]}}}
`,
      "ApplyFailed",
      /spec\.ports\[0\]\.port/,
    ],
    [
      "number",
      `
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    spec: {apiVersion: apps/v1, kind: Deployment, spec: {replicas: "{{ .plan | int }}"}}
`,
      "TemplateRenderError",
      /app of LynqForm number: spec\.spec\.replicas/,
    ],
  ];
  for (const [name, resources, event, says] of cases) {
    await objects.apply(form(lab, name, resources));
    await told(lab, {
      kind: "LynqNode",
      name: `good-${name}`,
      type: "Ready",
      status: "False",
      event,
      says,
    });
  }
  await nodeReady(lab, "good-plain");
}

async function kindInstalledLater(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`);
  await nodeReady(lab, "good-kind");
  await objects.apply(form(
    lab,
    "waits",
    `
  manifests:
  - {id: thing, nameTemplate: "{{ .uid }}-slow", spec: {apiVersion: example.com/v1, kind: Thing}}
  configMaps:
  - {id: after, nameTemplate: "{{ .uid }}-after", dependIds: [thing], spec: {apiVersion: v1, kind: ConfigMap}}
`,
  ));
  await until("the dependent to say what it waits for", async () => {
    const node = await objects.get({ apiVersion: API, kind: "LynqNode", namespace, name: "good-waits" });
    return JSON.stringify(node?.["status"] ?? {}).includes("Waiting for thing to become ready");
  });
  const slow = { apiVersion: "example.com/v1", kind: "Thing", namespace, name: "good-slow" };
  const report = (status: string) =>
    objects.merge(
      slow,
      { status: { conditions: [{ type: "Ready", status, reason: "Creating" }] } },
      "status",
    );
  await report("False");
  assert.equal(
    await objects.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "good-after" }),
    undefined,
  );
  await report("True");
  await nodeReady(lab, "good-waits");
  await objects.remove({ apiVersion: API, kind: "LynqForm", namespace, name: "waits" });
  await until(
    "its object to be gone",
    async () =>
      await objects.get({ apiVersion: "example.com/v1", kind: "Thing", namespace, name: "good-slow" }) ===
        undefined,
  );
  await objects.remove({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "things.example.com",
  });
}

async function foreignObject(lab: OperatorLab): Promise<void> {
  const { objects, namespace } = lab;
  await objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: good-taken, namespace: ${namespace}}
data: {plan: theirs}
`);
  const taken = CONFIG.replace("-config", "-taken");
  await objects.apply(form(lab, "stuck", taken));
  const which = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "good-taken" };
  const says = /"test" manages \.data\.plan/;
  await told(lab, {
    kind: "LynqNode",
    name: "good-stuck",
    type: "Conflicted",
    status: "True",
    event: "ResourceConflict",
    says,
  });
  assert.deepEqual((await objects.get(which))?.["data"], { plan: "theirs" });
  await objects.apply(
    form(lab, "stuck", taken.replace("id: config,", "id: config, conflictPolicy: Force,")),
  );
  await nodeReady(lab, "good-stuck");
  assert.deepEqual((await objects.get(which))?.["data"], { plan: "pro" });
}

async function prepare(lab: OperatorLab): Promise<void> {
  const { objects, db } = lab;

  await db.exec("CREATE TABLE tenants (id VARCHAR(300), plan VARCHAR(20), active VARCHAR(10))");
  await db.exec(
    "INSERT INTO tenants VALUES ('good', 'pro', '1'), ('Bad_Name', 'pro', '1'), ('maybe', 'pro', 'perhaps')",
  );
  await objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "plain", CONFIG));
  await nodeReady(lab, "good-plain");
}

operatorTest(answer, "bad input is a condition and an event with the remedy, and hurts nobody else", {
  kinds: [{ group: "example.com", plurals: ["things"] }],
  prepare,
  steps: [
    { title: "a uid that can't be a name is quarantined and reported", run: invalidUid },
    {
      title: "an unknown column, a missing table, a wrong password and a missing Secret change no node",
      run: unreadableDatabase,
    },
    {
      title: "a template error, a cycle and an unknown dependency make one form invalid, with the place",
      run: invalidForms,
    },
    {
      title: "an unknown kind, a rejected object and a failing row value fail one node and name the field",
      run: failingNodes,
    },
    { title: "a kind that is installed later is applied as soon as it is served", run: kindInstalledLater },
    {
      title: "an object that somebody else has is left untouched until the form says Force",
      run: foreignObject,
    },
  ],
});
