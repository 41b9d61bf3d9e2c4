import assert from "node:assert/strict";
import { createMetrics } from "./prometheus.ts";
import type { Metrics, NodeGauges } from "./metrics.ts";

const NODE = { namespace: "apps", name: "acme-web" };
const OTHER = { namespace: "apps", name: "beta-web" };
const HEALTHY: NodeGauges = {
  desired: 3,
  ready: 3,
  failed: 0,
  conflicted: 0,
  conditions: { Ready: "True", Progressing: "False", Conflicted: "False", Degraded: "False" },
  degradedReason: undefined,
};

/** Sample lines without comments, by `name{labels}`. */
async function samples(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.render()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

/** The part of the samples whose names begin so. */
function beginning(all: Map<string, number>, prefix: string): Record<string, number> {
  return Object.fromEntries([...all].filter(([name]) => name.startsWith(prefix)));
}

Deno.test("a LynqNode's counts and conditions are gauges by name and namespace", async () => {
  const metrics = createMetrics();
  metrics.nodeStatus(NODE, {
    ...HEALTHY,
    ready: 1,
    failed: 1,
    conditions: { Ready: "Unknown", Degraded: "True" },
    degradedReason: "ResourceFailures",
  });
  const labels = 'lynqnode="acme-web",namespace="apps"';
  assert.deepEqual(beginning(await samples(metrics), "lynqnode_"), {
    [`lynqnode_resources_ready{${labels}}`]: 1,
    [`lynqnode_resources_desired{${labels}}`]: 3,
    [`lynqnode_resources_failed{${labels}}`]: 1,
    [`lynqnode_resources_conflicted{${labels}}`]: 0,
    [`lynqnode_condition_status{${labels},type="Ready"}`]: 2,
    [`lynqnode_condition_status{${labels},type="Degraded"}`]: 1,
    [`lynqnode_degraded_status{${labels},reason="ResourceFailures"}`]: 1,
  });
});

Deno.test("a degraded reason that another one supersedes, or that is over, becomes 0", async () => {
  const metrics = createMetrics();
  const degraded = async (degradedReason: string | undefined) => {
    metrics.nodeStatus(NODE, { ...HEALTHY, degradedReason });
    const found = beginning(await samples(metrics), "lynqnode_degraded_status");
    return Object.fromEntries(
      Object.entries(found).map(([key, value]) => [/reason="(\w+)"/.exec(key)?.[1], value]),
    );
  };
  assert.deepEqual(await degraded(undefined), {});
  assert.deepEqual(await degraded("ResourcesNotReady"), { ResourcesNotReady: 1 });
  assert.deepEqual(await degraded("ResourceFailures"), { ResourcesNotReady: 0, ResourceFailures: 1 });
  assert.deepEqual(await degraded(undefined), { ResourcesNotReady: 0, ResourceFailures: 0 });
});

Deno.test("a condition that a status no longer has loses its series", async () => {
  const metrics = createMetrics();
  metrics.nodeStatus(NODE, HEALTHY);
  metrics.nodeStatus(NODE, { ...HEALTHY, conditions: { Degraded: "True" } });
  assert.deepEqual(Object.keys(beginning(await samples(metrics), "lynqnode_condition_status")), [
    'lynqnode_condition_status{lynqnode="acme-web",namespace="apps",type="Degraded"}',
  ]);
});

Deno.test("no series of a forgotten node, hub or rollout stays, and those of others do", async () => {
  const metrics = createMetrics();
  const before = await samples(metrics);
  const fill = (node: typeof NODE) => {
    metrics.nodeStatus(node, { ...HEALTHY, degradedReason: "ResourceConflicts" });
    metrics.nodeStatus(node, { ...HEALTHY, degradedReason: "ResourceFailures" });
    metrics.conflict(node, { kind: "ConfigMap", conflictPolicy: "Stuck" });
    metrics.conflict(node, { kind: "Service", conflictPolicy: "Force" });
    metrics.hubStatus(node, { desired: 2, ready: 1, failed: 1 });
    metrics.formPaused(node, true);
    metrics.rollout(node, { phase: "InProgress", updatingNodes: 2, progress: 50 });
  };
  fill(NODE);
  fill(OTHER);
  const full = await samples(metrics);
  assert.equal([...full.keys()].filter((key) => key.includes(NODE.name)).length, 22);
  metrics.forgetNode(NODE);
  metrics.forgetHub(NODE);
  metrics.forgetRollout(NODE);
  metrics.forgetForm(NODE);
  const after = await samples(metrics);
  assert.deepEqual([...after.keys()].filter((key) => key.includes(NODE.name)), []);
  assert.equal([...after.keys()].filter((key) => key.includes(OTHER.name)).length, 22);
  metrics.forgetNode(OTHER);
  metrics.forgetHub(OTHER);
  metrics.forgetRollout(OTHER);
  metrics.forgetForm(OTHER);
  assert.deepEqual([...(await samples(metrics)).keys()], [...before.keys()]);
});

Deno.test("histograms have the buckets that alerts and dashboards use", async () => {
  const metrics = createMetrics();
  metrics.nodeReconciled("partial_failure", 0.7);
  metrics.controller("lynqnode", 10);
  const all = await samples(metrics);
  const buckets = (name: string) =>
    Object.keys(beginning(all, `${name}_bucket`)).map((key) => /le="([^"]+)"/.exec(key)?.[1]).join(" ");
  assert.equal(buckets("lynqnode_reconcile_duration_seconds"), "0.1 0.5 1 2 5 10 30 60 +Inf");
  assert.equal(
    buckets("workqueue_queue_duration_seconds"),
    "1e-8 1e-7 0.000001 0.00001 0.0001 0.001 0.01 0.1 1 10 100 1000 +Inf",
  );
  assert.equal(buckets("controller_runtime_reconcile_time_seconds").split(" ").length, 41);
  assert.equal(all.get('lynqnode_reconcile_duration_seconds_bucket{le="0.5",result="partial_failure"}'), 0);
  assert.equal(all.get('lynqnode_reconcile_duration_seconds_bucket{le="1",result="partial_failure"}'), 1);
});

Deno.test("a controller's series start at 0 and follow its queue and its workers", async () => {
  let now = 1_000_000;
  const metrics = createMetrics({ now: () => now });
  const series = metrics.controller("lynqhub", 3);
  const labels = 'name="lynqhub",controller="lynqhub"';
  const start = await samples(metrics);
  assert.equal(start.get(`workqueue_depth{${labels},priority=""}`), 0);
  assert.equal(start.get('controller_runtime_reconcile_errors_total{controller="lynqhub"}'), 0);
  assert.equal(start.get('controller_runtime_max_concurrent_reconciles{controller="lynqhub"}'), 3);
  assert.equal(start.get(`workqueue_unfinished_work_seconds{${labels}}`), 0);
  series.added();
  series.depth(1);
  series.waited(0.5);
  series.active(1);
  now += 2_000;
  series.active(2);
  now += 3_000;
  const busy = await samples(metrics);
  assert.equal(busy.get(`workqueue_unfinished_work_seconds{${labels}}`), 8);
  assert.equal(busy.get(`workqueue_longest_running_processor_seconds{${labels}}`), 5);
  assert.equal(busy.get('controller_runtime_active_workers{controller="lynqhub"}'), 2);
  assert.equal(busy.get(`workqueue_queue_duration_seconds_sum{${labels}}`), 0.5);
  series.finished("error", 5);
  series.retried();
  series.active(1);
  const end = await samples(metrics);
  assert.equal(end.get(`workqueue_longest_running_processor_seconds{${labels}}`), 3);
  assert.equal(end.get(`workqueue_retries_total{${labels}}`), 1);
  assert.equal(end.get(`workqueue_work_duration_seconds_sum{${labels}}`), 5);
  assert.equal(end.get('controller_runtime_reconcile_total{controller="lynqhub",result="error"}'), 1);
  assert.equal(end.get('controller_runtime_reconcile_total{controller="lynqhub",result="success"}'), 0);
  assert.equal(end.get('controller_runtime_reconcile_errors_total{controller="lynqhub"}'), 1);
});

Deno.test("requests, leases, events, applies and certificates are counted under their known names", async () => {
  const metrics = createMetrics();
  metrics.restRequest({ code: 201, method: "PATCH", host: "10.0.0.1:443" });
  metrics.restRequest({ code: "<error>", method: "GET", host: "10.0.0.1:443" });
  metrics.leader("f2130106.lynq.sh", true);
  metrics.eventDropped("queue_full");
  metrics.applyAttempt({ kind: "Secret", result: "error", conflictPolicy: "Stuck" });
  metrics.certificateRead("error");
  const all = await samples(metrics);
  for (
    const [key, value] of [
      ['rest_client_requests_total{code="201",method="PATCH",host="10.0.0.1:443"}', 1],
      ['rest_client_requests_total{code="<error>",method="GET",host="10.0.0.1:443"}', 1],
      ['leader_election_master_status{name="f2130106.lynq.sh"}', 1],
      ['lynq_events_dropped_total{reason="queue_full"}', 1],
      ['lynq_events_dropped_total{reason="rejected"}', 0],
      ['apply_attempts_total{kind="Secret",result="error",conflict_policy="Stuck"}', 1],
      ["certwatcher_read_certificate_errors_total", 1],
    ] as const
  ) {
    assert.equal(all.get(key), value, key);
  }
  metrics.leader("f2130106.lynq.sh", false);
  assert.equal((await samples(metrics)).get('leader_election_master_status{name="f2130106.lynq.sh"}'), 0);
});

Deno.test("the process tells its memory, its processor time and its start", async () => {
  const all = await samples(createMetrics());
  assert.ok((all.get("process_resident_memory_bytes") ?? 0) > 1e6);
  const [heap, code] = ["process_heap_bytes", "process_heap_code_bytes"].map((name) => all.get(name) ?? 0);
  assert.ok(0 < (code ?? 0) && (code ?? 0) < (heap ?? 0));
  assert.ok((all.get("process_cpu_seconds_total") ?? -1) >= 0);
  assert.ok(Math.abs((all.get("process_start_time_seconds") ?? 0) * 1000 - Date.now()) < 86_400_000);
});

Deno.test("requests to the API server are read when metrics are, by class", async () => {
  const metrics = createMetrics();
  const figures = { inFlight: 3, limit: 12, waiting: 5, refused: 2, rateLimited: 4 };
  metrics.apiTraffic((of) => of === "write" ? figures : { ...figures, inFlight: 1, refused: 0 });
  await metrics.render();
  figures.inFlight = 4;
  assert.deepEqual(beginning(await samples(metrics), "lynq_api_requests_"), {
    'lynq_api_requests_in_flight{class="read"}': 1,
    'lynq_api_requests_in_flight{class="write"}': 4,
    'lynq_api_requests_limit{class="read"}': 12,
    'lynq_api_requests_limit{class="write"}': 12,
    'lynq_api_requests_waiting{class="read"}': 5,
    'lynq_api_requests_waiting{class="write"}': 5,
    'lynq_api_requests_throttled_total{class="read",reason="server"}': 0,
    'lynq_api_requests_throttled_total{class="read",reason="qps"}': 4,
    'lynq_api_requests_throttled_total{class="write",reason="server"}': 2,
    'lynq_api_requests_throttled_total{class="write",reason="qps"}': 4,
  });
});
