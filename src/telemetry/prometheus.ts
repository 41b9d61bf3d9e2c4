import { Registry } from "prom-client";
import { ClientMetrics } from "./client_metrics.ts";
import { ControllerMetrics } from "./controller_metrics.ts";
import { HubMetrics } from "./hub_metrics.ts";
import type { Metrics } from "./metrics.ts";
import { NodeMetrics } from "./node_metrics.ts";
import { registerProcessMetrics } from "./process_metrics.ts";
import { registerTraffic } from "./traffic_metrics.ts";

/** Metrics with a registry of their own, so that two operators in one process do not mix. */
export function createMetrics(options: { now?: () => number } = {}): Metrics {
  const now = options.now ?? (() => Date.now());
  const registry = new Registry();
  const node = new NodeMetrics(registry);
  const hub = new HubMetrics(registry);
  const controllers = new ControllerMetrics(registry, now);
  const client = new ClientMetrics(registry);
  registerProcessMetrics(registry, now);
  return {
    nodeReconciled: (result, seconds) => node.reconciled(result, seconds),
    nodeStatus: (name, status) => node.status(name, status),
    conflict: (name, of) => node.conflict(name, of),
    forgetNode: (name) => node.forget(name),
    applyAttempt: (of) => node.applyAttempt(of),
    drift: (of) => node.drift(of),
    hubStatus: (name, counts) => hub.status(name, counts),
    forgetHub: (name) => hub.forget(name),
    rollout: (form, of) => hub.rollout(form, of),
    forgetRollout: (form) => hub.forgetRollout(form),
    formPaused: (form, paused) => hub.formPaused(form, paused),
    forgetForm: (form) => hub.forgetForm(form),
    controller: (name, maxConcurrentReconciles) => controllers.start(name, maxConcurrentReconciles),
    restRequest: (of) => client.request(of),
    leader: (lease, isLeader) => client.leader(lease, isLeader),
    eventDropped: (reason) => client.eventDropped(reason),
    certificateRead: (result) => client.certificateRead(result),
    apiTraffic: (figures) => registerTraffic(registry, figures),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
}
