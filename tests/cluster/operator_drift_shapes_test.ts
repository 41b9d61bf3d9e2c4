import assert from "node:assert/strict";
import type { KubeObject } from "../../src/kube/object.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { eventSays, inLab, objectBecomes, recordBecomes } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, nodeReady } from "../support/tenants.ts";

const answer = await requireControlPlane();

const RESOURCES = `
  configMaps:
${
  ["merge", "replace"].map((strategy) => `
  - {id: ${strategy}, nameTemplate: "{{ .uid }}-${strategy}", patchStrategy: ${strategy},
     spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", kept: "1"}}}`).join("")
}
  - {id: bare, nameTemplate: "{{ .uid }}-bare", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}"}}}
  services:
  - {id: svc, nameTemplate: "{{ .uid }}-svc", spec: {apiVersion: v1, kind: Service, spec: {selector: {app: a},
     ports: [{name: http, port: 80, targetPort: 8080}, {name: dns, port: 53, protocol: UDP}]}}}
  deployments:
  - {id: app, nameTemplate: "{{ .uid }}-app", spec: {apiVersion: apps/v1, kind: Deployment, spec: {
     selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [
       {name: a, image: "a:1", args: [one, two], env: [{name: X, value: "1"}, {name: Y, value: "2"}]},
       {name: b, image: "b:1"}]}}}}}
`;

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

const dataOf = (object: KubeObject) => object["data"] as Record<string, string>;
const containersOf = (object: KubeObject) =>
  (object["spec"] as { template: { spec: { containers: Container[] } } }).template.spec.containers;
const portsOf = (object: KubeObject) =>
  (object["spec"] as { ports: { name: string; targetPort: number }[] }).ports;

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", RESOURCES));
  await nodeReady(lab, "acme-web");
}

async function otherStrategies(lab: OperatorLab): Promise<void> {
  for (const strategy of ["merge", "replace"]) {
    const which = inLab(lab, "ConfigMap", `acme-${strategy}`);
    await lab.objects.merge(which, {
      data: { plan: "edited", kept: null },
      metadata: { labels: { "lynq.sh/node": null } },
    });
    const object = await objectBecomes(lab, which, (found) => dataOf(found)["plan"] === "one");
    assert.equal(dataOf(object)["kept"], "1");
    assert.equal(object.metadata.labels?.["lynq.sh/node"], "acme-web");
    const says = new RegExp(
      `^${strategy}: .*"test" manages .data.plan; removed: .data.kept, .metadata.labels.lynq.sh/node$`,
    );
    await eventSays(lab, "DriftCorrected", says);
    await recordBecomes(lab, strategy, "Ready");
  }
}

async function elementsOfLists(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "Deployment", "acme-app");
  const [a] = containersOf(await lab.objects.get(which) as KubeObject);
  const changed = {
    ...a,
    args: ["two"],
    env: [{ name: "Y", value: "edited" }, { name: "Z", value: "theirs" }],
  };
  await lab.objects.merge(which, {
    spec: { template: { spec: { containers: [changed, { name: "c", image: "c:1" }] } } },
  });
  const object = await objectBecomes(
    lab,
    which,
    (found) => containersOf(found).some(({ name }) => name === "b"),
  );
  assert.deepEqual(containersOf(object).map(({ name }) => name).sort(), ["a", "b", "c"]);
  const mended = containersOf(object).find(({ name }) => name === "a");
  assert.deepEqual(mended?.args, ["one", "two"]);
  assert.deepEqual(Object.fromEntries((mended?.env ?? []).map(({ name, value }) => [name, value])), {
    X: "1",
    Y: "2",
    Z: "theirs",
  });
  await eventSays(
    lab,
    "DriftCorrected",
    /^app: .*containers\[name="a"\]\.args, .*env\[name="Y"\]\.value; removed: .*containers\[name="b"\]/,
  );
}

async function keysOfSeveralFields(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "Service", "acme-svc");
  const ports = portsOf(await lab.objects.get(which) as KubeObject).map((port) => ({
    ...port,
    targetPort: 9,
  }));
  await lab.objects.merge(which, { spec: { ports: ports.filter(({ name }) => name === "http") } });
  const object = await objectBecomes(lab, which, (found) => portsOf(found).length === 2);
  assert.deepEqual(portsOf(object).map(({ name, targetPort }) => [name, targetPort]).sort(), [["dns", 53], [
    "http",
    8080,
  ]]);
  await eventSays(
    lab,
    "DriftCorrected",
    /^svc: .*ports\[port=80,protocol="TCP"\]\.targetPort; removed: .*ports\[port=53,protocol="UDP"\]/,
  );
}

async function ownersTakenAway(lab: OperatorLab): Promise<void> {
  const which = inLab(lab, "ConfigMap", "acme-bare");
  await lab.objects.merge(which, { metadata: { managedFields: [{}] } });
  await objectBecomes(
    lab,
    which,
    ({ metadata }) => metadata.managedFields?.some(({ manager }) => manager === "lynq") === true,
  );
  await lab.objects.merge(which, { data: { plan: "edited" } });
  await objectBecomes(lab, which, (found) => dataOf(found)["plan"] === "one");
  await nodeReady(lab, "acme-web");
}

operatorTest(answer, "drift is found in lists, under every patch strategy and without owners", {
  prepare,
  steps: [
    { title: "objects that are patched or put are put back, too", run: otherStrategies },
    { title: "elements of lists come back, and those of others stay", run: elementsOfLists },
    { title: "elements that several fields name come back", run: keysOfSeveralFields },
    { title: "an object whose managedFields were taken away is ours again", run: ownersTakenAway },
  ],
});
