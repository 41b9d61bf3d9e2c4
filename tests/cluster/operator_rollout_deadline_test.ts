import assert from "node:assert/strict";
import { requireControlPlane } from "../support/control_plane.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import {
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
const rollout = "{maxSkew: 1, progressDeadlineSeconds: 60}";

async function stuck(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(webForm(lab, { image: "nginx:1", rollout }));
  await lab.objects.apply(seldomHub(lab));
  const good = await rolledOut(lab, 3);
  await lab.objects.apply(webForm(lab, { image: "unpullable:1", rollout, timeoutSeconds: 3600 }));
  await formSays(lab, { type: "Progressing", reason: "RollingOut" });
  await lab.operator.kill();
  lab.operator = await lab.start();
  const { status, message } = await formSays(lab, {
    type: "Progressing",
    reason: "ProgressDeadlineExceeded",
  });
  assert.equal(status, "False");
  assert.match(
    message,
    /no node became ready on revision web-\w+ within the 60s .*2 nodes stay on the revision/,
  );
  const { rollout: told } = (await formOf(lab)).status;
  assert.deepEqual([told?.phase, told?.updatedNodes, told?.updatingNodes], ["Failed", 1, 1]);
  const passed = Date.parse(told?.progressTime ?? "") + 60_000;
  assert(Date.now() >= passed, "the clock went on over the restart, and no sooner");
  await event(lab, "RolloutFailed");
  assert.equal((await nodesOf(lab)).filter(({ spec }) => spec.revision === good).length, 2);
}

async function superseded(lab: OperatorLab): Promise<void> {
  await lab.objects.apply(webForm(lab, { image: "nginx:2", rollout }));
  await rolledOut(lab, 3);
  await formSays(lab, { type: "Progressing", reason: "RolloutComplete" });
  const { conditions, rollout: told } = (await formOf(lab)).status;
  assert.equal(told?.phase, "Complete");
  assert.equal(conditions?.find(({ type }) => type === "Progressing")?.status, "True");
}

operatorTest(answer, "a rollout that makes no progress within its deadline has failed and stops", {
  prepare: (lab) => fillTenants(lab, ["('a', 'pro', 1)", "('b', 'pro', 1)", "('c', 'pro', 1)"]),
  steps: [
    { title: "its phase is Failed at the deadline, a restart notwithstanding", run: stuck },
    { title: "another generation goes on at once", run: superseded },
  ],
});
