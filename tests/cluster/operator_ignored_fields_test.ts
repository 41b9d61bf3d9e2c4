import assert from "node:assert/strict";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const RESOURCES = `
  deployments:
  - id: app
    nameTemplate: "{{ .uid }}-app"
    ignoreFields: ["$.spec.replicas", "$.spec.template.spec.containers[*].resources"]
    spec:
      apiVersion: apps/v1
      kind: Deployment
      spec:
        replicas: 1
        selector: {matchLabels: {app: "{{ .uid }}"}}
        template:
          metadata: {labels: {app: "{{ .uid }}"}}
          spec:
            containers:
            - {name: a, image: "a:{{ .plan }}", resources: {requests: {cpu: 10m}}}
            - {name: b, image: "b:{{ .plan }}", resources: {requests: {cpu: 10m}}}
`;

interface Spec {
  readonly replicas: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly { image: string; resources: { requests: { cpu: string } } }[];
    };
  };
}

function which(lab: OperatorLab) {
  return { apiVersion: "apps/v1", kind: "Deployment", namespace: lab.namespace, name: "acme-app" };
}

async function deployment(lab: OperatorLab): Promise<Spec> {
  return (await lab.objects.get(which(lab)))?.["spec"] as Spec;
}

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", RESOURCES));
  await nodeReady(lab, "acme-web");
}

async function othersValuesStay(lab: OperatorLab): Promise<void> {
  const containers = [
    { name: "a", image: "a:one", resources: { requests: { cpu: "20m" } } },
    { name: "b", image: "b:one", resources: { requests: { cpu: "30m" } } },
  ];
  await lab.objects.merge(which(lab), { spec: { replicas: 3, template: { spec: { containers } } } });
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  await until("the new images", async () => {
    const { template } = await deployment(lab);
    return template.spec.containers.map((c) => c.image).join(" ") === "a:two b:two";
  });
  const spec = await deployment(lab);
  assert.equal(spec.replicas, 3);
  assert.deepEqual(spec.template.spec.containers.map((c) => c.resources.requests.cpu), ["20m", "30m"]);
  await nodeReady(lab, "acme-web");
}

async function otherFieldsAreRepaired(lab: OperatorLab): Promise<void> {
  await lab.objects.merge(which(lab), {
    spec: { replicas: 2 },
    metadata: { labels: { "lynq.sh/node": "stolen" } },
  });
  await until(
    "the label to be back",
    async () => (await lab.objects.get(which(lab)))?.metadata.labels?.["lynq.sh/node"] === "acme-web",
  );
  assert.equal((await deployment(lab)).replicas, 2);
}

operatorTest(answer, "ignored fields are written once and then belong to others", {
  prepare,
  steps: [
    { title: "other writers' values stay when the row changes the rest", run: othersValuesStay },
    { title: "fields that are not ignored are repaired beside them", run: otherFieldsAreRepaired },
  ],
});
