import assert from "node:assert/strict";
import { hasFailed, isProven } from "../../src/api/rollout.ts";
import type { StoredNode } from "../../src/api/stored.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { audit, event, formOf, formSays, nodesOf, rolledOut, webForm } from "../support/rollout_lab.ts";

const answer = await requireControlPlane();
const UIDS = ["a", "b", "c", "d"];
const ROLLOUT = "{maxSkew: 1, failureBudget: {minCount: 9}}";

async function prepare(lab: OperatorLab): Promise<void> {
  await lab.db.exec(
    "CREATE TABLE tenants (id VARCHAR(63), plan VARCHAR(20), active VARCHAR(5), hold VARCHAR(5))",
  );
  await lab.db.exec(
    `INSERT INTO tenants VALUES ${UIDS.map((uid) => `('${uid}', 'one', '1', 'no')`).join(", ")}`,
  );
  await lab.objects.apply(webForm(lab, { image: "nginx:1", rollout: ROLLOUT }));
  await lab.objects.apply(mysqlHub(lab, { marks: "pause: hold" }));
  await rolledOut(lab, UIDS.length);
}

async function nodesUntil(
  lab: OperatorLab,
  what: string,
  are: (nodes: readonly StoredNode[]) => boolean,
): Promise<void> {
  await until(what, async () => are(await nodesOf(lab)), 90);
}

/** A node's end of pause, new values and new revision are one write, and each waits for its room. */
async function resumed(lab: OperatorLab): Promise<void> {
  await lab.db.exec("UPDATE tenants SET hold = 'yes'");
  await nodesUntil(
    lab,
    "every node to be paused",
    (nodes) => nodes.every((node) => node.spec.paused === true && isProven(node)),
  );
  const before = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(webForm(lab, { image: "nginx:2", rollout: ROLLOUT }));
  await until("the new revision", async () => (await formOf(lab)).status.currentRevision !== before);
  const seen = await audit(lab);
  const asked = new OperatorAudit(lab.plane);
  await asked.restart();
  await lab.db.exec("UPDATE tenants SET hold = NULL, plan = 'two'");
  await rolledOut(lab, UIDS.length);
  await seen.stop();
  assert.equal(seen.most.get("web"), 1);
  const writes = (await asked.writes()).filter((write) => /^patch lynqnodes\/\S+$/.test(write)).sort();
  assert.deepEqual(writes, UIDS.map((uid) => `patch lynqnodes/${uid}-web`));
  for (const node of await nodesOf(lab)) {
    assert.deepEqual([node.spec.paused, node.spec.values?.["plan"]], [undefined, "two"]);
  }
}

/** The one node that a generation broke holds the rollout; what rows ask for goes to where the rest stays. */
async function rowsGoOn(lab: OperatorLab): Promise<void> {
  const good = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(webForm(lab, { image: "unpullable:1", rollout: ROLLOUT, timeoutSeconds: 3 }));
  await nodesUntil(lab, "a node to fail", (nodes) => nodes.some(hasFailed));
  await lab.db.exec("INSERT INTO tenants VALUES ('new', 'three', '1', 'no')");
  await lab.db.exec("UPDATE tenants SET plan = 'three' WHERE id IN ('c', 'd')");
  await nodesUntil(lab, "new and changed rows to be ready on the old revision", (nodes) => {
    const asked = nodes.filter(({ spec }) => spec.values?.["plan"] === "three");
    return asked.length === 3 && asked.every((node) => isProven(node) && node.spec.revision === good);
  });
  const nodes = await nodesOf(lab);
  assert.deepEqual(nodes.filter(({ spec }) => spec.revision !== good).map(({ name }) => name), ["a-web"]);
  await formSays(lab, { type: "Progressing", reason: "RollingOut" });
}

/** Nodes stay failed, frozen, paused and left out: the database is read each second, the API server asked nothing. */
async function silent(lab: OperatorLab): Promise<void> {
  await lab.db.exec(`UPDATE tenants SET hold = 'yes' WHERE id = 'b';
    INSERT INTO tenants VALUES ('c', 'differs', '1', 'no'), ('Upper', '', '1', ''), ('odd', '', 'maybe', '')`);
  await event(lab, "RowQuarantined");
  await nodesUntil(
    lab,
    "b to be paused and c frozen",
    (nodes) =>
      nodes.some(({ name, spec }) => name === "b-web" && spec.paused === true) &&
      nodes.some(({ annotations }) => annotations["lynq.sh/frozen"] === "DuplicateUid") &&
      !nodes.some((n) => n.status.observedGeneration !== n.generation),
  );
  const asked = new OperatorAudit(lab.plane);
  const requests = async () =>
    (await asked.requests()).filter(({ verb, objectRef }) =>
      verb !== "watch" && objectRef?.resource !== "leases"
    )
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  // What was still to be told is told within a second or two.
  await until("eight polls without a request", async () => {
    await asked.restart();
    await new Promise((resolve) => setTimeout(resolve, 8000));
    const made = await requests();
    if (made.length > 0) throw new Error(made.join("\n"));
    return true;
  });
}

async function mended(lab: OperatorLab): Promise<void> {
  await lab.db.exec("DELETE FROM tenants WHERE plan = 'differs' OR active = 'maybe' OR id = 'Upper'");
  await lab.db.exec("UPDATE tenants SET hold = NULL");
  await lab.objects.apply(webForm(lab, { image: "nginx:3", rollout: ROLLOUT }));
  await rolledOut(lab, UIDS.length + 1);
  await formSays(lab, { type: "Progressing", reason: "RolloutComplete" });
}

/** A node that fails by itself after the rollout holds nobody up, the next generation included. */
async function failsAlone(lab: OperatorLab): Promise<void> {
  const of = (tag: string) =>
    webForm(lab, { image: `{{ .plan }}:${tag}`, rollout: ROLLOUT, timeoutSeconds: 3 });
  await lab.db.exec("UPDATE tenants SET plan = 'nginx'");
  await lab.objects.apply(of("4"));
  await rolledOut(lab, UIDS.length + 1);
  await formSays(lab, { type: "Progressing", reason: "RolloutComplete" });
  await lab.db.exec("UPDATE tenants SET plan = 'unpullable' WHERE id = 'a'");
  await nodesUntil(
    lab,
    "a to fail",
    (nodes) => nodes.some((node) => node.name === "a-web" && hasFailed(node)),
  );
  await lab.db.exec("INSERT INTO tenants VALUES ('later', 'nginx', '1', 'no')");
  const before = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(of("5"));
  await until("everybody else to be on the next generation", async () => {
    const { currentRevision } = (await formOf(lab)).status;
    const ready = (await nodesOf(lab)).filter((node) =>
      node.spec.revision === currentRevision && isProven(node)
    );
    return before !== currentRevision && ready.length === UIDS.length + 1;
  }, 90);
}

operatorTest(answer, "what rows ask for goes on beside a rollout that doesn't, within the same maxSkew", {
  prepare,
  steps: [
    { title: "rows whose pause ends take room, one write each", run: resumed },
    { title: "a node that a generation broke holds up no row", run: rowsGoOn },
    { title: "what stays as it is costs no request", run: silent },
    { title: "the generation that mends it reaches all", run: mended },
    { title: "a node that fails by its row holds up neither rows nor the next generation", run: failsAlone },
  ],
});
