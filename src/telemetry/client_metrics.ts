import { Counter, Gauge, type Registry } from "prom-client";
import type { EventDropReason, RequestLabels } from "./metrics.ts";

const DROP_REASONS: readonly EventDropReason[] = [
  "rate_limited",
  "queue_full",
  "rejected",
  "unreachable",
  "shutdown",
];

/** What the operator's own clients and servers count: requests, leases, events, certificates. */
export class ClientMetrics {
  readonly #requests: Counter<"code" | "method" | "host">;
  readonly #leader: Gauge<"name">;
  readonly #dropped: Counter<"reason">;
  readonly #certificateReads: Counter;
  readonly #certificateErrors: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: "rest_client_requests_total",
      help: "Number of HTTP requests, partitioned by status code, method, and host.",
      labelNames: ["code", "method", "host"],
      registers,
    });
    this.#leader = new Gauge({
      name: "leader_election_master_status",
      help: "Whether this process holds the lease: 1 leader, 0 standby.",
      labelNames: ["name"],
      registers,
    });
    this.#dropped = new Counter({
      name: "lynq_events_dropped_total",
      help: "Kubernetes Events that were not written, by reason.",
      labelNames: ["reason"],
      registers,
    });
    for (const reason of DROP_REASONS) this.#dropped.inc({ reason }, 0);
    this.#certificateReads = new Counter({
      name: "certwatcher_read_certificate_total",
      help: "Total number of certificate reads.",
      registers,
    });
    this.#certificateErrors = new Counter({
      name: "certwatcher_read_certificate_errors_total",
      help: "Total number of certificate read errors.",
      registers,
    });
  }

  request(of: RequestLabels): void {
    this.#requests.inc({ code: String(of.code), method: of.method, host: of.host });
  }

  leader(lease: string, isLeader: boolean): void {
    this.#leader.set({ name: lease }, isLeader ? 1 : 0);
  }

  eventDropped(reason: EventDropReason): void {
    this.#dropped.inc({ reason });
  }

  certificateRead(result: "success" | "error"): void {
    this.#certificateReads.inc();
    if (result === "error") this.#certificateErrors.inc();
  }
}
