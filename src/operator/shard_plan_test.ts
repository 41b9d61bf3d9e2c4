import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketOf, BUCKETS } from "../api/labels.ts";
import { bucketsOf, decideShards, shardOf } from "./shard_plan.ts";

type Holders = readonly (string | undefined)[];

/** Every replica acts on what all see: first they let go, then they take. Who takes what another has by now gets nothing. */
function round(holders: Holders, replicas: readonly string[]): Holders {
  const moves = replicas.map((me) => ({ me, ...decideShards({ me, replicas, holders }) }));
  const next = [...holders];
  for (const { me, take } of moves) {
    for (const shard of take) {
      assert.equal(next[shard], undefined, `shard ${shard} is wanted by ${me} and had by ${next[shard]}`);
      next[shard] = me;
    }
  }
  for (const { me, letGo } of moves) {
    for (const shard of letGo) {
      assert.equal(holders[shard], me);
      next[shard] = undefined;
    }
  }
  return next;
}

function settled(holders: Holders, replicas: readonly string[]): { holders: Holders; rounds: number } {
  let now = holders;
  for (let rounds = 0; rounds < 10; rounds++) {
    const next = round(now, replicas);
    if (next.every((holder, shard) => holder === now[shard])) return { holders: now, rounds };
    now = next;
  }
  throw new Error("the shards do not come to rest");
}

const countOf = (holders: Holders, replica: string) => holders.filter((holder) => holder === replica).length;

const world = fc.record({
  replicas: fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { minLength: 1, maxLength: 8 }),
  shards: fc.integer({ min: 1, max: 64 }),
  choice: fc.infiniteStream(fc.nat()),
});

/** Any distribution over the replicas, with shards of none and of some who are gone among them. */
function anyHolders(of: { replicas: readonly string[]; shards: number; choice: Iterator<number> }): Holders {
  return Array.from({ length: of.shards }, () => {
    const among = [...of.replicas, undefined];
    return among[of.choice.next().value % among.length];
  });
}

Deno.test("from anywhere the shards come to rest evenly, each with one replica that lives", () => {
  fc.assert(fc.property(world, ({ replicas, shards, choice }) => {
    const { holders, rounds } = settled(anyHolders({ replicas, shards, choice }), replicas);
    const counts = replicas.map((replica) => countOf(holders, replica));
    assert.equal(counts.reduce((a, b) => a + b, 0), shards);
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
    assert.ok(Math.max(...counts) <= Math.ceil(shards / replicas.length));
    assert.ok(rounds <= 2, "one round to let go, one to take");
  }));
});

Deno.test("a replica that ends moves its own shards only, one that joins takes no more than its part", () => {
  fc.assert(fc.property(world, ({ replicas, shards, choice }) => {
    const before = settled(anyHolders({ replicas, shards, choice }), replicas).holders;
    const gone = replicas[0] ?? "";
    const rest = replicas.slice(1);
    if (rest.length > 0) {
      const after = settled(before.map((holder) => holder === gone ? undefined : holder), rest).holders;
      before.forEach((holder, shard) => assert.ok(holder === gone || after[shard] === holder));
    }
    const joined = settled(before, [...replicas, "newcomer"]).holders;
    const moved = joined.filter((holder, shard) => holder !== before[shard]);
    assert.equal(moved.length, countOf(joined, "newcomer"));
  }));
});

Deno.test("who is not seen alive has nothing and takes nothing", () => {
  const holders = ["a", "b", undefined];
  assert.deepEqual(decideShards({ me: "a", replicas: ["b"], holders }), { take: [], letGo: [0] });
  assert.deepEqual(decideShards({ me: "a", replicas: [], holders }), { take: [], letGo: [0] });
});

Deno.test("each bucket is in one shard, that of the nodes that carry it", () => {
  for (const count of [1, 3, 8, 64]) {
    const all = Array.from({ length: count }, (_, shard) => bucketsOf(shard, count)).flat();
    assert.deepEqual(all.map(Number).toSorted((a, b) => a - b), Array.from({ length: BUCKETS }, (_, b) => b));
    const node = { namespace: "ns", name: "acme-web" };
    assert.ok(bucketsOf(shardOf(node, count), count).includes(bucketOf("ns", "acme-web")));
  }
});
