import { compareText } from "../../src/kube/compare_text.ts";
import { LEASE } from "../../src/kube/lease.ts";
import { bucketsOf, shardOf } from "../../src/operator/shard_plan.ts";
import type { ClusterObjects } from "./cluster_objects.ts";
import { type AuditedRequest, isMade, podOf } from "./operator_audit.ts";

/** From when until when a replica had a shard, by the API server's clock; ISO times, which compare as text. */
interface Tenure {
  readonly pod: string;
  readonly from: string;
  until: string;
}

const SHARD = /^lynq-shard-([0-9]+)-of-([0-9]+)$/;
const FOREVER = "9999";

/** Who had which shard when, from the writes to their Leases: taking and letting go alternate, a dead one's end is the next one's take. Leases of another count are no matter of theirs. */
function tenures(requests: readonly AuditedRequest[], count: number): ReadonlyMap<number, Tenure[]> {
  const all = new Map<number, Tenure[]>();
  // They are logged as they end, which may be in another order.
  const writes = requests.filter((one) => isMade(one) && one.objectRef?.resource === LEASE.plural)
    .toSorted((a, b) => compareText(a.requestReceivedTimestamp, b.requestReceivedTimestamp));
  for (const request of writes) {
    const [, shard, of] = SHARD.exec(request.objectRef?.name ?? "") ?? [];
    if (shard === undefined || Number(of) !== count) continue;
    const [pod, at] = [podOf(request), request.requestReceivedTimestamp];
    const known = all.get(Number(shard)) ?? [];
    const last = known.at(-1);
    if (last?.pod === pod && last.until === FOREVER) last.until = at;
    else {
      if (last !== undefined && last.until === FOREVER) last.until = at;
      known.push({ pod, from: at, until: FOREVER });
    }
    all.set(Number(shard), known);
  }
  return all;
}

export interface ShardedWrites {
  readonly count: number;
  /** The node that a written object belongs to; undefined where nobody's shard decides who writes it. */
  readonly nodeOf: (request: AuditedRequest) => { namespace: string; name: string } | undefined;
}

/** Writes by one who did not have the shard of the node at that time. */
export function strayWrites(requests: readonly AuditedRequest[], of: ShardedWrites): string[] {
  const held = tenures(requests, of.count);
  return requests.filter(isMade).flatMap((request) => {
    const node = of.nodeOf(request);
    if (node === undefined) return [];
    const { requestReceivedTimestamp: at, verb, objectRef } = request;
    const by = podOf(request);
    const shard = shardOf(node, of.count);
    const had = held.get(shard)?.some(({ pod, from, until }) => pod === by && from <= at && at <= until);
    return had === true ? [] : [`${by} ${verb} ${objectRef?.resource}/${objectRef?.name} of shard ${shard}`];
  });
}

/** The replica of each shard, by its number, as the Leases were written last. */
export function shardPods(requests: readonly AuditedRequest[], count: number): ReadonlyMap<number, string> {
  return new Map(
    [...tenures(requests, count)].flatMap(([shard, of]) => {
      const last = of.at(-1);
      return last === undefined || last.until !== FOREVER ? [] : [[shard, last.pod] as const];
    }),
  );
}

/** Lists and watches of a plural by a replica that ask for more than what is in no bucket or in the buckets of these shards. */
export function wideReads(
  requests: readonly AuditedRequest[],
  of: {
    readonly pod: string;
    readonly plural: string;
    readonly count: number;
    readonly shards: readonly number[];
  },
): string[] {
  const own = new Set(of.shards.flatMap((shard) => bucketsOf(shard, of.count)));
  return requests.flatMap((request) => {
    const { verb, objectRef, requestURI } = request;
    if (!["list", "watch"].includes(verb) || podOf(request) !== of.pod || objectRef?.resource !== of.plural) {
      return [];
    }
    const selector = new URL(requestURI, "https://host").searchParams.get("labelSelector") ?? "";
    const buckets = /lynq\.sh\/bucket in \(([0-9,]+)\)/.exec(selector)?.[1]?.split(",");
    if (selector.includes("!lynq.sh/bucket") || buckets?.every((bucket) => own.has(bucket)) === true) {
      return [];
    }
    return [requestURI];
  });
}

/** The identity that has each shard, by its number, as the Leases tell it. */
export async function shardHolders(
  objects: ClusterObjects,
  namespace: string,
): Promise<ReadonlyMap<number, string>> {
  const leases = await objects.list({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace });
  return new Map(
    leases.flatMap(({ metadata, spec }) => {
      const shard = SHARD.exec(metadata.name ?? "")?.[1];
      const { holderIdentity = "" } = (spec ?? {}) as { holderIdentity?: string };
      return shard === undefined || holderIdentity === "" ? [] : [[Number(shard), holderIdentity] as const];
    }),
  );
}
