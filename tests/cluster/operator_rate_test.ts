import assert from "node:assert/strict";
import { isProven } from "../../src/api/rollout.ts";
import { toStoredNode } from "../../src/api/stored.ts";
import { until } from "../support/cluster_objects.ts";
import { requireControlPlane } from "../support/control_plane.ts";
import { mysqlHub } from "../support/mysql_hub.ts";
import { OperatorAudit } from "../support/operator_audit.ts";
import { type OperatorLab, operatorTest } from "../support/operator_lab.ts";
import { operatorMetrics } from "../support/operator_metrics.ts";
import { CONFIG, form } from "../support/tenants.ts";

const answer = await requireControlPlane();
const ROWS = 60;
const RATE = { qps: 30, burst: 10 };
const metrics = operatorMetrics();

/** A fleet that takes three requests a node, and thus several seconds at this rate. */
async function capped(lab: OperatorLab): Promise<void> {
  const audit = new OperatorAudit(lab.plane);
  await audit.restart();
  await lab.objects.apply(`${mysqlHub(lab)}---${form(lab, "web", CONFIG)}`);
  await until("every node to be ready", async () => {
    const of = { apiVersion: "operator.lynq.sh/v1", kind: "LynqNode", namespace: lab.namespace };
    return (await lab.objects.list(of)).map(toStoredNode).filter(isProven).length === ROWS;
  });
  // Leases and watches are not counted; nor are reviews of those who read the metrics.
  const times = (await audit.requests())
    .filter(({ verb, objectRef }) => verb !== "watch" && !/leases|reviews/.test(objectRef?.resource ?? ""))
    .map(({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp));
  assert(times.length >= 3 * ROWS, `${times.length} requests`);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  // A second more for what was on its way.
  const most = RATE.burst + RATE.qps * (seconds + 1);
  assert(times.length <= most, `${times.length} requests in ${seconds} s, at most ${most} are allowed`);
  assert(await metrics.value("lynq_api_requests_throttled_total", { reason: "qps" }) > 0);
}

operatorTest(answer, "no more requests are made in a second than --kube-api-qps allows", {
  flags: [...metrics.flags, `--kube-api-qps=${RATE.qps}`, `--kube-api-burst=${RATE.burst}`],
  prepare: async ({ db }) => {
    await db.exec("CREATE TABLE tenants (id VARCHAR(63) PRIMARY KEY, plan VARCHAR(20), active TINYINT(1))");
    const rows = Array.from({ length: ROWS }, (_, n) => `('t${n}', 'pro', 1)`);
    await db.exec(`INSERT INTO tenants VALUES ${rows.join(", ")}`);
  },
  steps: [{ title: "a new fleet comes at that rate, and the metric tells what was held up", run: capped }],
});
