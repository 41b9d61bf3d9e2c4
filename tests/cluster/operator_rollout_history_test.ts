import assert from "node:assert/strict";
import { hasFailed } from "../../src/api/rollout.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { until } from "../support/cluster_objects.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import {
  audit,
  event,
  fillTenants,
  formOf,
  formSays,
  nodesOf,
  rolledOut,
  seldomHub,
  webForm,
} from "../support/rollout_lab.ts";

const answer = await requireControlPlane();
const ROWS = ["('a', 'free', 1)", "('b', 'canary', 1)", "('c', 'pro', 1)", "('d', 'canary', 1)"];
const FORM = { apiVersion: "operator.lynq.sh/v1", kind: "LynqForm", name: "web" };

interface Kept {
  readonly name: string;
  readonly revision: number;
}

/** The history of the form, oldest first. */
async function history(lab: OperatorLab): Promise<Kept[]> {
  const all = await lab.objects.list({
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    namespace: lab.namespace,
    labelSelector: "lynq.sh/form=web",
  });
  return all.map((one) => ({ name: one.metadata.name ?? "", revision: Number(one["revision"]) }))
    .sort((a, b) => a.revision - b.revision);
}

async function deployed(lab: OperatorLab, image: string): Promise<void> {
  await until(`every Deployment to run ${image}`, async () => {
    const all = await lab.objects.list({
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: lab.namespace,
    });
    return all.length === ROWS.length &&
      all.every((one) => JSON.stringify(one["spec"]).includes(`"${image}"`));
  });
  await rolledOut(lab, ROWS.length);
}

async function generations(lab: OperatorLab): Promise<void> {
  for (const image of ["nginx:1", "nginx:2", "nginx:3"]) {
    await lab.objects.apply(webForm(lab, { image }));
    if (image === "nginx:1") await lab.objects.apply(seldomHub(lab));
    await deployed(lab, image);
  }
  assert.deepEqual((await history(lab)).map(({ revision }) => revision), [1, 2, 3]);
}

async function rolledBack(lab: OperatorLab): Promise<void> {
  const [first, second, third] = await history(lab);
  await lab.objects.apply(webForm(lab, { image: "nginx:3", rollout: '{revision: "1"}' }));
  await deployed(lab, "nginx:1");
  assert.equal((await formOf(lab)).status.currentRevision, first?.name);
  await lab.objects.apply(webForm(lab, { image: "nginx:3" }));
  await deployed(lab, "nginx:3");
  const annotate = (value: string | null) =>
    lab.objects.merge({ ...FORM, namespace: lab.namespace }, {
      metadata: { annotations: { "lynq.sh/rollback-to": value } },
    });
  await annotate(second?.name ?? "");
  await deployed(lab, "nginx:2");
  await annotate(null);
  await deployed(lab, "nginx:3");
  assert.deepEqual(await history(lab), [first, second, third]);
}

async function unknownRevision(lab: OperatorLab): Promise<void> {
  const before = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(webForm(lab, { image: "nginx:3", rollout: '{revision: "9"}' }));
  const { status, message } = await formSays(lab, { type: "Valid", reason: "ValidationFailed" });
  assert.equal(status, "False");
  assert.match(
    message,
    /spec\.rollout\.revision "9" is no revision of this form: kept are 3 \(web-\w+\), 2 /,
  );
  await event(lab, "RevisionNotFound");
  assert.equal((await formOf(lab)).status.currentRevision, before);
}

async function invalid(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(webForm(lab, { image: "nginx:{{ nofn }}" }));
  const { status, message } = await formSays(lab, { type: "Applied", reason: "ValidationFailed" });
  assert.equal(status, "False");
  assert.match(message, /^Generation \d+ is not valid: nodes stay on revision web-/);
  await deployedStill(lab, "nginx:3");
  await lab.objects.apply(webForm(lab, { image: "nginx:{{ nofn }}", rollout: '{revision: "2"}' }));
  await until("a pin to act where the present generation is invalid", async () => {
    const [, second] = await history(lab);
    return (await nodesOf(lab)).every(({ spec }) => spec.revision === second?.name);
  });
}

async function deployedStill(lab: OperatorLab, image: string): Promise<void> {
  const all = await lab.objects.list({ apiVersion: "apps/v1", kind: "Deployment", namespace: lab.namespace });
  for (const one of all) assert.match(JSON.stringify(one["spec"]), new RegExp(`"${image}"`));
}

async function revisited(lab: OperatorLab): Promise<void> {
  const [first, second] = await history(lab);
  const asked = new OperatorAudit(lab.plane);
  await asked.restart();
  await lab.objects.apply(webForm(lab, { image: "nginx:1", more: "revisionHistoryLimit: 1" }));
  await deployed(lab, "nginx:1");
  await until("what is beyond the limit to be gone", async () => (await history(lab)).length === 2);
  assert.deepEqual((await history(lab)).map(({ revision }) => revision), [3, 4]);
  assert.equal((await history(lab)).at(-1)?.name, first?.name);
  const { named, unnamed } = await until("the deletion to be in the audit log", async () => {
    const all = await asked.deletions();
    return all.named.length + all.unnamed.length > 0 ? all : undefined;
  });
  assert.deepEqual([named, unnamed], [[`controllerrevisions/${second?.name}`], []]);
}

/** Rows in the order in which their nodes got a generation. */
async function moved(lab: OperatorLab, image: string, rollout: string): Promise<(string | undefined)[]> {
  const seen = await audit(lab);
  const before = seen.moves.length;
  await lab.objects.apply(webForm(lab, { image, rollout }));
  await deployed(lab, image);
  await seen.stop();
  return seen.moves.slice(before).map((move) => move.split("-")[0]);
}

async function canary(lab: OperatorLab): Promise<void> {
  const byRow = await moved(lab, "nginx:8", "{maxSkew: 3, order: {value: plan, first: [canary, pro]}}");
  assert.deepEqual([byRow.slice(0, 2).sort(), byRow.slice(2)], [["b", "d"], ["c", "a"]]);
  const { namespace, objects } = lab;
  for (const name of ["a-web", "c-web"]) {
    const node = { apiVersion: FORM.apiVersion, kind: "LynqNode", namespace, name };
    await objects.merge(node, { metadata: { labels: { tier: "canary" } } });
  }
  const byLabel = await moved(lab, "nginx:9", "{maxSkew: 3, order: {label: tier, first: [canary]}}");
  assert.deepEqual([byLabel.slice(0, 2).sort(), byLabel.slice(2).sort()], [["a", "c"], ["b", "d"]]);
}

async function brokenCanary(lab: OperatorLab): Promise<void> {
  const order = "order: {value: plan, first: [canary]}, failureBudget: {minCount: 1, maxPercent: 0}";
  const before = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(webForm(lab, { image: "unpullable:1", rollout: `{${order}}`, timeoutSeconds: 8 }));
  await until(
    "the message to name the group",
    async () =>
      (await formOf(lab)).status.conditions?.some(({ message }) => message.endsWith("; now plan=canary")),
  );
  await formSays(lab, { type: "Progressing", reason: "FailureBudgetExceeded" });
  const nodes = await nodesOf(lab);
  assert.deepEqual(nodes.filter(hasFailed).map(({ name }) => name).sort(), ["b-web", "d-web"]);
  await lab.db.exec("INSERT INTO tenants VALUES ('new', 'pro', 1)");
  const hub = { apiVersion: FORM.apiVersion, kind: "LynqHub", namespace: lab.namespace, name: "tenants" };
  await lab.objects.merge(hub, { spec: { source: { queryTimeoutSeconds: 50 } } });
  const made = await until(
    "a new tenant to be made on the revision that works",
    async () =>
      (await nodesOf(lab)).find(({ name, status }) =>
        name === "new-web" &&
        status.conditions?.some(({ type, status }) => type === "Ready" && status === "True")
      ),
  );
  assert.equal(made.spec.revision, before);
}

operatorTest(answer, "a form's history is kept, gone back to and rolled out group by group", {
  prepare: (lab) => fillTenants(lab, ROWS),
  steps: [
    { title: "each generation is a revision, numbered as they came", run: generations },
    { title: "a revision is gone back to by field or annotation, and left again", run: rolledBack },
    { title: "a revision that isn't kept is told with those that are", run: unknownRevision },
    {
      title: "an invalid generation leaves nodes where they are and claims nothing; a pin acts all the same",
      run: invalid,
    },
    { title: "earlier content gets a new number, and the history keeps its limit", run: revisited },
    { title: "groups by row and by label of the node go in their order", run: canary },
    { title: "a broken canary keeps the rest, new tenants among them, on what works", run: brokenCanary },
  ],
});
