import { bucketOf, BUCKETS } from "../api/labels.ts";
import { compareText } from "../kube/compare_text.ts";

/** What one replica sees of shards and replicas. */
export interface ShardView {
  readonly me: string;
  /** The replicas that live, each once. */
  readonly replicas: readonly string[];
  /** Who has each shard, by its number; undefined where nobody who lives has it. */
  readonly holders: readonly (string | undefined)[];
}

/** What a replica does about its shards now, by number. */
export interface ShardMoves {
  readonly take: readonly number[];
  readonly letGo: readonly number[];
}

/**
 * Decides what a replica takes and lets go of, so that in the end each has as many as any other, or one more. Who sees
 * the same decides the same: no two want one shard, and nothing moves that need not.
 */
export function decideShards({ me, replicas, holders }: ShardView): ShardMoves {
  const mine = held(holders, me);
  if (!replicas.includes(me)) return { take: [], letGo: mine };
  const counts = new Map(replicas.map((replica) => [replica, held(holders, replica).length]));
  const count = (replica: string) => counts.get(replica) ?? 0;
  // Who has more keeps more, so that nothing moves for the sake of a remainder.
  const ranked = replicas.toSorted((a, b) => count(b) - count(a) || compareText(a, b));
  const least = Math.floor(holders.length / replicas.length);
  const remainder = holders.length % replicas.length;
  const share = (rank: number) => least + (rank < remainder ? 1 : 0);
  const wanted = ranked.map((replica, rank) => Math.max(0, share(rank) - count(replica)));
  const rank = ranked.indexOf(me);
  const before = wanted.slice(0, rank).reduce((sum, n) => sum + n, 0);
  const free = held(holders, undefined);
  return { take: free.slice(before, before + (wanted[rank] ?? 0)), letGo: mine.slice(share(rank)) };
}

function held(holders: ShardView["holders"], by: string | undefined): number[] {
  return holders.flatMap((holder, shard) => holder === by ? [shard] : []);
}

/** The shard of a node: bucket b belongs to shard b mod `count`. */
export function shardOf(node: { readonly namespace: string; readonly name: string }, count: number): number {
  return Number(bucketOf(node.namespace, node.name)) % count;
}

/** The buckets of one of `count` shards, as label values. */
export function bucketsOf(shard: number, count: number): string[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => bucket).filter((bucket) => bucket % count === shard)
    .map(String);
}
