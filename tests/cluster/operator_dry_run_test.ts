import assert from "node:assert/strict";
import type { FormStatus } from "../../src/api/form.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { until } from "../support/cluster_objects.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import {
  event,
  fillTenants,
  formOf,
  formSays,
  nodesOf,
  rolledOut,
  seldomHub,
} from "../support/rollout_lab.ts";

const answer = await requireControlPlane();

/** Config maps and a Secret of each tenant; `next` is the generation that is tried. */
function form(
  { namespace }: OperatorLab,
  of: { mode: "Apply" | "DryRun"; next: boolean; more?: string },
): string {
  const { mode, next, more = "" } = of;
  return `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: tenants
  mode: ${mode}
  configMaps:
  - {id: same, nameTemplate: "{{ .uid }}-same", spec: {apiVersion: v1, kind: ConfigMap, data: {a: "1"}}}
  - {id: edited, nameTemplate: "{{ .uid }}-edited", spec: {apiVersion: v1, kind: ConfigMap, data: {plan: "{{ .plan }}", size: "${
    next ? 2 : 1
  }"}}}
  ${
    next
      ? `- {id: new, nameTemplate: "{{ .uid }}-new", spec: {apiVersion: v1, kind: ConfigMap, data: {a: "1"}}}`
      : `- {id: old, nameTemplate: "{{ .uid }}-old", spec: {apiVersion: v1, kind: ConfigMap, data: {a: "1"}}}`
  }
  secrets:
  - {id: key, nameTemplate: "{{ .uid }}-key", spec: {apiVersion: v1, kind: Secret, stringData: {random: "{{ randAlphaNum 20 }}", token: "${
    next ? "s3cret-two" : "s3cret-one"
  }"}}}
${more}
`;
}

async function applied(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(form(lab, { mode: "Apply", next: false }));
  await lab.objects.apply(seldomHub(lab));
  await rolledOut(lab, 2);
}

/** Versions of everything that a write would change. */
async function versions(lab: OperatorLab): Promise<string[]> {
  const kinds = [["v1", "ConfigMap"], ["v1", "Secret"], ["apps/v1", "ControllerRevision"]];
  const all = await Promise.all(
    kinds.map(([apiVersion = "", kind = ""]) =>
      lab.objects.list({ apiVersion, kind, namespace: lab.namespace })
    ),
  );
  const nodes = await nodesOf(lab);
  // A controller manager puts a ConfigMap into each namespace, in its own time.
  const own = all.flat().filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  return [
    ...own.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`),
    ...nodes.map(({ name, resourceVersion }) => `${name} ${resourceVersion}`),
  ].sort();
}

async function told(lab: OperatorLab): Promise<NonNullable<FormStatus["dryRun"]>> {
  return await until("the dry run of the present generation", async () => {
    const { status, generation } = await formOf(lab);
    return status.dryRun?.generation === generation ? status.dryRun : undefined;
  });
}

async function tried(lab: OperatorLab): Promise<void> {
  const before = await versions(lab);
  await lab.objects.apply(form(lab, { mode: "DryRun", next: true }));
  const { creates, changes, deletes, unchanged, failures, nodes, sample = [] } = await told(lab);
  assert.deepEqual({ nodes, creates, changes, deletes, unchanged, failures }, {
    nodes: 2,
    creates: 2,
    changes: 4,
    deletes: 2,
    unchanged: 2,
    failures: 0,
  });
  assert(sample.includes("a-web: old ConfigMap/a-old: delete"), sample.join("\n"));
  assert(sample.includes("b-web: new ConfigMap/b-new: create"), sample.join("\n"));
  assert(sample.includes("a-web: edited ConfigMap/a-edited: change data.size"), sample.join("\n"));
  assert(sample.includes("a-web: key Secret/a-key: change data.token"), sample.join("\n"));
  const { message } = await formSays(lab, { type: "Applied", reason: "DryRun" });
  assert.match(message, /is only tried, as spec\.mode says: nodes stay on revision web-/);
  await event(lab, "DryRunComplete");
  assert.deepEqual(await versions(lab), before);
}

async function failing(lab: OperatorLab): Promise<void> {
  const before = await versions(lab);
  await lab.objects.apply(`
apiVersion: v1
kind: ConfigMap
metadata: {name: a-taken, namespace: ${lab.namespace}}
data: {mine: "1"}
`);
  const more = `
  manifests:
  - {id: gone, nameTemplate: "{{ .uid }}-x", spec: {apiVersion: example.com/v1, kind: Nothing}}
  - {id: bad, nameTemplate: "{{ .uid }}-bad", spec: {apiVersion: v1, kind: Service, spec: {ports: [{port: 99999}]}}}
  - {id: taken, nameTemplate: "{{ .uid }}-taken", spec: {apiVersion: v1, kind: ConfigMap, data: {mine: "2"}}}
  - {id: away, nameTemplate: x, targetNamespace: "{{ .uid }}-nowhere", spec: {apiVersion: v1, kind: ConfigMap}}`;
  await lab.objects.apply(form(lab, { mode: "DryRun", next: true, more }));
  const { failures, sample = [] } = await told(lab);
  assert.equal(failures, 7);
  const text = sample.join("\n");
  assert.match(text, /a-web: gone Nothing\/a-x: the API server serves no kind Nothing/);
  assert.match(text, /b-web: bad Service\/b-bad: refused: .*99999/);
  assert.match(text, /a-web: taken ConfigMap\/a-taken: the object exists and belongs to "test"/);
  assert.match(text, /b-web: away ConfigMap\/x: namespace b-nowhere does not exist/);
  const after = (await versions(lab)).filter((line) => !line.startsWith("a-taken "));
  assert.deepEqual(after, before);
}

async function mapped(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(form(lab, { mode: "Apply", next: true }));
  await rolledOut(lab, 2);
  await until("what was told to be done", async () => {
    const all = await lab.objects.list({ apiVersion: "v1", kind: "ConfigMap", namespace: lab.namespace });
    const names = all.map(({ metadata }) => metadata.name);
    return names.includes("a-new") && !names.includes("a-old");
  });
  assert.equal((await formOf(lab)).status.dryRun, undefined);
}

operatorTest(answer, "a form in mode DryRun tells what a generation would do and writes nothing", {
  prepare: (lab) => fillTenants(lab, ["('a', 'pro', 1)", "('b', 'free', 1)"]),
  steps: [
    { title: "a form is applied", run: applied },
    { title: "creates, changes and deletes are counted and sampled, and nothing is written", run: tried },
    { title: "what would fail is told with its cause", run: failing },
    { title: "the generation is applied once the mode says so", run: mapped },
  ],
});
