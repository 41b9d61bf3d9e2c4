import assert from "node:assert/strict";
import type { HubStatus } from "../../src/api/hub.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { fillTenants, formOf, formSays, rolledOut, seldomHub } from "../support/rollout_lab.ts";

const answer = await requireControlPlane();
const NODES = 90;
/** Steps that a rollout takes: one write each would be as many. */
const MAX_SKEW = 3;
/** Writes that are due whatever the pace: conditions that turn, phases, another generation, the last count. */
const TURNS = 9;

function form({ namespace }: OperatorLab, text: string): string {
  return `
apiVersion: operator.lynq.sh/v1
kind: LynqForm
metadata: {name: web, namespace: ${namespace}}
spec:
  hubId: tenants
  rollout: {maxSkew: ${MAX_SKEW}}
  configMaps:
  - {id: config, nameTemplate: "{{ .uid }}-config", spec: {apiVersion: v1, kind: ConfigMap, data: {text: "${text}"}}}
`;
}

/** The hub and the form say that every node is ready, and their last word is the last. */
async function allTold(lab: OperatorLab): Promise<void> {
  await rolledOut(lab, NODES);
  await formSays(lab, { type: "Progressing", reason: "RolloutComplete" });
  await until("hub and form to count every node", async () => {
    const hub = {
      apiVersion: "operator.lynq.sh/v1",
      kind: "LynqHub",
      namespace: lab.namespace,
      name: "tenants",
    };
    const { desired, ready } = ((await lab.objects.get(hub))?.["status"] ?? {}) as HubStatus;
    const { readyNodes, rollout } = (await formOf(lab)).status;
    return desired === NODES && ready === NODES && readyNodes === NODES &&
      rollout?.readyUpdatedNodes === NODES;
  });
}

/** No object's status is written more often than once a second, beyond what turns. */
async function paced(lab: OperatorLab, work: () => Promise<void>): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await work();
  await allTold(lab);
  const written = (await audit.requests()).filter(({ verb, objectRef }) =>
    verb === "patch" && objectRef?.subresource === "status" &&
    (objectRef.resource === "lynqhubs" || objectRef.resource === "lynqforms")
  );
  const byObject = Map.groupBy(written, ({ requestURI }) => requestURI.split("?")[0]);
  assert(byObject.size > 0);
  for (const [which, writes] of byObject) {
    const times = writes.map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp));
    const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
    const most = seconds + TURNS;
    assert(writes.length <= most, `${which}: ${writes.length} writes, at most ${most} are due`);
  }
}

async function made(lab: OperatorLab): Promise<void> {
  await paced(lab, async () => {
    await lab.objects.apply(form(lab, "one"));
    await lab.objects.apply(seldomHub(lab));
  });
}

async function moved(lab: OperatorLab): Promise<void> {
  await paced(lab, async () => await lab.objects.apply(form(lab, "two")));
}

/** What waits to be told when the process ends is told by the next one. */
async function killed(lab: OperatorLab): Promise<void> {
  const before = (await formOf(lab)).status.currentRevision;
  await lab.objects.apply(form(lab, "three"));
  await until("the rollout to be under way", async () => {
    const { currentRevision, rollout } = (await formOf(lab)).status;
    return currentRevision !== before && (rollout?.readyUpdatedNodes ?? 0) > 0;
  });
  await lab.operator.kill();
  lab.operator = await lab.start();
  await allTold(lab);
}

operatorTest(answer, "hub and form tell of nodes that become ready once a second, and of the last one", {
  prepare: (lab) => fillTenants(lab, Array.from({ length: NODES }, (_, n) => `('t${n}', 'free', 1)`)),
  steps: [
    { title: "as they are made", run: made },
    { title: "as they are moved", run: moved },
    { title: "as the operator is killed between two tellings", run: killed },
  ],
});
