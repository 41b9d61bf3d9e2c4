import type { KubeConnection, WatchingClient } from "../kube/client.ts";
import { holdLease, LEASE, type LeaseHold } from "../kube/lease.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ManagerOptions } from "./ground.ts";
import {
  type Leadership,
  leadsElsewhere,
  LEASE_NAME,
  LeaseLost,
  newIdentity,
  standForLeader,
  timingOf,
} from "./leadership.ts";
import { type Manager, startManager } from "./manager.ts";
import type { OperatorOptions } from "./options.ts";
import { whenAnother } from "./repeated_error.ts";
import { replicaLeaseName } from "./shard_leases.ts";
import { startShardedManager } from "./sharded_manager.ts";

/** When the controllers of this process work, and on what: what the other processes leave to it. */
export interface Engine {
  /** Writes only while this process may. */
  readonly writer: WatchingClient;
  /** Has the controllers begin when it is their turn. */
  run(options: Omit<ManagerOptions, "client">): void;
  /** undefined until it was this process's turn. */
  manager(): Manager | undefined;
  /** What of the cluster this process knows, as sentences; undefined where it knows all. */
  scope(): string | undefined;
  /** Gives up its Leases, when nothing writes any more; or lets them expire, where a write may still be on its way. */
  leave(how: "release" | "expire"): Promise<void>;
}

export interface EngineParts {
  readonly client: KubeConnection;
  /** For Leases: whatever else is asked, and however the server slows that down, a renewal does not wait for it. */
  readonly leaseClient: KubeConnection;
  readonly options: OperatorOptions;
  /** Of the Leases. */
  readonly namespace: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** A Lease is lost, or the kinds are not installed. */
  readonly fail: (error: unknown) => void;
}

export function createEngine(parts: EngineParts): Engine {
  const { leaderElect, shards } = parts.options;
  if (!leaderElect) return alone(parts);
  return shards > 1 ? sharing(parts) : leading(parts);
}

function alone({ client, fail }: EngineParts): Engine {
  const state: { manager?: Manager } = {};
  return {
    writer: client,
    run: (options) => state.manager = started(startManager({ ...options, client }), fail),
    manager: () => state.manager,
    scope: () => undefined,
    leave: () => Promise.resolve(),
  };
}

/** Works on all while it leads, and on nothing before. */
function leading(parts: EngineParts): Engine {
  const { fail } = parts;
  const leader = stand(parts, newIdentity());
  const state: { manager?: Manager } = {};
  return {
    writer: leader.writer,
    run: (options) => {
      leader.lease.acquired.then((outcome) => {
        if (outcome !== "acquired") return;
        state.manager = started(startManager({ ...options, client: leader.writer }), fail);
      }).catch(fail);
    },
    manager: () => state.manager,
    scope: () =>
      state.manager === undefined
        ? `This replica waits for the lease ${LEASE_NAME} and knows nothing of the cluster. ${
          leadsElsewhere(leader)
        }`
        : undefined,
    leave: (how) => leader.stop(how),
  };
}

/** Works on its shards, and on hubs and forms while it leads. */
function sharing(parts: EngineParts): Engine {
  const { client, leaseClient, options, namespace, log, fail } = parts;
  const identity = newIdentity();
  const name = replicaLeaseName(options.shards, crypto.randomUUID());
  const member = holdLease({
    client: leaseClient,
    namespace,
    name,
    identity,
    timing: timingOf(options),
    onError: whenAnother(
      (error) => log.error("lease of this replica", { lease: `${namespace}/${name}`, error }),
      () => performance.now(),
    ),
  });
  failWhenLost(member, { name, fail });
  const state: { manager?: Manager; leader?: Leadership } = {};
  const alive = () => {
    if (!member.isHeld()) throw new LeaseLost(name);
  };
  const writer = client.fenced(alive);
  return {
    writer,
    run: (managed) => {
      const manager = startShardedManager({
        ...managed,
        client,
        leaseWriter: leaseClient.fenced(alive),
        writer,
        namespace,
        identity,
        member,
        count: options.shards,
        timing: timingOf(options),
        stand: () => state.leader = stand(parts, identity),
        fail,
      });
      state.manager = started(manager, fail);
    },
    manager: () => state.manager,
    scope: () => state.manager?.scope(),
    leave: async (how) => {
      await state.leader?.stop(how);
      if (!await member.stop(how)) return;
      log.info("gave up lease of this replica", { lease: `${namespace}/${name}` });
      await leaseClient.delete({ type: LEASE, namespace, name }).catch((error: unknown) =>
        log.error("lease of this replica", { error })
      );
    },
  };
}

function started(manager: Manager, fail: EngineParts["fail"]): Manager {
  manager.started.catch(fail);
  return manager;
}

function stand(parts: EngineParts, identity: string): Leadership {
  const { metrics, fail } = parts;
  const leader = standForLeader({ ...parts, identity });
  const tell = (leads: boolean) => metrics.leader(LEASE_NAME, leads);
  tell(false);
  leader.lease.acquired.then((outcome) => tell(outcome === "acquired")).catch(fail);
  leader.lease.ended.then(() => tell(false)).catch(fail);
  failWhenLost(leader.lease, { name: LEASE_NAME, fail });
  return leader;
}

/** Another replica may be working by then. */
function failWhenLost(lease: LeaseHold, { name, fail }: { name: string } & Pick<EngineParts, "fail">): void {
  lease.ended.then((outcome) => {
    if (outcome === "lost") fail(new LeaseLost(name));
  }).catch(fail);
}
