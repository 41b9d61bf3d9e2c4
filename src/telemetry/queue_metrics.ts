import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000];

type QueueLabel = "name" | "controller";
const LABEL_NAMES = ["name", "controller"] as const;

/** What one queue tells of itself. */
export interface QueueSeries {
  depth(count: number): void;
  added(): void;
  retried(): void;
  waited(seconds: number): void;
  /** How many keys have a worker: one more than before is a start. */
  running(workers: number): void;
  /** A key's worker ended after so many seconds. */
  worked(seconds: number): void;
}

/** The `workqueue_*` series, with controller-runtime's names, labels and buckets. */
export class QueueMetrics {
  readonly #now: () => number;
  /** When each running reconcile began, by queue. */
  readonly #starts = new Map<string, number[]>();
  readonly #depth: Gauge<QueueLabel | "priority">;
  readonly #adds: Counter<QueueLabel>;
  readonly #retries: Counter<QueueLabel>;
  readonly #queueTime: Histogram<QueueLabel>;
  readonly #workTime: Histogram<QueueLabel>;

  constructor(registry: Registry, now: () => number) {
    this.#now = now;
    const registers = [registry];
    const labelNames = LABEL_NAMES;
    this.#depth = new Gauge({
      name: "workqueue_depth",
      help: "Current depth of workqueue by workqueue and priority",
      labelNames: [...LABEL_NAMES, "priority"],
      registers,
    });
    this.#adds = new Counter({
      name: "workqueue_adds_total",
      help: "Total number of adds handled by workqueue",
      labelNames,
      registers,
    });
    this.#retries = new Counter({
      name: "workqueue_retries_total",
      help: "Total number of retries handled by workqueue",
      labelNames,
      registers,
    });
    this.#queueTime = new Histogram({
      name: "workqueue_queue_duration_seconds",
      help: "How long in seconds an item stays in workqueue before being requested",
      labelNames,
      buckets: BUCKETS,
      registers,
    });
    this.#workTime = new Histogram({
      name: "workqueue_work_duration_seconds",
      help: "How long in seconds processing an item from workqueue takes.",
      labelNames,
      buckets: BUCKETS,
      registers,
    });
    this.#registerRunning(registry);
  }

  /** The series of one queue, all at 0. A queue is named after its controller. */
  start(name: string): QueueSeries {
    const labels = { name, controller: name };
    const starts: number[] = [];
    this.#starts.set(name, starts);
    const depth = (count: number) => this.#depth.set({ ...labels, priority: "" }, count);
    depth(0);
    this.#adds.inc(labels, 0);
    this.#retries.inc(labels, 0);
    this.#queueTime.zero(labels);
    this.#workTime.zero(labels);
    return {
      depth,
      added: () => this.#adds.inc(labels),
      retried: () => this.#retries.inc(labels),
      waited: (seconds) => this.#queueTime.observe(labels, seconds),
      running: (workers) => {
        if (workers > starts.length) starts.push(this.#now());
      },
      worked: (seconds) => {
        forgetStart(starts, this.#now() - seconds * 1000);
        this.#workTime.observe(labels, seconds);
      },
    };
  }

  #registerRunning(registry: Registry): void {
    const registers = [registry];
    const readAges = () =>
      [...this.#starts].map(([name, starts]) => ({
        labels: { name, controller: name },
        ages: starts.map((start) => Math.max(0, this.#now() - start) / 1000),
      }));
    new Gauge({
      name: "workqueue_unfinished_work_seconds",
      help:
        "How many seconds of work is in progress and not yet in work_duration. Large values show stuck workers.",
      labelNames: LABEL_NAMES,
      registers,
      collect() {
        for (const { labels, ages } of readAges()) this.set(labels, ages.reduce((sum, age) => sum + age, 0));
      },
    });
    new Gauge({
      name: "workqueue_longest_running_processor_seconds",
      help: "How many seconds has the longest running processor for workqueue been running.",
      labelNames: LABEL_NAMES,
      registers,
      collect() {
        for (const { labels, ages } of readAges()) this.set(labels, Math.max(0, ...ages));
      },
    });
  }
}

/** Takes away the start that is nearest to that of the reconcile that ended. */
function forgetStart(starts: number[], at: number): void {
  const distances = starts.map((start) => Math.abs(start - at));
  const nearest = distances.indexOf(Math.min(...distances));
  if (nearest >= 0) starts.splice(nearest, 1);
}
