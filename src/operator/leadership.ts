import type { KubeConnection, WatchingClient } from "../kube/client.ts";
import { holdLease, type LeaseHold } from "../kube/lease.ts";
import type { LeaseTiming } from "../kube/lease_record.ts";
import type { Log } from "../telemetry/log.ts";
import type { OperatorOptions } from "./options.ts";
import { whenAnother } from "./repeated_error.ts";

/** The Lease that this implementation and the one in Go exclude each other with. */
export const LEASE_NAME = "f2130106.lynq.sh";

/** A lease is held no more: another replica may be working already, so nothing may be written. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
  readonly lease: string;

  constructor(lease: string) {
    super(`the lease ${lease} was lost`);
    this.lease = lease;
  }
}

export interface Leadership {
  readonly lease: LeaseHold;
  /** Writes only while the lease is held: what comes later throws `LeaseLost` and is not sent. */
  readonly writer: WatchingClient;
  /** Who holds the lease, as far as was seen; "" where nobody does. */
  holder(): string;
  /** Gives the lease up, when nothing writes any more; or lets it expire, where a write may still be on its way. */
  stop(how: "release" | "expire"): Promise<void>;
}

export interface Candidacy {
  readonly client: KubeConnection;
  readonly leaseClient: KubeConnection;
  readonly options: OperatorOptions;
  readonly namespace: string;
  readonly log: Log;
  /** Which no other candidate has. */
  readonly identity: string;
}

/** Becomes a candidate for the leader's Lease. */
export function standForLeader(of: Candidacy): Leadership {
  const { client, leaseClient, options, namespace, log } = of;
  const name = `${namespace}/${LEASE_NAME}`;
  log.info("attempting to acquire leader lease", { lease: name });
  const state = { holder: "" };
  const lease = holdLease({
    client: leaseClient,
    namespace,
    name: LEASE_NAME,
    identity: of.identity,
    timing: timingOf(options),
    onHolder: (identity) => {
      state.holder = identity;
      log.info("leader", { identity });
    },
    onError: whenAnother(
      (error) => log.error("leader election", { lease: name, error }),
      () => performance.now(),
    ),
  });
  return {
    lease,
    holder: () => state.holder,
    writer: client.fenced(() => {
      if (!lease.isHeld()) throw new LeaseLost(LEASE_NAME);
    }),
    stop: async (how) => {
      if (await lease.stop(how)) log.info("gave up leader lease", { lease: name });
    },
  };
}

/** Where the status page tells what this replica doesn't know. */
export function leadsElsewhere(leader: Leadership | undefined): string {
  const holder = leader?.holder() ?? "";
  return holder === ""
    ? `Nobody holds the lease ${LEASE_NAME} yet.`
    : `All is on the page of ${holder}, which leads.`;
}

/** The pod's name, and what no other process has. */
export function newIdentity(): string {
  return `${Deno.env.get("POD_NAME") ?? "lynq"}_${crypto.randomUUID()}`;
}

export function timingOf(options: OperatorOptions): LeaseTiming {
  return {
    durationSeconds: options.leaderElectLeaseDuration,
    renewDeadlineSeconds: options.leaderElectRenewDeadline,
    retrySeconds: options.leaderElectRetryPeriod,
  };
}
