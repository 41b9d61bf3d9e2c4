import { Counter, Gauge, type Registry } from "prom-client";
import type { TrafficClass, TrafficFigures } from "../kube/turnstile.ts";

const CLASSES: readonly TrafficClass[] = ["read", "write"];

/** Registers what the client of the API server tells of its requests, read when metrics are. */
export function registerTraffic(
  registry: Registry,
  figures: (of: TrafficClass) => TrafficFigures,
): void {
  const gauge = (name: string, help: string, of: (figures: TrafficFigures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["class"],
      registers: [registry],
      collect() {
        for (const each of CLASSES) this.set({ class: each }, of(figures(each)));
      },
    });
  gauge("lynq_api_requests_in_flight", "Requests to the API server under way.", (f) => f.inFlight);
  gauge(
    "lynq_api_requests_limit",
    "Requests under way that the API server is taken to bear.",
    (f) => f.limit,
  );
  gauge("lynq_api_requests_waiting", "Requests that wait for their turn.", (f) => f.waiting);
  new Counter({
    name: "lynq_api_requests_throttled_total",
    help: "Requests that the API server refused for load, and that --kube-api-qps held up.",
    labelNames: ["class", "reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const each of CLASSES) {
        const { refused, rateLimited } = figures(each);
        this.inc({ class: each, reason: "server" }, refused);
        this.inc({ class: each, reason: "qps" }, rateLimited);
      }
    },
  });
}
