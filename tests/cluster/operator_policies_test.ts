import assert from "node:assert/strict";
import { createKubeClient } from "../../src/kube/http_client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { eventSays, inLab, objectBecomes, recordBecomes, recordOf } from "../support/drift_lab.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { form, hub, told } from "../support/tenants.ts";

const answer = await requireControlPlane();

const STRATEGIES = ["apply", "merge", "replace"] as const;

const configMap = (id: string, policy: string, data = `plan: "{{ .plan }}"`) =>
  `  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}", ${policy}, spec: {apiVersion: v1, kind: ConfigMap, data: {${data}}}}`;

const resources = (extra = "", selector = "a") => `
  configMaps:
${STRATEGIES.map((s) => configMap(`stuck-${s}`, `conflictPolicy: Stuck, patchStrategy: ${s}`)).join("\n")}
${STRATEGIES.map((s) => configMap(`force-${s}`, `conflictPolicy: Force, patchStrategy: ${s}`)).join("\n")}
${
  STRATEGIES.map((s) => configMap(`ours-${s}`, `patchStrategy: ${s}`, `plan: "{{ .plan }}"${extra}`)).join(
    "\n",
  )
}
  deployments:
${
  [["fixed", ""], ["renewed", ", recreateOnImmutable: true"], [
    "precious",
    ", recreateOnImmutable: true, deletionPolicy: Retain",
  ]]
    .map(([id, policy]) => `
  - {id: ${id}, nameTemplate: "{{ .uid }}-${id}"${policy}, spec: {apiVersion: apps/v1, kind: Deployment,
     spec: {selector: {matchLabels: {app: "{{ .uid }}-${id}-${selector}"}}, template: {
       metadata: {labels: {app: "{{ .uid }}-${id}-${selector}"}}, spec: {containers: [{name: a, image: "a:1"}]}}}}}`)
    .join("")
}
`;

const foreign = (lab: OperatorLab, name: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: acme-${name}, namespace: ${lab.namespace}, labels: {theirs: "1"}, annotations: {theirs: "1"}, finalizers: [test/theirs]}
data: {plan: theirs, more: "1"}
`;

const objectsOf = (kind: "stuck" | "force" | "ours") => STRATEGIES.map((strategy) => `${kind}-${strategy}`);
const dataOf = (object: KubeObject | undefined) => object?.["data"] as Record<string, string>;
const config = (lab: OperatorLab, name: string) => inLab(lab, "ConfigMap", `acme-${name}`);
const all = async (lab: OperatorLab, names: readonly string[]) =>
  await Promise.all(names.map((name) => lab.objects.get(config(lab, name))));

/** The objects as they were before the operator saw them, byte for byte. */
const before = new Map<string, string>();

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec("CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(10))");
  await lab.db.exec("INSERT INTO tenants VALUES ('acme', 'one', '1')");
  for (const name of [...objectsOf("stuck"), ...objectsOf("force")]) {
    await lab.objects.apply(foreign(lab, name));
  }
  for (const object of await all(lab, objectsOf("stuck"))) {
    before.set(object?.metadata.name ?? "", JSON.stringify(object));
  }
  await lab.objects.apply(hub(lab, { name: "tenants" }) + "---" + form(lab, "web", resources()));
  for (const name of objectsOf("ours")) await recordBecomes(lab, name, "Ready");
}

async function stuckIsUntouched(lab: OperatorLab): Promise<void> {
  for (const name of objectsOf("stuck")) {
    const record = await recordBecomes(lab, name, "ResourceConflict");
    assert.match(
      record.message ?? "",
      /belongs to "test": "test" manages \.data\.plan; it is left untouched/,
    );
    await eventSays(
      lab,
      "ResourceConflict",
      new RegExp(`acme-${name} .*Policy: Stuck.*"test" manages .data.plan`),
    );
  }
  const says = /stuck-.*"test" manages \.data\.plan/;
  await told(lab, {
    kind: "LynqNode",
    name: "acme-web",
    type: "Conflicted",
    status: "True",
    event: "ResourceConflict",
    says,
  });
  const same = (await all(lab, objectsOf("stuck"))).map((
    object,
  ) => [object?.metadata.name, JSON.stringify(object)]);
  assert.deepEqual(new Map(same as [string, string][]), before);
}

async function forceTakesOurFields(lab: OperatorLab): Promise<void> {
  for (const strategy of STRATEGIES) {
    const object = await objectBecomes(
      lab,
      config(lab, `force-${strategy}`),
      (found) => dataOf(found)["plan"] === "one",
    );
    const { labels, annotations, finalizers } = object.metadata;
    assert.equal(labels?.["theirs"], "1");
    assert.equal(annotations?.["theirs"], "1");
    assert.deepEqual(finalizers, ["test/theirs"]);
    assert.equal(dataOf(object)["more"], strategy === "replace" ? undefined : "1");
    await recordBecomes(lab, `force-${strategy}`, "Ready");
    await eventSays(
      lab,
      "ForceApply",
      new RegExp(`^force-${strategy}: .* taken over, as conflictPolicy: Force says`),
    );
    await lab.objects.merge(config(lab, `force-${strategy}`), { metadata: { finalizers: null } });
  }
}

async function whatWasOursIsTakenBack(lab: OperatorLab): Promise<void> {
  await lab.operator.stop();
  for (const name of objectsOf("ours")) {
    await lab.objects.merge(config(lab, name), { data: { plan: "edited" } });
  }
  await lab.db.exec("UPDATE tenants SET plan = 'two'");
  lab.operator = await lab.start();
  for (const name of objectsOf("ours")) {
    await objectBecomes(lab, config(lab, name), (found) => dataOf(found)["plan"] === "two");
    await recordBecomes(lab, name, "Ready");
  }
}

async function whatNeverWasOursStays(lab: OperatorLab): Promise<void> {
  const client = createKubeClient(lab.plane.credentials("admin"));
  const type = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
  try {
    for (const name of objectsOf("ours")) {
      const ref = { type, namespace: lab.namespace, name: `acme-${name}` };
      await client.patch(ref, { type: "merge", body: { data: { extra: "theirs" } } }, {
        fieldManager: "rival",
      });
    }
  } finally {
    client.close();
  }
  const seen = await all(lab, objectsOf("ours"));
  await lab.objects.apply(form(lab, "web", resources(", extra: ours")));
  for (const name of objectsOf("ours")) {
    const record = await recordBecomes(lab, name, "ResourceConflict");
    assert.match(record.message ?? "", /^"rival" manages \.data\.extra; set conflictPolicy: Force/);
  }
  assert.deepEqual(await all(lab, objectsOf("ours")), seen);
  await lab.objects.apply(form(lab, "web", resources()));
  for (const name of objectsOf("ours")) await recordBecomes(lab, name, "Ready");
}

const deployment = (lab: OperatorLab, name: string) =>
  lab.objects.get(inLab(lab, "Deployment", `acme-${name}`));

async function immutableFields(lab: OperatorLab): Promise<void> {
  const uids = await Promise.all(["fixed", "renewed", "precious"].map(async (name) => {
    await recordBecomes(lab, name, "Ready");
    return (await deployment(lab, name))?.metadata.uid;
  }));
  await lab.objects.apply(form(lab, "web", resources("", "b")));
  const fixed = await recordBecomes(lab, "fixed", "ImmutableField");
  assert.match(
    fixed.message ?? "",
    /another value of spec\.selector\. Revert the change, .*recreateOnImmutable: true/,
  );
  const precious = await recordBecomes(lab, "precious", "ImmutableField");
  assert.match(
    precious.message ?? "",
    /spec\.selector\. recreateOnImmutable does not delete it, since its deletionPolicy is Retain/,
  );
  await until("the other Deployment to be made anew", async () => {
    const uid = (await deployment(lab, "renewed"))?.metadata.uid;
    return uid !== undefined && uid !== uids[1];
  });
  await recordBecomes(lab, "renewed", "Ready");
  assert.equal((await deployment(lab, "fixed"))?.metadata.uid, uids[0]);
  assert.equal((await deployment(lab, "precious"))?.metadata.uid, uids[2]);
  await lab.objects.apply(form(lab, "web", resources("", "a")));
  await recordBecomes(lab, "fixed", "Ready");
  assert.equal((await recordOf(lab, "precious"))?.state, "Ready");
}

operatorTest(answer, "what others own is left alone or taken over, as conflictPolicy and patchStrategy say", {
  prepare,
  steps: [
    {
      title: "Stuck leaves an object untouched, byte for byte, and names manager and fields",
      run: stuckIsUntouched,
    },
    { title: "Force changes only our fields", run: forceTakesOurFields },
    {
      title: "what was ours is written over whoever changed it, under Stuck too",
      run: whatWasOursIsTakenBack,
    },
    { title: "a field that never was ours makes the change a conflict", run: whatNeverWasOursStays },
    {
      title: "a change of an immutable field names it and the remedy, or makes the object anew",
      run: immutableFields,
    },
  ],
});
