import assert from "node:assert/strict";
import { hasFailed } from "../../src/api/rollout.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { until } from "../support/cluster_objects.ts";
import { type OperatorLab, type OperatorScript, operatorTest } from "../support/operator_lab.ts";
import {
  type Audit,
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
const UIDS = ["a", "b", "c", "d", "e", "f", "g"];
const SKEW = "{maxSkew: 2, failureBudget: {minCount: 1, maxPercent: 0}}";
async function coldStart(lab: OperatorLab, seen: Audit): Promise<void> {
  await lab.objects.apply(webForm(lab, { image: "nginx:1", rollout: SKEW }));
  await lab.objects.apply(webForm(lab, { name: "free", image: "nginx:1" }));
  await lab.objects.apply(seldomHub(lab));
  await rolledOut(lab, UIDS.length);
  await rolledOut(lab, UIDS.length, "free");
  assert.equal(seen.most.get("web"), 2);
  await formSays(lab, { type: "Progressing", reason: "RolloutComplete" });
  const { rollout } = (await formOf(lab)).status;
  assert.deepEqual([rollout?.phase, rollout?.totalNodes, rollout?.readyUpdatedNodes], ["Complete", 7, 7]);
}

async function editedForm(lab: OperatorLab, seen: Audit): Promise<void> {
  const before = seen.moves.length;
  await lab.objects.apply(webForm(lab, { image: "nginx:2", rollout: SKEW }));
  const revision = await rolledOut(lab, UIDS.length);
  assert.equal(seen.most.get("web"), 2);
  const moved = () => seen.moves.slice(before).filter((move) => move.endsWith(revision));
  // Its watch is another than what told that all are there.
  await until("the audit to have seen them all", () => Promise.resolve(moved().length >= UIDS.length));
  assert.deepEqual(moved().sort(), UIDS.map((uid) => `${uid}-web ${revision}`));
}

async function restarted(lab: OperatorLab, seen: Audit): Promise<void> {
  const before = seen.moves.length;
  await lab.objects.apply(webForm(lab, { image: "nginx:3", rollout: SKEW }));
  await until("the rollout to be under way", () => Promise.resolve(seen.moves.length >= before + 2));
  await lab.operator.kill();
  lab.operator = await lab.start();
  await rolledOut(lab, UIDS.length);
  assert.equal(seen.most.get("web"), 2);
}

async function brokenGeneration(lab: OperatorLab, seen: Audit): Promise<void> {
  const good = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(webForm(lab, { image: "unpullable:1", rollout: SKEW, timeoutSeconds: 4 }));
  const { status, message } = await formSays(lab, { type: "Progressing", reason: "FailureBudgetExceeded" });
  assert.equal(status, "False");
  assert.match(message, /2 nodes failed on revision .*more than the 1 .*5 nodes stay on the revision/);
  assert.equal((await formOf(lab)).status.rollout?.phase, "Failed");
  await event(lab, "RolloutFailed");
  const stays = (await nodesOf(lab)).filter((node) => node.spec.revision === good);
  assert.equal(stays.length, 5);
  assert.equal(seen.most.get("web"), 2);
}

async function mended(lab: OperatorLab, seen: Audit): Promise<void> {
  const failed = (await nodesOf(lab)).filter(hasFailed).map(({ name }) => name).sort();
  const before = seen.moves.length;
  await lab.objects.apply(webForm(lab, { image: "nginx:4", rollout: SKEW }));
  const revision = await rolledOut(lab, UIDS.length);
  assert.deepEqual(seen.moves.slice(before, before + 2).sort(), failed.map((name) => `${name} ${revision}`));
  assert.equal(seen.most.get("web"), 2);
}

async function brokenWithoutMaxSkew(lab: OperatorLab): Promise<void> {
  const broken = { name: "free", image: "unpullable:1", timeoutSeconds: 4 };
  await lab.objects.apply(webForm(lab, broken));
  await formSays(lab, { name: "free", type: "Progressing", reason: "FailureBudgetExceeded" });
  const { currentRevision, rollout } = (await formOf(lab, "free")).status;
  assert.equal(rollout, undefined);
  const harmed = (await nodesOf(lab, "free")).filter((node) => node.spec.revision === currentRevision);
  assert.equal(harmed.length, 4);
  await lab.objects.apply(webForm(lab, { name: "free", image: "nginx:5" }));
  await rolledOut(lab, UIDS.length, "free");
}

/** The audit begins before the first node is made and ends with the last step. */
function script(): OperatorScript {
  const state: { seen?: Audit } = {};
  const step = (title: string, run: (lab: OperatorLab, seen: Audit) => Promise<void>) => ({
    title,
    run: async (lab: OperatorLab) => await run(lab, state.seen ??= await audit(lab)),
  });
  return {
    prepare: (lab) => fillTenants(lab, UIDS.map((uid) => `('${uid}', 'pro', 1)`)),
    steps: [
      step("new nodes come no faster than maxSkew allows, each as soon as another is ready", coldStart),
      step("an edited form reaches every node in one write each, without a read of the rows", editedForm),
      step("an operator killed in the middle goes on within the same bound", restarted),
      step("a generation that fails stops at its budget, and the rest stay where they are", brokenGeneration),
      step("the generation that mends it reaches the failed nodes first", mended),
      step("without maxSkew a broken generation reaches the budget and one more", brokenWithoutMaxSkew),
      step("the audit ends", async (_lab, seen) => await seen.stop()),
    ],
  };
}

operatorTest(
  answer,
  "a rollout never has more nodes on their way than maxSkew, and stops where nodes fail",
  script(),
);
