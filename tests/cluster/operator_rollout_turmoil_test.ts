import assert from "node:assert/strict";
import { requireControlPlane } from "../support/control_plane.ts";
import { until } from "../support/cluster_objects.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { audit, fillTenants, rolledOut, webForm } from "../support/rollout_lab.ts";
import { hub } from "../support/tenants.ts";

const answer = await requireControlPlane();
const UIDS = Array.from({ length: 8 }, (_, i) => `t${i}`);
const FORMS = [["one", 1], ["three", 3]] as const;

/** In place of the time of the dead one's Lease, which the lab takes away: a write of it may be on its way still. */
const IN_FLIGHT_MS = 2000;

const elapsed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const budget = "failureBudget: {minCount: 100}";

async function edit(lab: OperatorLab, image: string): Promise<void> {
  for (const [name, maxSkew] of FORMS) {
    const rollout = `{maxSkew: ${maxSkew}, ${budget}}`;
    // A failing generation is found out soon, so that a later one has something to mend.
    await lab.objects.apply(
      webForm(lab, { name, image: `${image}-{{ .plan }}`, rollout, timeoutSeconds: 2 }),
    );
  }
}

/**
 * Rows change, generations replace each other half way, some of them broken, and the operator is killed again and
 * again. At no instant has a form more nodes on their way to one revision than its maxSkew; one that failed there is on
 * no way until its row changes.
 */
async function turmoil(lab: OperatorLab): Promise<void> {
  const seen = await audit(lab);
  await edit(lab, "nginx:0");
  await lab.objects.apply(hub(lab, { name: "tenants" }));
  for (const [name] of FORMS) await rolledOut(lab, UIDS.length, name);
  for (let round = 1; round <= 6; round++) {
    const before = seen.moves.length;
    await edit(lab, round % 3 === 0 ? `unpullable:${round}` : `nginx:${round}`);
    const late = UIDS.filter((_, i) => i % 2 === round % 2).map((uid) => `'${uid}'`).join(", ");
    await lab.db.exec(`UPDATE tenants SET plan = 'r${round}' WHERE id IN (${late})`);
    await lab.db.exec(`INSERT INTO tenants VALUES ('new${round}', 'pro', 1)`);
    await until("some nodes to be moved", () => Promise.resolve(seen.moves.length >= before + 3));
    if (round % 2 === 0) {
      await lab.operator.kill();
      await elapsed(IN_FLIGHT_MS);
      lab.operator = await lab.start();
    }
  }
  await edit(lab, "nginx:last");
  for (const [name] of FORMS) await rolledOut(lab, UIDS.length + 6, name);
  await seen.stop();
  for (const [name, maxSkew] of FORMS) assert.equal(seen.moving.get(name), maxSkew, name);
}

operatorTest(answer, "maxSkew holds at every instant, whatever rows, forms and the operator go through", {
  prepare: (lab) => fillTenants(lab, UIDS.map((uid) => `('${uid}', 'pro', 1)`)),
  steps: [{ title: "rows, generations and restarts in turmoil", run: turmoil }],
});
