import { type LeaseView, see } from "../kube/lease_record.ts";
import type { KubeObject } from "../kube/object.ts";
import { LEASE_NAME } from "./leadership.ts";

/** The replicas that share so many shards; replicas with another number work at other times. */
export interface ShardGroup {
  readonly count: number;
  /** This replica's identity. */
  readonly me: string;
  /** How long a holder is believed to live of whom there is no Lease. */
  readonly durationSeconds: number;
}

/** What the Leases tell of the group at one time. */
export interface Sight {
  /** The replicas of the group that live. */
  readonly replicas: readonly string[];
  /** Who has each shard; undefined where nobody who lives has it. */
  readonly holders: readonly (string | undefined)[];
  /** The Leases of the shards that have one. */
  readonly leases: ReadonlyMap<number, KubeObject>;
  /** Leases that nobody needs: of replicas that died and that nothing names, of shards of another number. */
  readonly remains: readonly KubeObject[];
  /** Whether a replica of this group leads: only then shards are taken. */
  readonly led: boolean;
  /** Who works that is not of this group, whose work and ours exclude each other. */
  readonly foreign: string | undefined;
}

/** The Lease that a replica lives by. It is renewed for all of its shards. */
export function replicaLeaseName(count: number, id: string): string {
  return `lynq-replica-of-${count}-${id}`;
}

export function shardLeaseName(shard: number, count: number): string {
  return `lynq-shard-${shard}-of-${count}`;
}

const REPLICA = /^lynq-replica-of-([0-9]+)-/;
const SHARD = /^lynq-shard-([0-9]+)-of-([0-9]+)$/;

type Seen = LeaseView & { readonly kind: "seen" };

/**
 * What this replica has seen of all Leases so far. Whoever does not renew for the duration of its Lease is dead, by this
 * machine's clock alone; the Leases must be read from the API server itself, never from a cache.
 */
export class Sightings {
  readonly #group: ShardGroup;
  readonly #known: Set<string>;
  /** Holders without a Lease, and since when. */
  readonly #absentSince = new Map<string, number>();
  #views: ReadonlyMap<string, Seen> = new Map();

  constructor(group: ShardGroup) {
    this.#group = group;
    this.#known = new Set([group.me]);
  }

  /** `monotonicMs` is when they were read; `alive` whether this replica still holds its own Lease. */
  see(leases: readonly KubeObject[], monotonicMs: number, alive: boolean): Sight {
    const { count, me } = this.#group;
    this.#views = new Map(leases.map((lease) => {
      const name = lease.metadata.name ?? "";
      return [name, see(this.#views.get(name) ?? { kind: "unseen" }, lease, monotonicMs)] as const;
    }));
    const living = new Map<string, string>();
    const dead = new Set<string>();
    for (const [name, view] of this.#views) {
      const group = REPLICA.exec(name)?.[1];
      const { holderIdentity } = view.record;
      if (group === undefined || holderIdentity === "") continue;
      this.#absentSince.delete(holderIdentity);
      if (group === String(count)) this.#known.add(holderIdentity);
      if (isLive(view, monotonicMs)) living.set(holderIdentity, group);
      else dead.add(holderIdentity);
    }
    if (alive) living.set(me, String(count));
    else living.delete(me);
    const named = new Set(
      [...this.#views].flatMap(([name, { record }]) => REPLICA.test(name) ? [] : [record.holderIdentity]),
    );
    const isGone = (identity: string) =>
      dead.has(identity) || !living.has(identity) && this.#isMissed(identity, monotonicMs);
    return {
      ...this.#shards(leases, isGone),
      replicas: [...living].flatMap(([replica, group]) => group === String(count) ? [replica] : []),
      remains: leases.filter(({ metadata: { name = "" } }) => {
        const view = this.#views.get(name);
        if (view === undefined || isLive(view, monotonicMs)) return false;
        const holder = view.record.holderIdentity;
        if (REPLICA.test(name)) return holder === "" || !named.has(holder);
        const of = SHARD.exec(name)?.[2];
        return of !== undefined && of !== String(count) && (holder === "" || isGone(holder));
      }),
      led: living.get(this.#holderOf(LEASE_NAME)) === String(count),
      foreign: this.#foreign(monotonicMs, isGone),
    };
  }

  #shards(
    leases: readonly KubeObject[],
    isGone: (identity: string) => boolean,
  ): Pick<Sight, "holders" | "leases"> {
    const { count } = this.#group;
    const named = new Map(leases.map((lease) => [lease.metadata.name ?? "", lease]));
    const own = new Map<number, KubeObject>();
    const holders = Array.from({ length: count }, (_, shard) => {
      const name = shardLeaseName(shard, count);
      const lease = named.get(name);
      if (lease !== undefined) own.set(shard, lease);
      const holder = this.#holderOf(name);
      return holder === "" || isGone(holder) ? undefined : holder;
    });
    return { holders, leases: own };
  }

  /** One who leads and never was of this group, or who has shards of another number. */
  #foreign(monotonicMs: number, isGone: (identity: string) => boolean): string | undefined {
    const leader = this.#views.get(LEASE_NAME);
    const leads = leader?.record.holderIdentity ?? "";
    if (leader !== undefined && leads !== "" && !this.#known.has(leads) && isLive(leader, monotonicMs)) {
      return leads;
    }
    for (const name of this.#views.keys()) {
      const of = SHARD.exec(name)?.[2];
      const holder = this.#holderOf(name);
      if (of !== undefined && of !== String(this.#group.count) && holder !== "" && !isGone(holder)) {
        return holder;
      }
    }
    return undefined;
  }

  /** Its Lease was deleted, by whomever: it may work until it could have learned of that. */
  #isMissed(identity: string, monotonicMs: number): boolean {
    const since = this.#absentSince.get(identity) ?? monotonicMs;
    this.#absentSince.set(identity, since);
    return monotonicMs >= since + this.#group.durationSeconds * 1000;
  }

  #holderOf(name: string): string {
    return this.#views.get(name)?.record.holderIdentity ?? "";
  }
}

function isLive({ record, changedAt }: Seen, monotonicMs: number): boolean {
  return monotonicMs < changedAt + record.leaseDurationSeconds * 1000;
}
