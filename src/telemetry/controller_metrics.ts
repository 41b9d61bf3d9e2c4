import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ControllerSeries, ReconcileResult } from "./metrics.ts";
import { QueueMetrics } from "./queue_metrics.ts";

const RESULTS: readonly ReconcileResult[] = ["success", "error", "requeue", "requeue_after"];

// deno-fmt-ignore
const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75,
  2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/** The `controller_runtime_*` series, with controller-runtime's names, labels and buckets. */
export class ControllerMetrics {
  readonly #queues: QueueMetrics;
  readonly #total: Counter<"controller" | "result">;
  readonly #errors: Counter<"controller">;
  readonly #time: Histogram<"controller">;
  readonly #maxConcurrent: Gauge<"controller">;
  readonly #active: Gauge<"controller">;

  constructor(registry: Registry, now: () => number) {
    this.#queues = new QueueMetrics(registry, now);
    const registers = [registry];
    const labelNames = ["controller"] as const;
    this.#total = new Counter({
      name: "controller_runtime_reconcile_total",
      help: "Total number of reconciliations per controller",
      labelNames: ["controller", "result"],
      registers,
    });
    this.#errors = new Counter({
      name: "controller_runtime_reconcile_errors_total",
      help: "Total number of reconciliation errors per controller",
      labelNames,
      registers,
    });
    this.#time = new Histogram({
      name: "controller_runtime_reconcile_time_seconds",
      help: "Length of time per reconciliation per controller",
      labelNames,
      buckets: RECONCILE_BUCKETS,
      registers,
    });
    this.#maxConcurrent = new Gauge({
      name: "controller_runtime_max_concurrent_reconciles",
      help: "Maximum number of concurrent reconciles per controller",
      labelNames,
      registers,
    });
    this.#active = new Gauge({
      name: "controller_runtime_active_workers",
      help: "Number of currently used workers per controller",
      labelNames,
      registers,
    });
  }

  /** The series of one controller, all at 0 from the start, so that a rate over the first error is right. */
  start(controller: string, maxConcurrentReconciles: number): ControllerSeries {
    const queue = this.#queues.start(controller);
    this.#maxConcurrent.set({ controller }, maxConcurrentReconciles);
    this.#active.set({ controller }, 0);
    for (const result of RESULTS) this.#total.inc({ controller, result }, 0);
    this.#errors.inc({ controller }, 0);
    this.#time.zero({ controller });
    return {
      depth: queue.depth,
      added: queue.added,
      retried: queue.retried,
      waited: queue.waited,
      active: (workers) => {
        this.#active.set({ controller }, workers);
        queue.running(workers);
      },
      finished: (result, seconds) => {
        this.#total.inc({ controller, result });
        if (result === "error") this.#errors.inc({ controller });
        this.#time.observe({ controller }, seconds);
        queue.worked(seconds);
      },
    };
  }
}
